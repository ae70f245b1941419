"""``intake db``: make and upgrade the tables of the database."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

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

    from intake.state import State
    from intake.storage import Storage


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


def open_storage(database: str | None, *, create: bool = False) -> Storage:
    """Return the storage of a command: under flask the application's, else that of a database.

    The tables are made if there are none; without ``create`` a SQLite file must be there. Raises
    `StorageError`, and Failure where the application can not be had.
    """
    from flask.cli import ScriptInfo

    from intake.extension import UPGRADE
    from intake.storage import Storage, make_engine
    from intake.storage.schema import ensure

    ctx = click.get_current_context()
    info = ctx.find_object(ScriptInfo)
    if info is not None:
        if ctx.get_parameter_source("database") is ParameterSource.COMMANDLINE:
            raise click.UsageError("--database: under flask, it is that of the application")
        found: Storage = _state_of(info).storage
        ensure(found.engine, UPGRADE)
        return found
    engine = make_engine(database or DATABASE, create=create)
    ensure(engine, upgrade_command(engine))
    return Storage(engine, _clinic_id())


def _clinic_id() -> str:
    """Return whose records are meant, as the standalone application reads it."""
    from intake.settings import KEYS

    key = next(key for key in KEYS if key.field == "clinic_id")
    try:
        clinic_id: str = key.parse(os.environ.get(key.name) or key.default)
    except ValueError as error:
        raise Failure(f"{key.name} {error}") from None
    return clinic_id


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
    from intake.storage import SchemaError

    try:
        engine: Engine = _state_of(info, hint=": give --database URL").storage.engine
    except SchemaError as error:
        # The application does not start before the upgrade for which it is asked here.
        if error.engine is None:
            raise
        return error.engine
    return engine


def _state_of(info: ScriptInfo, hint: str = "") -> State:
    """Return what the plugin holds for the application of a host."""
    from flask.cli import NoAppException

    try:
        state: State | None = info.load_app().extensions.get("intake")
    except NoAppException as error:
        raise Failure(" ".join(error.format_message().split())) from None
    if state is None:
        raise Failure(f"{NO_EXTENSION}{hint}.")
    return state
