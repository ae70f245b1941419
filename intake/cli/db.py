"""``intake db``: make and upgrade the tables of the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from intake.cli.options import (
    DATABASE,
    NO_EXTENSION,
    Failure,
    database_failures,
    database_option,
    upgrade_command,
)

if TYPE_CHECKING:
    from flask.cli import ScriptInfo
    from sqlalchemy import Engine


@click.group()
def db() -> None:
    """Make and upgrade the tables of the database.

    Under flask it is the application's unless --database or INTAKE_DATABASE_URL names one.
    """


@db.command()
@database_option
def upgrade(database: str | None) -> None:
    """Bring the tables to this version of the program. Make a backup before."""
    from intake.storage import schema

    with database_failures():
        schema.upgrade(_engine(database, create=True))
        click.echo(f"The database is current: revision {schema.head()}.")


@db.command()
@database_option
def current(database: str | None) -> None:
    """Tell whether the tables are those of this version of the program; status 1 if not."""
    from intake.storage import schema

    with database_failures():
        engine = _engine(database, create=False)
        found, state = schema.revision(engine), schema.state(engine)
        command = _command(database, engine)
    sentence = {
        "empty": f"The database is empty. Run: {command}",
        "current": f"The database is current: revision {found}.",
        "outdated": f"The database has revision {found}, this version of intake-referral"
        f" needs {schema.head()}. Run: {command}",
        "newer": f"The database has revision {found}, which is newer than this version"
        f" of intake-referral ({schema.head()}).",
    }
    click.echo(sentence[state])
    if state != "current":
        raise click.exceptions.Exit(1)


def _engine(database: str | None, *, create: bool) -> Engine:
    from flask.cli import ScriptInfo

    from intake.storage import make_engine

    info = click.get_current_context().find_object(ScriptInfo)
    if database is None and info is not None:
        return _engine_of(info)
    return make_engine(database or DATABASE, create=create)


def _command(database: str | None, engine: Engine) -> str:
    from flask.cli import ScriptInfo

    from intake.extension import UPGRADE

    info = click.get_current_context().find_object(ScriptInfo)
    return UPGRADE if database is None and info is not None else upgrade_command(engine)


def _engine_of(info: ScriptInfo) -> Engine:
    from flask.cli import NoAppException

    from intake.storage import SchemaError

    try:
        state = info.load_app().extensions.get("intake")
    except SchemaError as error:
        # The application does not start before the upgrade for which it is asked here.
        if error.engine is None:
            raise
        return error.engine
    except NoAppException as error:
        raise Failure(" ".join(error.format_message().split())) from None
    if state is None:
        raise Failure(f"{NO_EXTENSION}: give --database URL.")
    engine: Engine = state.storage.engine
    return engine
