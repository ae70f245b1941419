"""The patient's blueprint: start, one page for each section, check, send, confirmation."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from flask import Blueprint, current_app, redirect, url_for

from fhir.intake.items import CLINICIAN
from intake import signals
from intake.drafts import load_draft
from intake.journey import Draft, plan_journey
from intake.state import get_state
from intake.storage import audit
from intake.storage.visits import OPEN, STOPPED
from intake.web import notices
from intake.web.checking import send_answers, show_check, show_done
from intake.web.clock import clinic_now
from intake.web.emergency import pass_help, show_help
from intake.web.environment import render
from intake.web.page import send_page, show_page
from intake.web.plain_forms import PlainForm
from intake.web.session import begin_visit, current_visit, forget_visit, remember_visit
from intake.web.ways import elsewhere, noticed

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

PATIENT = "intake_patient"


def blueprint() -> Blueprint:
    """Make the blueprint; every application needs its own."""
    pages = Blueprint(PATIENT, __name__, static_folder="static", static_url_path="/static")
    pages.add_url_rule("/", "start", show_start)
    pages.add_url_rule("/", "begin", begin, methods=["POST"])
    pages.add_url_rule("/form/<name>", "page", show_page)
    pages.add_url_rule("/form/<name>", "send_page", send_page, methods=["POST"])
    pages.add_url_rule("/help/<name>", "help", show_help)
    pages.add_url_rule("/help/<name>", "pass_help", pass_help, methods=["POST"])
    pages.add_url_rule("/check", "check", show_check)
    pages.add_url_rule("/check", "send", send_answers, methods=["POST"])
    pages.add_url_rule("/done", "done", show_done)
    pages.add_url_rule("/stopped", "stopped", show_stopped)
    return pages


def show_start(notice: str = "", status: int = 200) -> ResponseReturnValue:
    """Show what the form is for, and the way back into one that is under way."""
    state = get_state()
    on = clinic_now().date()
    with state.storage.read() as session:
        visit = current_visit(session)
        under_way = visit if visit is not None and visit.status == OPEN else None
        draft = load_draft(under_way, state.content.form, on) if under_way else Draft()
    journey = plan_journey(state.content.form, draft, on)
    step = journey.first_incomplete()
    resume = url_for(".page", name=step.name) if step else url_for(".check")
    page = render(
        "intake/start.html",
        page_title=state.content.form.title,
        resume_url=resume if under_way else None,
        least=len(plan_journey(state.content.form, Draft(), on).steps),
        most=len([page for page in state.content.form.pages if page.audience != CLINICIAN]) + 1,
        form=PlainForm(),
        errors=noticed(notice),
        back_url=None,
    )
    return page, status


def begin() -> ResponseReturnValue:
    """Open a new form for this browser."""
    if not PlainForm().is_sent():
        return show_start(notices.START_AGAIN, 400)
    state = get_state()
    now = clinic_now()
    with state.storage.write() as session:
        visit, token = begin_visit(session, new_id=uuid4(), now=now)
        audit.record(
            session,
            now=now,
            actor=audit.Actor("patient"),
            action="visit.started",
            subject=("visit", visit.id),
        )
    signals.tell(signals.intake_started, visit=visit.id)
    first = plan_journey(state.content.form, Draft(), now.date()).steps[0]
    response = redirect(url_for(".page", name=first.name), 303)
    remember_visit(response, token)
    return response


def show_stopped() -> ResponseReturnValue:
    """Say that nothing is kept, because the patient said no."""
    with get_state().storage.read() as session:
        visit = current_visit(session)
    if visit is None or visit.status != STOPPED:
        return elsewhere(visit) or redirect(url_for(".start"), 303)
    response = current_app.make_response(render("intake/stopped.html", errors=[], back_url=None))
    forget_visit(response)
    return response
