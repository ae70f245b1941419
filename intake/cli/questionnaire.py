"""``intake questionnaire``: the form as FHIR, and the forms that are served beside it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import click

from intake.cli.db import open_storage
from intake.cli.options import (
    Failure,
    base_option,
    content_for,
    database_failures,
    database_option,
    note,
)
from intake.cli.questionnaire_check import check

if TYPE_CHECKING:
    from intake.storage import Storage
    from intake.storage.questionnaires import NewVersion
    from intake.storage.tables import Questionnaire

_FILE: Final = click.Path(path_type=Path)


@click.group()
def questionnaire() -> None:
    """Show the form, and serve others beside it.

    Under flask the forms are in the application's database.
    """


@questionnaire.command()
@click.argument("file", type=_FILE)
@click.option("--slug", metavar="NAME", help="Its address: a-z, 0-9 and - [default: its title].")
@click.option(
    "--value-set",
    "value_sets",
    multiple=True,
    type=_FILE,
    help="A ValueSet or CodeSystem that it needs, or a Bundle of them; may be repeated.",
)
@database_option
def add(file: Path, slug: str | None, value_sets: tuple[Path, ...], database: str | None) -> None:
    """Serve FILE, a FHIR R4 Questionnaire (JSON), at an address of its own.

    A version is stored once and never changed: a change needs a new version, which takes the
    place of the one before. Forms that are under way end in the version in which they began.
    """
    from intake.questionnaire_files import FormError, read_form

    try:
        read = read_form(file, value_sets)
    except FormError as error:
        raise Failure(str(error)) from None
    with database_failures():
        row, is_new = _store(open_storage(database, create=True), read.version, slug)
    for line in read.notes:
        note(f"{file}: {line}")
    click.echo(f"{'added' if is_new else 'is stored already'}: {_line(row)}")
    click.echo(f"Patients find it at q/{row.slug}/ below the address of their pages.")


questionnaire.add_command(check)


@questionnaire.command(name="list")
@database_option
def list_forms(database: str | None) -> None:
    """List the forms that were added: address, url and version, title, day.

    Of several versions the first is served.
    """
    from intake.storage import questionnaires

    with database_failures(), open_storage(database).read() as session:
        rows = questionnaires.all_versions(session)
    for row in rows:
        click.echo(_line(row))
    if not rows:
        note("no form was added; the product's own is served")


@questionnaire.command()
@click.argument("slug", required=False)
@base_option
@database_option
def show(slug: str | None, base_url: str, database: str | None) -> None:
    """Print the form, or one that was added, as a FHIR R4 Questionnaire (JSON).

    SLUG is its address; a form without url or version is shown with those that it was given.
    """
    from fhir.intake.strict_json import dump_json

    if slug is None:
        click.echo(dump_json(content_for(base_url).questionnaire), nl=False)
        return
    from intake.catalogue import content_by_slug

    with database_failures(), open_storage(database).read() as session:
        content = content_by_slug(session, slug)
    if content is None:
        raise Failure(f"There is no form at {slug[:80]!r}; list them with: questionnaire list")
    click.echo(dump_json(content.questionnaire), nl=False)


def _store(storage: Storage, given: NewVersion, slug: str | None) -> tuple[Questionnaire, bool]:
    """Store a version, with the audit of it; return its row, and whether it is new."""
    from intake.storage import audit, questionnaires

    now = datetime.now(UTC)
    with storage.write() as session:
        row, is_new = questionnaires.add(session, given, new_id=uuid4(), slug=slug, now=now)
        if is_new:
            audit.record(
                session,
                now=now,
                actor=audit.Actor("system"),
                action="questionnaire.added",
                subject=("questionnaire", row.id),
                detail={"url": row.url, "version": row.version},
            )
    return row, is_new


def _line(row: Questionnaire) -> str:
    title = " ".join(row.title.split())
    return f"{row.slug}\t{row.url}|{row.version}\t{title}\t{row.created_at:%Y-%m-%d}"
