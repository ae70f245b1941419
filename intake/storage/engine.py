"""The database engine, and the storage of one clinic on top of it."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from intake.storage.errors import StorageError, reported
from intake.storage.transaction import PATIENCE
from intake.storage.wall import ClinicSession

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

_PRAGMAS: Final = (  # name, what is set, what must then be read
    ("busy_timeout", PATIENCE * 1000, PATIENCE * 1000),
    ("journal_mode", "WAL", "wal"),
    ("synchronous", "FULL", 2),
    ("foreign_keys", "ON", 1),
    ("secure_delete", "ON", 1),  # what a patient takes back is gone from the file too
)
_WRONG_URL: Final = (
    "The database URL must look like sqlite:///folder/intake.db"
    " or postgresql://user:password@host/name."
)
_NO_DRIVER: Final = 'PostgreSQL needs its driver: pip install "intake-referral[postgres]".'


@dataclass(frozen=True, slots=True)
class Storage:
    """The record of one clinic. Safe to share between threads."""

    engine: Engine
    clinic_id: str

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Give a session that sees one state of the record and can not change it.

        Raises `StorageError`. What was loaded stays readable after the end.
        """
        with reported(), self._session(write=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Give a session of one transaction, which is committed at the end or not at all.

        When this returns without an error, all of it is on disk. Raises `StorageError`, and
        `ConflictError` where a unique key or a reference is violated; both mean that nothing was
        saved. On SQLite the other writers wait meanwhile: keep it short.
        """
        with reported(), self._session(write=True) as session:
            yield session
            _commit(session)

    def _session(self, *, write: bool) -> Session:
        info = {"clinic_id": self.clinic_id, "write": write}
        return ClinicSession(self.engine, expire_on_commit=False, info=info)


def _commit(session: Session) -> None:
    try:
        session.commit()
    except BaseException:
        # SQLite keeps a transaction open whose commit it refused, and SQLAlchemy would hand it on
        # with the pooled connection; nor is a connection to be believed after a failed sync.
        session.invalidate()
        raise


def make_engine(url: str, *, create: bool = True) -> Engine:
    """Return an engine for ``sqlite:///file`` or ``postgresql://...``.

    The first connection makes a SQLite file and its folder, readable by their owner only; without
    ``create`` the file must be there now. Every connection to SQLite must accept write-ahead
    logging, full syncing and foreign keys. Raises `StorageError`, whose message never quotes the
    URL.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise StorageError(_WRONG_URL) from None
    if parsed.drivername in {"sqlite", "sqlite+pysqlite"}:
        return _sqlite(parsed, create=create)
    if parsed.drivername in {"postgresql", "postgres", "postgresql+psycopg"}:
        return _postgresql(parsed.set(drivername="postgresql+psycopg"))
    raise StorageError(_WRONG_URL)


def adopt_engine(engine: Engine) -> Engine:
    """Return an engine of a host, with connections as safe as those of `make_engine`.

    Every connection to SQLite, also by the host, gets the same settings, and the pool new
    connections; the file is the host's to make. Raises `StorageError` for an engine that can not
    be made safe.
    """
    if _is_autocommit(engine):
        raise StorageError(
            "The engine is in AUTOCOMMIT isolation, in which a form would be stored by halves."
        )
    if engine.dialect.name not in {"sqlite", "postgresql"}:
        raise StorageError("The engine must be one for SQLite or PostgreSQL.")
    if engine.dialect.name == "sqlite" and not event.contains(engine, "connect", _prepare):
        _file_of(engine.url)
        event.listen(engine, "connect", _prepare)
        engine.dispose()
    return engine


def _is_autocommit(engine: Engine) -> bool:
    # What create_engine(isolation_level=...) was given has no public name.
    given = getattr(engine.dialect, "_on_connect_isolation_level", None)
    level = engine.get_execution_options().get("isolation_level", given)
    return str(level).upper() == "AUTOCOMMIT"


def _file_of(url: URL) -> Path:
    name = url.database
    if not name or name == ":memory:" or name.startswith("file:"):
        raise StorageError("A SQLite database must be a plain file: sqlite:///folder/intake.db.")
    # Absolute, so that a later change of the working directory opens no second database.
    return Path(name).absolute()


def _sqlite(url: URL, *, create: bool) -> Engine:
    file = _file_of(url)
    if not create and not file.is_file():
        raise StorageError(f"There is no database at {file}.")
    engine = create_engine(url.set(database=str(file)), hide_parameters=True, pool_timeout=PATIENCE)
    if create:
        event.listen(engine, "do_connect", lambda *_: _make_file(file))
    event.listen(engine, "connect", _prepare)
    return engine


def _make_file(file: Path) -> None:
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # An existing file is not opened: to close it would drop the locks of this process.
        with suppress(FileExistsError):
            os.close(os.open(file, os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise StorageError(f"The database can not be made: {file}: {error.strerror}.") from None


def _prepare(connection: sqlite3.Connection, _: object) -> None:
    for name, value, expected in _PRAGMAS:
        _set(connection, f"PRAGMA {name} = {value}")
        (found,) = connection.execute(f"PRAGMA {name}").fetchone()
        if found != expected:
            raise StorageError(f"SQLite refuses {name} = {value}, so answers would not be safe.")


def _set(connection: sqlite3.Connection, pragma: str) -> None:
    """Set a pragma; SQLite itself does not wait when others turn on write-ahead logging too."""
    for _ in range(PATIENCE * 10):
        try:
            connection.execute(pragma)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            time.sleep(0.1)
        else:
            return
    connection.execute(pragma)


def _postgresql(url: URL) -> Engine:
    options: dict[str, Any] = {}
    if "connect_timeout" not in url.query:
        options["connect_timeout"] = PATIENCE
    try:
        return create_engine(
            url,
            connect_args=options,
            hide_parameters=True,
            pool_pre_ping=True,
            pool_timeout=PATIENCE,
        )
    except ImportError:
        raise StorageError(_NO_DRIVER) from None
