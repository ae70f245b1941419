"""One page of the form: shown with what is stored, and saved on Continue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, redirect, request, url_for

from intake.drafts import load_draft
from intake.journey import plan_journey
from intake.person import BIRTH_DATE, PERSON
from intake.state import get_state
from intake.storage import StorageError
from intake.storage.visits import OPEN
from intake.web import notices
from intake.web.clock import clinic_now
from intake.web.environment import render
from intake.web.forms import apply_row_command, is_row_command, page_form
from intake.web.headers import RETRY_LATER
from intake.web.saving import NotOpenError, OtherFormError, Saved, save_page
from intake.web.session import current_visit
from intake.web.ways import (
    elsewhere,
    help_address,
    noticed,
    onward,
    page_address,
    page_item,
    return_to,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flask.typing import ResponseReturnValue

    from fhir.intake.items import Interrupt, Item
    from intake.journey import Draft
    from intake.web.forms import PageForm


def show_page(name: str) -> ResponseReturnValue:
    """Show a page with its answers; a page that is not due yet leads to the one that is."""
    item = page_item(name)
    form_tree = get_state().content.form
    with get_state().storage.read() as session:
        visit = current_visit(session)
        away = elsewhere(visit, name)
        draft = load_draft(visit, form_tree, clinic_now().date()) if visit and not away else None
    if visit is None or draft is None:
        return away or abort(404)
    journey = plan_journey(form_tree, draft, clinic_now().date())
    step = journey.step(name)
    if step is None or not journey.is_reachable(step):
        return onward(journey, None, return_to())
    known = draft.person.values() if draft.person else {}
    asked = [question.link_id for question in step.questions]
    form = page_form(form_tree, item)(None, asked=asked, answers={**known, **draft.answers})
    return draw_page(item, form, asked, draft, visit=visit.id)


def send_page(name: str) -> ResponseReturnValue:
    """Save a page and go on; with faults, show it again with all that was typed."""
    item = page_item(name)
    asked = _asked(item)
    form = page_form(get_state().content.form, item)(request.form, asked=asked)
    if is_row_command(request.form):
        apply_row_command(form, request.form)
        return draw_page(item, form, asked, _stored_draft())
    if not form.check_csrf():
        return draw_page(item, form, asked, _stored_draft(), notice=notices.SEND_AGAIN), 400
    try:
        saved = save_page(item, form, asked, of=request.form.get("visit", ""))
    except NotOpenError as error:
        return _closed(error)
    except OtherFormError:
        return draw_page(item, form, asked, _stored_draft(), notice=notices.OTHER_FORM), 409
    except StorageError:
        page = draw_page(item, form, asked, _stored_draft(), notice=notices.SAVE_FAILED)
        return page, 503, RETRY_LATER
    if isinstance(saved, Saved):
        return _go_on(name, saved)
    return draw_page(item, form, asked, _stored_draft(), urgent=saved.urgent), 422


def draw_page(  # noqa: PLR0913  # a page, what is typed into it, and what is said about it
    item: Item,
    form: PageForm,
    asked: Sequence[str],
    draft: Draft | None,
    *,
    notice: str = "",
    urgent: Sequence[Interrupt] = (),
    visit: str = "",
) -> str:
    """Return the HTML of a page; without a draft its place among the others is not known."""
    state = get_state()
    journey = draft and plan_journey(state.content.form, draft, clinic_now().date())
    step = journey and journey.step(item.link_id)
    back = url_for(".start")
    if return_to():
        back = url_for(".check")
    elif journey and step and (before := journey.before(step)):
        back = page_address(before.name)
    return render(
        "intake/page.html",
        page=item,
        page_title=item.text,
        form=form,
        parts=[*_parts(item, form, asked, draft)],
        asked=" ".join(asked),
        position=journey.position(step) if journey and step else None,
        return_to=return_to(),
        visit=visit or request.form.get("visit", ""),
        back_url=back,
        urgent=[row.text["en"] for row in urgent],
        errors=noticed(notice) + form.error_links,
    )


def _parts(
    item: Item, form: PageForm, asked: Sequence[str], draft: Draft | None
) -> Iterator[tuple[str, object]]:
    """Yield what stands on a page, in order; what further answers opened is announced first."""
    known = draft.person.values() if draft and draft.person else {}
    seen = (draft.asked if draft else frozenset()) | known.keys()
    announced = seen.isdisjoint(asked)
    for child in item.walk():
        if child.type == "display" and child.parent == item.link_id:
            yield "display", child.text
        elif child.link_id in asked:
            if child.link_id not in seen and not announced:
                announced = True
                yield "more", None
            yield "question", form[child.link_id]


def _asked(item: Item) -> list[str]:
    """Return the questions that the sent page says it asked, as far as they are asked there."""
    sent = set(request.form.get("asked", "").split())
    return [child.link_id for child in item.walk() if child.link_id in sent and _is_of(item, child)]


def _is_of(page: Item, item: Item) -> bool:
    """Tell whether a page asks an item itself: no column of rows, and who it is only once."""
    if item.link_id == BIRTH_DATE:
        return page.link_id == PERSON
    columns = get_state().content.form.row_group(item) is not None
    return (item.is_question or item.is_rows) and not columns


def _stored_draft() -> Draft | None:
    try:
        with get_state().storage.read() as session:
            visit = current_visit(session)
            if visit is None or visit.status != OPEN:
                return None
            return load_draft(visit, get_state().content.form, clinic_now().date())
    except StorageError:
        return None


def _closed(error: NotOpenError) -> ResponseReturnValue:
    """Answer a page of a form that this browser has no more: sent before, or forgotten."""
    if error.is_sent:
        urgent = [row.text["en"] for row in error.urgent]
        page = render("intake/late.html", page_title=notices.LATE_TITLE, urgent=urgent, errors=[])
        return page, 409
    page = render(
        "intake/error.html",
        title=notices.CLOSED_TITLE,
        text=notices.CLOSED,
        code=410,
        errors=[],
        back_url=url_for(".start"),
    )
    return page, 410


def _go_on(name: str, saved: Saved) -> ResponseReturnValue:
    saved.tell()
    if saved.stopped:
        return redirect(url_for(".stopped"), 303)
    if saved.interrupted_at:
        return redirect(help_address(saved.interrupted_at, back=return_to()), 303)
    return onward(saved.journey, saved.journey.step(name), return_to())
