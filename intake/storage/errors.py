"""What can go wrong in the database, said in sentences without SQL and without patient data."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

logger = logging.getLogger(__name__)

_BUSY: Final = "The database is busy, so nothing was saved. Try again in a moment."
_DAMAGED: Final = "The database file is damaged or is not a database, so nothing was saved."
_DENIED: Final = "The database can not be opened for writing, so nothing was saved."
_FULL: Final = "The disk of the database is full, so nothing was saved."
_SILENT: Final = "The database does not answer, so nothing was saved."
_TABLES: Final = "The tables of the database are missing or of another version."
_CONFLICT: Final = "This contradicts what the database holds already, so nothing was saved."
_REFUSED: Final = "The database refused this, so nothing was saved."

_SENTENCES: Final = {  # the start of an SQLite error name or of a PostgreSQL SQLSTATE
    "SQLITE_BUSY": _BUSY,
    "SQLITE_LOCKED": _BUSY,
    "SQLITE_FULL": _FULL,
    "SQLITE_READONLY": _DENIED,
    "SQLITE_CANTOPEN": _DENIED,
    "SQLITE_PERM": _DENIED,
    "SQLITE_CORRUPT": _DAMAGED,
    "SQLITE_NOTADB": _DAMAGED,
    "55P03": _BUSY,  # lock not available
    "57014": _BUSY,  # statement timeout
    "40": _BUSY,  # serialization failure, deadlock
    "53100": _FULL,
    "53": _BUSY,  # too many connections, out of memory
    "25006": _DENIED,  # read-only transaction
    "42501": _DENIED,  # insufficient privilege
    "42P01": _TABLES,
    "42703": _TABLES,  # undefined column
}


class StorageError(Exception):
    """The database can not do what was asked; the message is a sentence for people."""


class ConflictError(StorageError):
    """A row contradicts what is stored: a key that is there already, or a row that is not."""


class SchemaError(StorageError):
    """The tables are not those of this version; ``engine`` leads to them, for the upgrade."""

    def __init__(self, message: str, engine: Engine | None = None) -> None:
        super().__init__(message)
        self.engine = engine


@contextmanager
def reported() -> Iterator[None]:
    """Turn errors of the database into `StorageError`; only their class and code are logged."""
    try:
        yield
    except DBAPIError as error:
        raise _translated(error) from None
    except PoolTimeout as error:
        logger.error("%s", type(error).__name__)  # noqa: TRY400  # a traceback may quote patients
        raise StorageError(_BUSY) from None


def _translated(error: DBAPIError) -> StorageError:
    code = error_code(error)
    logger.error("%s (%s)", type(error.orig).__name__, code or "no code")
    if isinstance(error, IntegrityError):
        return ConflictError(_CONFLICT)
    if str(error.orig).startswith("no such"):  # SQLite has no code for a missing table or column
        return StorageError(_TABLES)
    default = _REFUSED if code else _SILENT
    sentences = (text for start, text in _SENTENCES.items() if code.startswith(start))
    return StorageError(next(sentences, default))


def error_code(error: DBAPIError) -> str:
    """Return the name (SQLite) or SQLSTATE (PostgreSQL) of an error, "" when it has none."""
    cause = error.orig
    return getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None) or ""
