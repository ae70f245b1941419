"""What a page sends, merged into the draft in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fhir.intake.enablement import Enablement
from intake import signals
from intake.asking import is_place_shown, page_mark, root_of
from intake.drafts import load_draft, store_draft, with_answers, with_person
from intake.interruptions import interrupt_visit, interrupts, note_shown, waiting_page
from intake.journey import Draft, Journey, not_answered, plan_journey
from intake.person import PERSON, read_person
from intake.processing import CONSENT
from intake.state import get_state
from intake.storage import audit
from intake.storage.visits import COMPLETED, OPEN, STOPPED, finish_visit
from intake.web.clock import clinic_now
from intake.web.current import current_content
from intake.web.fields import ChoicesField
from intake.web.session import current_visit

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from fhir.intake.answer_options import Interrupt
    from fhir.intake.items import Form, Item
    from intake.storage.tables import Visit
    from intake.web.forms import PageForm

NO_CONSENT = "no"
_PATIENT = audit.Actor("patient")


class NotOpenError(Exception):
    """The browser has no form under way, so that there is nothing to save a page in.

    ``is_sent`` tells that it was sent before; ``urgent`` is what the ticks of the page lead to.
    """

    def __init__(self, *, is_sent: bool, urgent: tuple[Interrupt, ...]) -> None:
        super().__init__()
        self.is_sent = is_sent
        self.urgent = urgent


class OtherFormError(Exception):
    """The page is of another form than the one under way, which was begun in the same browser."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What came of a page: the way on, and whether it ends here.

    ``urgent`` tells that its answers are a reason to call somebody; ``interrupted_at`` is the page,
    this or another, whose interruption is still to be read.
    """

    visit: str
    page: str
    journey: Journey
    stopped: bool
    urgent: bool
    interrupted_at: str | None

    def tell(self) -> None:
        """Send the signals, now that it is stored."""
        if self.stopped:
            signals.tell(signals.intake_stopped, visit=self.visit)
            return
        signals.tell(signals.intake_saved, visit=self.visit, page=self.page)
        if self.urgent:
            signals.tell(signals.red_flag_raised, visit=self.visit, page=self.page)


@dataclass(frozen=True, slots=True)
class Refused:
    """A page with faults, which stand in its form; ``urgent`` is what its ticks mean yet."""

    urgent: tuple[Interrupt, ...]


def save_page(item: Item, form: PageForm, *, of: str) -> Saved | Refused:
    """Store what a page says, unless it has faults; ``of`` is the visit for which it was shown.

    Raises StorageError when the database can not store it, NotOpenError and OtherFormError.
    """
    content = current_content()
    now = clinic_now()
    with get_state().storage.write() as session:
        visit = current_visit(session, lock=True)
        if visit is None or visit.status != OPEN:
            is_sent = visit is not None and visit.status == COMPLETED
            raise NotOpenError(is_sent=is_sent, urgent=_ticked(item, form, now))
        if visit.id != of:
            raise OtherFormError
        draft = load_draft(visit, content.form, now.date())
        form.remember(draft.answers)
        merged, faults, missing = _merge(item, form, draft, now.date())
        if faults or missing:
            form.mark(faults)
            form.mark_missing(missing)
            urgent = _ticked(item, form, now)
            if urgent:
                note_shown(session, visit, item, urgent, now)
            return Refused(urgent)
        stopped = content.pack is not None and merged.answers.get(CONSENT) == NO_CONSENT
        due = () if stopped else interrupts(content.form, item, merged, now)
        if stopped:
            _stop(session, visit, now)
        else:
            _store(session, visit, item, merged, now)
            before = bool(interrupts(content.form, item, draft, now))
            interrupt_visit(session, visit, item, before=before, due=due, now=now)
    return Saved(
        visit=visit.id,
        page=item.link_id,
        journey=plan_journey(content.form, merged, now.date()),
        stopped=stopped,
        urgent=bool(due),
        interrupted_at=waiting_page(visit, content.form, now),
    )


def _ticked(item: Item, form: PageForm, now: datetime) -> tuple[Interrupt, ...]:
    """Return what the signs that are ticked lead to, also where "none of these" is ticked too."""
    if not item.interrupts:
        return ()
    signs = {
        field.item.link_id: [
            code
            for code in field.typed
            if (option := field.item.option(code)) is not None and not option.exclusive
        ]
        for field in form.questions
        if isinstance(field, ChoicesField)
    }
    return interrupts(current_content().form, item, Draft(answers=signs), now)


def _merge(
    item: Item, page: PageForm, draft: Draft, on: date
) -> tuple[Draft, dict[str, list[str]], list[str]]:
    """Return the draft with a page's answers, its faults, and the answers that it needs."""
    form = current_content().form
    values, faults = page.read(on)
    if item.link_id == PERSON:
        needed = [q.link_id for q in item.children if q.required]
        missing = [name for name in needed if name not in faults and not values.get(name)]
        person, more = read_person(values)
        if person and not faults and not missing:
            draft = with_person(draft, form, on, person)
        return draft, {**more, **faults}, missing
    asked = frozenset(page.answered or (page_mark(item),))
    draft = with_answers(draft, form, on, asked=asked, values=values)
    enablement = Enablement(form, draft.answers, on)
    faults = {name: texts for name, texts in faults.items() if _is_due(form, enablement, name)}
    wrong = {root_of(name) for name in faults}
    missing = not_answered(form, asked, enablement.missing())
    return draft, faults, [name for name in missing if root_of(name) not in wrong]


def _is_due(form: Form, enablement: Enablement, name: str) -> bool:
    """Tell whether a fault counts: of a question that is shown, or in rows that are."""
    return is_place_shown(form, enablement, root_of(name))


def _store(session: Session, visit: Visit, page: Item, draft: Draft, now: datetime) -> None:
    store_draft(visit, draft, current_content().form, now)
    audit.record(
        session,
        now=now,
        actor=_PATIENT,
        action="visit.saved",
        subject=("visit", visit.id),
        detail={"page": page.link_id},
    )


def _stop(session: Session, visit: Visit, now: datetime) -> None:
    """End a visit whose patient refuses; nothing that was answered is kept."""
    finish_visit(visit, STOPPED, now)
    audit.record(
        session, now=now, actor=_PATIENT, action="visit.stopped", subject=("visit", visit.id)
    )
