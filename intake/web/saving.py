"""What a page sends, merged into the draft in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fhir.intake.enablement import Enablement
from intake import signals
from intake.drafts import load_draft, store_draft, with_answers, with_person
from intake.interruptions import interrupt_visit, interrupts, note_shown, waiting_page
from intake.journey import Draft, Journey, plan_journey
from intake.person import PERSON, read_person
from intake.processing import CONSENT
from intake.state import get_state
from intake.storage import audit
from intake.storage.visits import COMPLETED, OPEN, STOPPED, finish_visit
from intake.web.clock import clinic_now
from intake.web.fields import ChoicesField
from intake.web.session import current_visit

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from fhir.intake.items import Interrupt, Item
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


def save_page(item: Item, form: PageForm, asked: Collection[str], *, of: str) -> Saved | Refused:
    """Store what a page says, unless it has faults; ``of`` is the visit for which it was shown.

    Raises StorageError when the database can not store it, NotOpenError and OtherFormError.
    """
    state = get_state()
    now = clinic_now()
    values, faults = form.read(now.date())
    with state.storage.write() as session:
        visit = current_visit(session, lock=True)
        if visit is None or visit.status != OPEN:
            is_sent = visit is not None and visit.status == COMPLETED
            raise NotOpenError(is_sent=is_sent, urgent=_ticked(item, form, now))
        if visit.id != of:
            raise OtherFormError
        draft = load_draft(visit, state.content.form, now.date())
        merged, faults, missing = _merge(item, draft, now.date(), asked, values, faults)
        if faults or missing:
            form.mark(faults)
            form.mark_missing(missing)
            urgent = _ticked(item, form, now)
            if urgent:
                note_shown(session, visit, item, urgent, now)
            return Refused(urgent)
        stopped = merged.answers.get(CONSENT) == NO_CONSENT
        due = () if stopped else interrupts(state.content.form, item, merged, now)
        if stopped:
            _stop(session, visit, now)
        else:
            _store(session, visit, item, merged, now)
            before = bool(interrupts(state.content.form, item, draft, now))
            interrupt_visit(session, visit, item, before=before, due=due, now=now)
    return Saved(
        visit=visit.id,
        page=item.link_id,
        journey=plan_journey(state.content.form, merged, now.date()),
        stopped=stopped,
        urgent=bool(due),
        interrupted_at=waiting_page(visit, state.content.form, now),
    )


def _ticked(item: Item, form: PageForm, now: datetime) -> tuple[Interrupt, ...]:
    """Return what the signs that are ticked lead to, also where "none of these" is ticked too."""
    signs = {
        field.item.link_id: [
            code
            for code in field.typed
            if (option := field.item.option(code)) is not None and not option.exclusive
        ]
        for field in form.questions
        if isinstance(field, ChoicesField)
    }
    return interrupts(get_state().content.form, item, Draft(answers=signs), now)


def _merge(  # noqa: PLR0913, PLR0917  # what a page is made of
    item: Item,
    draft: Draft,
    on: date,
    asked: Collection[str],
    values: Mapping[str, Any],
    faults: Mapping[str, list[str]],
) -> tuple[Draft, dict[str, list[str]], list[str]]:
    """Return the draft with a page's answers, its faults, and the answers that it needs."""
    form = get_state().content.form
    if item.link_id == PERSON:
        needed = [q.link_id for q in item.children if q.required]
        missing = [name for name in needed if name not in faults and not values.get(name)]
        person, more = read_person(values)
        if person and not faults and not missing:
            draft = with_person(draft, form, on, person)
        return draft, {**more, **faults}, missing
    draft = with_answers(draft, form, on, asked=asked, values=values)
    enablement = Enablement(form, draft.answers, on)
    shown = {question.link_id for question in enablement.questions()}
    faults = {place: texts for place, texts in faults.items() if _root(place) in shown}
    missing = [
        place
        for place in enablement.missing()
        if _root(place) in asked and _root(place) not in {_root(other) for other in faults}
    ]
    return draft, faults, missing


def _root(place: str) -> str:
    """Return the link id at the head of a place such as ``medication[1].med_name``."""
    return place.split("[", 1)[0]


def _store(session: Session, visit: Visit, page: Item, draft: Draft, now: datetime) -> None:
    form = get_state().content.form
    store_draft(visit, draft, form, now)
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
