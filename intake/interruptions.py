"""The page that an emergency sign leads to at once; that it was shown and passed is recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fhir.intake.enablement import Enablement
from intake.drafts import load_draft
from intake.storage import audit

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from fhir.intake.answer_options import Interrupt
    from fhir.intake.items import Form, Item
    from intake.journey import Draft
    from intake.storage.tables import Visit

SHOWN: Final = "interruption.shown"
PASSED: Final = "interruption.passed"
CLEARED: Final = "interruption.cleared"
"""What the audit calls it: the last when the answers were changed to safe ones."""
_LANGUAGE: Final = "en"


def interrupts(form: Form, page: Item, draft: Draft, now: datetime) -> tuple[Interrupt, ...]:
    """Return what the answers of a page lead to: the gravest, and others under the same title."""
    if not page.interrupts:
        return ()
    due = Enablement(form, draft.answers, now.date()).interrupts(page)
    return tuple(row for row in due if row.title == due[0].title)


def interrupt_visit(  # noqa: PLR0913  # what was due, what is now, and where and when
    session: Session,
    visit: Visit,
    page: Item,
    *,
    before: bool,
    due: tuple[Interrupt, ...],
    now: datetime,
) -> None:
    """Note that a page must be read before the visit goes on; or that it need not be any more."""
    if due:
        visit.interruption = page.link_id
        note_shown(session, visit, page, due, now)
    elif before:
        _record(session, visit, CLEARED, now, page=page.link_id)
    if not due and visit.interruption == page.link_id:
        visit.interruption = None


def note_shown(
    session: Session, visit: Visit, page: Item, due: tuple[Interrupt, ...], now: datetime
) -> None:
    """Note that the patient was told whom to call."""
    titles = [row.title[_LANGUAGE] for row in due]
    _record(session, visit, SHOWN, now, page=page.link_id, titles=titles)


def waiting_page(visit: Visit, form: Form, now: datetime) -> str | None:
    """Return the page whose interruption is still to be read.

    None also where a newer form has lost the page, or no longer sees a danger in the answers.
    """
    page = next((page for page in form.pages if page.link_id == visit.interruption), None)
    if page is None or not interrupts(form, page, load_draft(visit, form, now.date()), now):
        return None
    return page.link_id


def pass_interruption(session: Session, visit: Visit, now: datetime) -> None:
    """Note that the patient has read the page and goes on."""
    if visit.interruption:
        _record(session, visit, PASSED, now, page=visit.interruption)
        visit.interruption = None


def _record(session: Session, visit: Visit, action: str, now: datetime, **detail: object) -> None:
    audit.record(
        session,
        now=now,
        actor=audit.Actor("patient"),
        action=action,
        subject=("visit", visit.id),
        detail=detail,
    )
