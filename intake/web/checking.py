"""The end of the form: check the answers, send them, and the confirmation."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

from flask import abort, redirect, url_for

from fhir.intake.strict_json import dump_json
from intake import signals
from intake.completing import hindrances
from intake.drafts import load_draft
from intake.journey import plan_journey
from intake.state import get_state
from intake.storage import StorageError, submissions
from intake.storage.tables import Submission
from intake.storage.visits import COMPLETED
from intake.submitting import Stamp, submit
from intake.web import notices
from intake.web.clock import clinic_now
from intake.web.current import current_content
from intake.web.environment import render
from intake.web.headers import RETRY_LATER
from intake.web.page import show_faults
from intake.web.plain_forms import SubmitForm
from intake.web.review import review_sections
from intake.web.session import current_visit
from intake.web.ways import CHECK, elsewhere, noticed, onward

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from intake.journey import Draft
    from intake.storage.tables import Visit


def show_check(notice: str = "", status: int = 200) -> ResponseReturnValue:
    """Show all answers by section, each with the way to change it."""
    form_tree = current_content().form
    on = clinic_now().date()
    with get_state().storage.read() as session:
        visit = current_visit(session)
        away = elsewhere(visit)
        draft = load_draft(visit, form_tree, on) if visit and not away else None
    if visit is None or draft is None:
        return away or abort(404)
    journey = plan_journey(form_tree, draft, on)
    if journey.first_incomplete():
        return onward(journey, None, CHECK)
    form = SubmitForm()
    form.seen.data = draft_digest(visit, draft)
    page = render(
        "intake/check.html",
        page_title=notices.CHECK_TITLE,
        sections=review_sections(form_tree, journey, draft),
        form=form,
        errors=noticed(notice),
        back_url=url_for(".page", name=journey.steps[-1].name),
    )
    return page, status, (RETRY_LATER if status == 503 else {})


def send_answers() -> ResponseReturnValue:
    """Store the answers for good; pressing the button again gives the same reference.

    They are validated first. What the person can mend is asked for again on its page; if anything
    else is wrong, such as a required file that no page can take, the response is stored in
    progress, because it would not be valid as completed.
    """
    form = SubmitForm()
    if not form.is_sent():
        return show_check(notices.SEND_AGAIN, 400)
    try:
        sent = _store(str(form.key.data), str(form.seen.data))
    except StorageError:
        return show_check(notices.SEND_FAILED, 503)
    if sent is None:
        return show_check(notices.CHANGED, 409)
    if not isinstance(sent, Submission):
        return sent
    state = get_state()
    if state.worker is not None:
        state.worker.wake()
    signals.tell(signals.intake_submitted, visit=sent.visit_id, submission=sent.id)
    return redirect(url_for(".done"), 303)


def _store(key: str, seen: str) -> ResponseReturnValue | Submission | None:
    """Return the submission, or where the browser belongs instead.

    None when the answers are not those that were shown to be checked.
    """
    state = get_state()
    content = current_content()
    now = clinic_now()
    with state.storage.write() as session:
        visit = current_visit(session, lock=True)
        away = elsewhere(visit)
        if away is not None or visit is None:
            return away or abort(404)
        draft = load_draft(visit, content.form, now.date())
        journey = plan_journey(content.form, draft, now.date())
        if journey.first_incomplete():
            return onward(journey, None, CHECK)
        if seen != draft_digest(visit, draft):
            return None
        found = hindrances(visit, draft, content.form, journey, now)
        if found.faults:
            return show_faults(found.faults, draft, journey, visit.id)
        draft = replace(draft, lacks=tuple(issue.message for issue in found.others))
        stamp = Stamp(
            now=now,
            submission_id=uuid4(),
            job_id=uuid4(),
            key=key,
        )
        system = state.settings.record_system
        return submit(session, visit, draft, content=content, record_system=system, stamp=stamp)


def draft_digest(visit: Visit, draft: Draft) -> str:
    """Return what tells one state of a draft, and one draft, from another.

    Beside what is stored it counts the answers, of which some may be calculated anew each day.
    """
    answers = dump_json(dict(draft.answers)).decode()
    stated = f"{visit.id}|{visit.person}|{visit.asked}|{visit.response}|{answers}"
    return hashlib.sha256(stated.encode()).hexdigest()


def show_done() -> ResponseReturnValue:
    """Confirm with the reference; of the answers nothing is shown any more."""
    content = current_content()
    with get_state().storage.read() as session:
        visit = current_visit(session)
        sent = submissions.submission_of(session, visit.id) if visit else None
    if visit is None or visit.status != COMPLETED or sent is None:
        return elsewhere(visit) or redirect(url_for(".check"), 303)
    tiers = content.pack.tables.tier if content.pack else ()
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
