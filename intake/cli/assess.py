"""``intake assess``: the assessment of one file as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from intake.cli.options import Failure, base_option, content_for, frame, note, on_option

if TYPE_CHECKING:
    from datetime import date


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@on_option
@base_option
def assess(file: Path, on: date | None, base_url: str) -> None:
    """Print the assessment of FILE as JSON.

    FILE is a QuestionnaireResponse, an object of answers by link id, or a case with its answers.
    """
    from fhir.intake.strict_json import dump_json
    from intake.submission import InputError, read_submission
    from referral import assess as judge

    content = content_for(base_url)
    try:
        submission = read_submission(file, content.form, frame(on))
    except InputError as error:
        raise Failure(str(error)) from None
    for line in submission.notes():
        note(f"{file}: {line}")
    found = judge(submission.answers, pack=content.pack, on=submission.record.day)
    click.echo(dump_json(found.to_json()), nl=False)
