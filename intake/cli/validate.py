"""The command ``intake validate`` tells whether a file holds answers to the form."""

from __future__ import annotations

from pathlib import Path

import click

from intake.cli.options import base_option, content_for, frame, note

VALID, INVALID, UNREADABLE = 0, 1, 2


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@base_option
def validate(file: Path, base_url: str) -> None:
    """Check FILE against the form: one line for each fault.

    Exit status 0: valid, 1: invalid, 2: can not be read.
    """
    from fhir.intake.strict_json import JsonError, strict_loads
    from intake.submission import InputError, parse_submission

    content = content_for(base_url)
    try:
        data = file.read_bytes()
        strict_loads(data)
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror or 'can not be read'}") from None
    except JsonError as error:
        raise click.ClickException(f"{file}: {error}") from None
    try:
        submission = parse_submission(
            data, name=str(file), stem=file.stem, form=content.form, frame=frame(None)
        )
    except InputError as error:
        for problem in error.problems:
            click.echo(f"{file}: {problem}")
        raise click.exceptions.Exit(INVALID) from None
    for place in submission.missing:
        note(f"{file}: warning: {place} is required and not answered")
    for name in submission.dropped:
        note(f"{file}: warning: {name} is answered but not shown")
    click.echo(f"{file}: valid")
