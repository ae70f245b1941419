"""``intake db``: make and upgrade the tables of the database."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import click

from intake.cli.options import Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask.cli import ScriptInfo
    from sqlalchemy import Engine

DEFAULT_URL: Final = "sqlite:///instance/intake.db"
COMMAND: Final = "intake db upgrade"


def database_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--database URL``."""
    return click.option(
        "--database",
        envvar="INTAKE_DATABASE_URL",
        metavar="URL",
        help="The database [default: INTAKE_DATABASE_URL, else that of the Flask application, "
        f"else {DEFAULT_URL}].",
    )(command)


@click.group()
def db() -> None:
    """Make and upgrade the tables of the database."""


@db.command()
@database_option
def upgrade(database: str | None) -> None:
    """Bring the tables to this version of the program. Make a backup before."""
    from intake.storage import schema

    with _failures():
        schema.upgrade(_engine(database, create=True))
        click.echo(f"The database is current: revision {schema.head()}.")


@db.command()
@database_option
def current(database: str | None) -> None:
    """Tell whether the tables are those of this version of the program."""
    from intake.storage import schema

    with _failures():
        engine = _engine(database, create=False)
        found = schema.revision(engine)
        sentence = {
            "empty": f"The database is empty. Run: {COMMAND}",
            "current": f"The database is current: revision {found}.",
            "outdated": f"The database has revision {found}, this version of intake-referral"
            f" needs {schema.head()}. Run: {COMMAND}",
            "newer": f"The database has revision {found}, which is newer than this version"
            f" of intake-referral ({schema.head()}).",
        }
        click.echo(sentence[schema.state(engine)])


@contextmanager
def _failures() -> Iterator[None]:
    from intake.storage import StorageError

    # Without a handler of the host, Python would print the logged class as a second line.
    logging.getLogger("intake.storage").addHandler(logging.NullHandler())
    try:
        yield
    except StorageError as error:
        raise Failure(str(error)) from None


def _engine(database: str | None, *, create: bool) -> Engine:
    from flask.cli import ScriptInfo

    from intake.storage import make_engine

    info = click.get_current_context().find_object(ScriptInfo)
    if database is None and info is not None:
        return _engine_of(info)
    return make_engine(database or DEFAULT_URL, create=create)


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
        raise Failure("The Flask application has no intake extension: give --database URL.")
    engine: Engine = state.storage.engine
    return engine
