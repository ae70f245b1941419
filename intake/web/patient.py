"""The patient's blueprint: start, one page for each section, check, send, confirmation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import uuid4

from flask import Blueprint, current_app, redirect, url_for

from fhir.intake.items import CLINICIAN
from intake import signals
from intake.drafts import load_draft, new_draft
from intake.journey import plan_journey
from intake.state import get_state
from intake.storage import audit
from intake.storage.visits import OPEN, STOPPED
from intake.web import notices
from intake.web.addresses import PATIENT, add_form_rule, choose_form, stay_with_form
from intake.web.checking import send_answers, show_check, show_done
from intake.web.clock import clinic_now
from intake.web.current import current_content, served_content
from intake.web.emergency import pass_help, show_help
from intake.web.environment import render
from intake.web.page import send_page, show_page
from intake.web.plain_forms import PlainForm
from intake.web.session import begin_visit, current_visit, forget_visit, remember_visit
from intake.web.titles import language_of
from intake.web.ways import elsewhere, noticed

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from intake.content import Content

RETIRED: Final = "retired"
"""The status of a form that takes no new answers."""
_TEXT_LIMIT: Final = 4000
"""Characters of a form's own description that its start page shows."""


def blueprint() -> Blueprint:
    """Make the blueprint; every application needs its own."""
    pages = Blueprint(PATIENT, __name__, static_folder="static", static_url_path="/static")
    pages.url_value_preprocessor(choose_form)
    pages.url_defaults(stay_with_form)
    for rule, endpoint, view in (
        ("/", "start", show_start),
        ("/form/<name>", "page", show_page),
        ("/help/<name>", "help", show_help),
        ("/check", "check", show_check),
        ("/done", "done", show_done),
        ("/stopped", "stopped", show_stopped),
    ):
        add_form_rule(pages, rule, endpoint, view)
    for rule, endpoint, action in (
        ("/", "begin", begin),
        ("/form/<name>", "send_page", send_page),
        ("/help/<name>", "pass_help", pass_help),
        ("/check", "send", send_answers),
    ):
        add_form_rule(pages, rule, endpoint, action, "POST")
    return pages


def show_start(notice: str = "", status: int = 200) -> ResponseReturnValue:
    """Show what the form is for, and the way back into one that is under way.

    A form that is retired can be finished, but not begun.
    """
    begun = current_content()
    on = clinic_now().date()
    with get_state().storage.read() as session:
        visit = current_visit(session)
        under_way = visit if visit is not None and visit.status == OPEN else None
        served = served_content(session)
        draft = load_draft(under_way, begun.form, on) if under_way else new_draft(served.form, on)
    is_retired = served.form.status == RETIRED
    if is_retired and under_way is None:
        return _closed()
    content = begun if under_way else served
    step = plan_journey(content.form, draft, on).first_incomplete()
    resume = url_for(".page", name=step.name) if step else url_for(".check")
    page = render(
        "intake/start.html",
        form_title=content.form.title or notices.UNTITLED,
        title_language=language_of(content.form) if content.form.title else "",
        text_language=language_of(content.form),
        is_standard=content.pack is not None,
        description=_description(content),
        resume_url=resume if under_way else None,
        can_begin=not is_retired,
        least=len(plan_journey(content.form, new_draft(content.form, on), on).steps),
        most=len([page for page in content.form.pages if page.audience != CLINICIAN]) + 1,
        form=PlainForm(),
        errors=noticed(notice),
        back_url=None,
    )
    return page, status


def _description(content: Content) -> tuple[str, ...]:
    """Return the paragraphs in which the author of a form without rules describes it."""
    text = content.questionnaire.get("description")
    if content.pack is not None or not isinstance(text, str):
        return ()
    return tuple(filter(str.strip, text[:_TEXT_LIMIT].split("\n\n")))


def _closed() -> ResponseReturnValue:
    page = render(
        "intake/error.html", title=notices.RETIRED_TITLE, text=notices.RETIRED, code=410, errors=[]
    )
    return page, 410


def begin() -> ResponseReturnValue:
    """Open a new form for this browser."""
    if not PlainForm().is_sent():
        return show_start(notices.START_AGAIN, 400)
    now = clinic_now()
    with get_state().storage.write() as session:
        form = served_content(session).form
        if form.status == RETIRED:
            return _closed()
        visit, token = begin_visit(session, form, new_id=uuid4(), now=now)
        audit.record(
            session,
            now=now,
            actor=audit.Actor("patient"),
            action="visit.started",
            subject=("visit", visit.id),
        )
    signals.tell(signals.intake_started, visit=visit.id)
    first = plan_journey(form, new_draft(form, now.date()), now.date()).steps[0]
    response = redirect(url_for(".page", name=first.name), 303)
    remember_visit(response, token)
    return response


def show_stopped() -> ResponseReturnValue:
    """Say that nothing is kept, because the patient said no."""
    current_content()
    with get_state().storage.read() as session:
        visit = current_visit(session)
    if visit is None or visit.status != STOPPED:
        return elsewhere(visit) or redirect(url_for(".start"), 303)
    response = current_app.make_response(render("intake/stopped.html", errors=[], back_url=None))
    forget_visit(response)
    return response
