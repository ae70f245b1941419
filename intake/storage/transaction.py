"""How a transaction begins, so that it holds what is promised on each database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sqlalchemy import Connection

PATIENCE: Final = 5
"""Seconds to wait for a lock that another transaction holds."""

_POSTGRESQL_READ: Final = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
_POSTGRESQL_WRITE: Final = (
    f"SELECT set_config('lock_timeout', '{PATIENCE}s', true),"
    " CASE current_setting('synchronous_commit')"
    " WHEN 'off' THEN set_config('synchronous_commit', 'on', true) END"
)


def begin(connection: Connection, *, write: bool) -> None:
    """Begin at the database what SQLAlchemy has begun. Raises SQLAlchemy's OperationalError.

    Python's sqlite3 begins by itself only before an INSERT, UPDATE or DELETE: too late for a
    consistent read, for DDL that can be rolled back, and for a writer that reads first. A writer
    takes the lock at once, because a reader that turns into a writer can not wait for it. On
    PostgreSQL a reader sees one state too, the commit of a writer is made to reach the disk, and
    its wait for a lock is bounded.
    """
    if connection.dialect.name == "sqlite":
        driver = connection.connection.driver_connection
        if driver is not None and not driver.in_transaction:
            connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
    elif connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_POSTGRESQL_WRITE if write else _POSTGRESQL_READ)
