"""The audit: who did what, written in the transaction of the deed and never changed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sqlalchemy import select

from intake.storage.tables import Audit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. ``id`` is the host's id of a clinician, or None."""

    type: Literal["patient", "clinician", "system"]
    id: str | None = None


def record(  # noqa: PLR0913  # who, what, to what, when and why
    session: Session,
    *,
    now: datetime,
    actor: Actor,
    action: str,
    subject: tuple[str, str],
    detail: Mapping[str, object] | None = None,
) -> Audit:
    """Add an event. ``subject`` is the type and the id of a row; ``detail`` must fit into JSON.

    No answers, names or tokens belong into ``detail``: the audit outlives them.
    """
    event = Audit(
        at=now,
        actor_type=actor.type,
        actor_id=actor.id,
        action=action,
        subject_type=subject[0],
        subject_id=subject[1],
        detail=None if detail is None else json.dumps(detail, ensure_ascii=False, sort_keys=True),
    )
    session.add(event)
    return event


def events(session: Session, subject: tuple[str, str]) -> list[Audit]:
    """Return the events of a row in the order in which they were written."""
    kind, name = subject
    query = select(Audit).where(Audit.subject_type == kind, Audit.subject_id == name)
    return list(session.scalars(query.order_by(Audit.id)))
