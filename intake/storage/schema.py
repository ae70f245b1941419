"""The version of the tables: whether they are those of this program, and how they become so."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from alembic import command as alembic
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from intake.paths import HERE
from intake.storage.errors import SchemaError, StorageError, reported
from intake.storage.tables import Base
from intake.storage.transaction import begin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

State: TypeAlias = Literal["empty", "current", "outdated", "newer"]
MIGRATIONS: Final = HERE / "migrations"
VERSION_TABLE: Final = "intake_alembic_version"
TABLES: Final = frozenset(Base.metadata.tables) | {VERSION_TABLE}
_NEWER: Final = (
    "The database is newer than this version of intake-referral: install the version that made it."
)
_ADVISORY_LOCK: Final = 0x696E74616B65  # any number; this one spells "intake"
_ALONE: Final = Lock()


def upgrade(engine: Engine) -> None:
    """Bring the tables to this version: all of it or, on an error, nothing of it.

    May be called by several processes at once and at any time. Raises `StorageError`.
    """
    # Alembic keeps the running migration in a global variable.
    with (
        _ALONE,
        reported(),
        engine.connect() as connection,
        _unchecked(connection),
        connection.begin(),
    ):
        begin(connection, write=True)
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})")
        if _compare(_revision(connection)) == "newer":
            raise SchemaError(_NEWER, engine)
        alembic.upgrade(config(connection), "head")
        _check_references(connection)


def state(engine: Engine) -> State:
    """Tell how the tables compare with this version. Raises `StorageError`."""
    return _compare(revision(engine))


def revision(engine: Engine) -> str | None:
    """Return the revision of the tables, None when there are none. Raises `StorageError`."""
    with reported(), engine.connect() as connection:
        return _revision(connection)


def head() -> str | None:
    """Return the revision that this version of the program needs."""
    return ScriptDirectory.from_config(config()).get_current_head()


def ensure(engine: Engine, command: str) -> None:
    """Make the tables in an empty database, and refuse one of another version.

    ``command`` is what the operator runs to upgrade; `SchemaError` names it.
    """
    found = state(engine)
    if found == "empty":
        upgrade(engine)
    elif found == "outdated":
        raise SchemaError(
            f"The database is older than this version of intake-referral. Run: {command}", engine
        )
    elif found == "newer":
        raise SchemaError(f"{_NEWER} There is no way back by {command}.", engine)


def include_name(name: str | None, type_: str, _: object = None) -> bool:
    """Tell a host's Alembic to leave the tables of intake alone.

    For the host's ``env.py``: ``context.configure(..., include_name=include_name)``.
    """
    return type_ != "table" or name not in TABLES


def config(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration, made without a file, for a connection."""
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    made.attributes["connection"] = connection
    return made


def _revision(connection: Connection) -> str | None:
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    return context.get_current_revision()


def _compare(found: str | None) -> State:
    if found is None:
        return "empty"
    scripts = ScriptDirectory.from_config(config())
    if found == scripts.get_current_head():
        return "current"
    known = {script.revision for script in scripts.walk_revisions()}
    return "outdated" if found in known else "newer"


@contextmanager
def _unchecked(connection: Connection) -> Iterator[None]:
    """Let SQLite rebuild tables to which others refer; its pragma acts between transactions."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.driver_connection
    assert driver is not None
    (before,) = driver.execute("PRAGMA foreign_keys").fetchone()
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        driver.execute(f"PRAGMA foreign_keys = {before}")


def _check_references(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if any(row[0] in TABLES for row in broken):
            raise StorageError("The upgrade would leave rows that refer to nothing: not done.")
