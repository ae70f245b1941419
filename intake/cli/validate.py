"""The command ``intake validate`` tells whether a file holds answers to the form."""

from __future__ import annotations

from pathlib import Path

import click

from intake.cli.options import Failure, base_option, content_for, frame, note

INVALID = 1


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@base_option
def validate(file: Path, base_url: str) -> None:
    """Check FILE against the form: one line for each fault.

    Exit status 0: valid, 1: invalid, 2: can not be read.
    """
    from intake.submission import InputError, UnreadableError, read_submission

    content = content_for(base_url)
    try:
        submission = read_submission(file, content.form, frame(None))
    except UnreadableError as error:
        raise Failure(str(error)) from None
    except InputError as error:
        for problem in error.problems:
            click.echo(" ".join(f"{file}: {problem}".split()))
        raise click.exceptions.Exit(INVALID) from None
    for place in submission.missing:
        note(f"{file}: warning: {place} is required and not answered")
    for name in submission.dropped:
        note(f"{file}: warning: {name} is answered but not shown")
    click.echo(f"{file}: valid")
