"""Visits: begun by a patient, found again by the hash of the browser's token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from intake.storage.tables import Visit

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.orm import Session

OPEN: Final = "in-progress"
COMPLETED: Final = "completed"
STOPPED: Final = "stopped"
"""The states of a visit: being filled in, sent, ended because the patient refused."""


def start_visit(
    session: Session, *, new_id: UUID, token_hash: str, questionnaire: str, now: datetime
) -> Visit:
    """Add a visit without answers. ``questionnaire`` is the canonical URL of the form."""
    visit = Visit(
        id=str(new_id),
        token_hash=token_hash,
        status=OPEN,
        questionnaire=questionnaire,
        asked="[]",
        created_at=now,
        updated_at=now,
    )
    session.add(visit)
    return visit


def find_visit(session: Session, token_hash: str, *, lock: bool = False) -> Visit | None:
    """Return the visit of a token, or None.

    With ``lock`` no other transaction changes it until this one ends: by a row lock on PostgreSQL;
    on SQLite every write transaction is alone anyway.
    """
    query = select(Visit).where(Visit.token_hash == token_hash)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).one_or_none()


def finish_visit(visit: Visit, status: str, now: datetime) -> None:
    """End a visit; its draft, which is stored elsewhere or refused, is deleted."""
    visit.status = status
    visit.response = visit.person = visit.interruption = None
    visit.asked = "[]"
    visit.updated_at = now
