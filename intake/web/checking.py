"""The end of the form: check the answers, send them, and the confirmation."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from flask import abort, redirect, url_for

from intake import signals
from intake.drafts import load_draft
from intake.journey import plan_journey
from intake.state import get_state
from intake.storage import StorageError, submissions
from intake.storage.tables import Submission
from intake.submitting import COMPLETED, Stamp, new_reference, submit
from intake.web import notices
from intake.web.clock import clinic_now
from intake.web.environment import render
from intake.web.page import CHECK, elsewhere, noticed, onward
from intake.web.plain_forms import SubmitForm
from intake.web.review import review_sections
from intake.web.session import current_visit

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


def show_check(notice: str = "", status: int = 200) -> ResponseReturnValue:
    """Show all answers by section, each with the way to change it."""
    state = get_state()
    on = clinic_now().date()
    with state.storage.read() as session:
        visit = current_visit(session)
        away = elsewhere(visit)
        draft = load_draft(visit, state.content.form, on) if visit and not away else None
    if draft is None:
        return away or abort(404)
    journey = plan_journey(state.content.form, draft, on)
    if journey.first_incomplete():
        return onward(journey, None, CHECK)
    page = render(
        "intake/check.html",
        page_title=notices.CHECK_TITLE,
        sections=review_sections(journey, draft),
        form=SubmitForm(),
        errors=noticed(notice),
        back_url=url_for(".page", name=journey.steps[-1].name),
    )
    return page, status


def send_answers() -> ResponseReturnValue:
    """Store the answers for good; pressing the button again gives the same reference."""
    form = SubmitForm()
    if not form.is_sent():
        return show_check(notices.SEND_AGAIN, 400)
    try:
        sent = _store(str(form.key.data))
    except StorageError:
        return show_check(notices.SEND_FAILED, 503)
    if not isinstance(sent, Submission):
        return sent
    state = get_state()
    if state.worker is not None:
        state.worker.wake()
    signals.tell(signals.intake_submitted, visit=sent.visit_id, submission=sent.id)
    return redirect(url_for(".done"), 303)


def _store(key: str) -> ResponseReturnValue | Submission:
    """Return the submission, or where the browser belongs instead."""
    state = get_state()
    now = clinic_now()
    with state.storage.write() as session:
        visit = current_visit(session, lock=True)
        away = elsewhere(visit)
        if away is not None or visit is None:
            return away or abort(404)
        draft = load_draft(visit, state.content.form, now.date())
        journey = plan_journey(state.content.form, draft, now.date())
        if journey.first_incomplete():
            return onward(journey, None, CHECK)
        stamp = Stamp(
            now=now,
            submission_id=uuid4(),
            job_id=uuid4(),
            reference=new_reference(),
            key=key,
        )
        system = state.settings.record_system
        return submit(
            session, visit, draft, content=state.content, record_system=system, stamp=stamp
        )


def show_done() -> ResponseReturnValue:
    """Confirm with the reference; of the answers nothing is shown any more."""
    with get_state().storage.read() as session:
        visit = current_visit(session)
        sent = submissions.submission_of(session, visit.id) if visit else None
    if visit is None or visit.status != COMPLETED or sent is None:
        return elsewhere(visit) or redirect(url_for(".check"), 303)
    tiers = get_state().content.pack.tables.tier
    tier = next((tier for tier in tiers if tier.id == sent.tier), None)
    return render(
        "intake/done.html",
        page_title=notices.DONE_TITLE,
        reference=sent.reference,
        submitted_on=sent.created_at,
        advice=tier.patient_text["en"] if tier else "",
        is_emergency=tier is not None and tier.rank == 0,
        errors=[],
        back_url=None,
    )
