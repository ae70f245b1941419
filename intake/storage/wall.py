"""The wall between clinics: sessions that can not see or change the rows of another clinic.

Queries and statements of the ORM are narrowed to the session's clinic, new rows are given to it,
and statements that the wall can not narrow are refused. What is refused is a fault of the program.
The one way around is ``session.connection()``, which this package does not use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Delete, Select, Table, TextClause, Update, event, inspect
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, with_loader_criteria
from sqlalchemy.sql import visitors
from sqlalchemy.sql.expression import ColumnClause

from intake.storage.tables import Owned
from intake.storage.transaction import begin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection
    from sqlalchemy.sql import ClauseElement
    from sqlalchemy.sql.visitors import ExternallyTraversible


class WallError(RuntimeError):
    """A statement that would pass the wall between clinics, or write in a reading session."""


class ClinicSession(Session):
    """A session of one clinic: ``info`` holds its ``clinic_id`` and whether it may ``write``."""

    def _refuse(self, *_: object, **__: object) -> None:
        raise WallError("bulk writes do not pass the wall between clinics")

    bulk_save_objects: Any = _refuse
    bulk_insert_mappings: Any = _refuse
    bulk_update_mappings: Any = _refuse


@event.listens_for(ClinicSession, "after_begin")
def _begin(session: Session, _: SessionTransaction, connection: Connection) -> None:
    begin(connection, write=session.info["write"])


@event.listens_for(ClinicSession, "do_orm_execute")
def _narrow(state: ORMExecuteState) -> None:
    statement = state.statement
    if not state.is_orm_statement or not isinstance(statement, Select | Update | Delete):
        raise WallError("only selects, updates and deletes of mapped classes are narrowed")
    for part in _unmapped(statement):
        raise WallError(f"{part} is no mapped class")
    if not isinstance(statement, Select):
        _check_write(state, statement)
    clinic_id = state.session.info["clinic_id"]
    state.statement = statement.options(
        with_loader_criteria(Owned, lambda cls: cls.clinic_id == clinic_id, include_aliases=True)
    )


def _check_write(state: ORMExecuteState, statement: Update | Delete) -> None:
    if not state.session.info["write"]:
        raise WallError("this session only reads")
    if state.parameters:
        raise WallError("values belong into the statement")
    if isinstance(statement, Update) and "clinic_id=" in str(statement):  # as SET renders it
        raise WallError("a row stays with its clinic")


def _unmapped(statement: ClauseElement) -> Iterator[ExternallyTraversible]:
    """Find what SQLAlchemy does not narrow: SQL text, and tables that stand for no class."""
    parts = list(visitors.iterate(statement))
    mapped = {_table_name(part) for part in parts if _is_mapped(part)}
    for part in parts:
        is_text = isinstance(part, TextClause) or (
            isinstance(part, ColumnClause) and part.is_literal and part.name != "*"
        )
        if is_text or (isinstance(part, Table) and part.name not in mapped):
            yield part


def _is_mapped(part: ExternallyTraversible) -> bool:
    return "parententity" in getattr(part, "_annotations", ())


def _table_name(part: ExternallyTraversible) -> str | None:
    table = getattr(part, "table", part)
    name: str | None = getattr(getattr(table, "element", table), "name", None)
    return name


@event.listens_for(ClinicSession, "before_flush")
def _give(session: Session, *_: object) -> None:
    rows = [*session.new, *session.deleted, *filter(session.is_modified, session.dirty)]
    if rows and not session.info["write"]:
        raise WallError("this session only reads")
    clinic_id = session.info["clinic_id"]
    for row in rows:
        if row in session.new and row.clinic_id is None:
            row.clinic_id = clinic_id
        if row.clinic_id != clinic_id or inspect(row).attrs.clinic_id.history.deleted:
            raise WallError("a row of another clinic")
