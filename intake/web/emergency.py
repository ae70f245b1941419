"""The interruption page: whom to call now, and the way on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, redirect

from intake.drafts import load_draft
from intake.interruptions import interrupts, pass_interruption
from intake.journey import plan_journey
from intake.state import get_state
from intake.web import notices
from intake.web.clock import clinic_now
from intake.web.current import current_content
from intake.web.environment import render
from intake.web.plain_forms import PlainForm
from intake.web.session import current_visit
from intake.web.ways import elsewhere, noticed, onward, page_address, page_item, return_to

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


def show_help(name: str, notice: str = "", status: int = 200) -> ResponseReturnValue:
    """Show the page that stands between a dangerous answer and the rest of the form."""
    item = page_item(name)
    form = current_content().form
    now = clinic_now()
    with get_state().storage.read() as session:
        visit = current_visit(session)
        away = elsewhere(visit, name)
        if away is not None or visit is None:
            return away or abort(404)
        draft = load_draft(visit, form, now.date())
    due = interrupts(form, item, draft, now)
    address = page_address(name, back=return_to())
    if not due:
        return redirect(address, 303)
    page = render(
        "intake/help.html",
        page_title=due[0].title["en"],
        texts=[row.text["en"] for row in due],
        page_url=address,
        back_url=address,
        form=PlainForm(),
        errors=noticed(notice),
    )
    return page, status


def pass_help(name: str) -> ResponseReturnValue:
    """Note that the patient goes on with the form."""
    item = page_item(name)
    if not PlainForm().is_sent():
        return show_help(name, notices.SEND_AGAIN, 400)
    form = current_content().form
    now = clinic_now()
    with get_state().storage.write() as session:
        visit = current_visit(session, lock=True)
        away = elsewhere(visit, name)
        if away is not None or visit is None:
            return away or abort(404)
        pass_interruption(session, visit, now)
        draft = load_draft(visit, form, now.date())
    journey = plan_journey(form, draft, now.date())
    return onward(journey, journey.step(item.link_id), return_to())
