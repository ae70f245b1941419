"""``intake questionnaire``: the form as FHIR."""

from __future__ import annotations

import click

from intake.cli.options import base_option, content_for


@click.group()
def questionnaire() -> None:
    """Show the form."""


@questionnaire.command()
@base_option
def show(base_url: str) -> None:
    """Print the form as a FHIR R4 Questionnaire (JSON)."""
    from fhir.intake.strict_json import dump_json

    click.echo(dump_json(content_for(base_url).questionnaire), nl=False)
