"""What the record says of the emergency page: when the patient saw it, and what came then."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from intake.interruptions import CLEARED, PASSED, SHOWN
from intake.storage import audit
from intake.web.moments import moment_at_clinic

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from intake.storage.tables import Audit

_OUTCOMES: Final = {
    PASSED: "The patient read it and went on with the form",
    CLEARED: "The patient then changed the answer",
}


@dataclass(frozen=True, slots=True)
class EmergencyPage:
    """An emergency page that was shown: its titles, when, and what the patient did."""

    page: str
    titles: tuple[str, ...]
    shown: str
    outcome: str = ""


def emergency_pages(session: Session, visit_id: str, zone: str | None) -> tuple[EmergencyPage, ...]:
    """Return the emergency pages of a visit, in the order in which they were shown."""
    found: list[EmergencyPage] = []
    for event in audit.events(session, ("visit", visit_id)):
        detail = _detail(event)
        page = str(detail.get("page", ""))
        at = moment_at_clinic(event.at, zone)
        if event.action == SHOWN:
            titles = dict.fromkeys(str(title) for title in detail.get("titles") or ())
            found.append(EmergencyPage(page, tuple(titles), at))
        elif event.action in _OUTCOMES and found and found[-1].page == page:
            found[-1] = replace(found[-1], outcome=f"{_OUTCOMES[event.action]}, {at}")
    return tuple(found)


def _detail(event: Audit) -> dict[str, Any]:
    detail = json.loads(event.detail) if event.detail else {}
    return detail if isinstance(detail, dict) else {}
