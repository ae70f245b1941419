"""Visits: begun by a patient, found again by the hash of the browser's token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from intake.storage.tables import Visit

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.orm import Session


def start_visit(
    session: Session, *, new_id: UUID, token_hash: str, questionnaire: str, now: datetime
) -> Visit:
    """Add a visit without answers. ``questionnaire`` is the canonical URL of the form."""
    visit = Visit(
        id=str(new_id),
        token_hash=token_hash,
        status="in-progress",
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
