"""One page of the form: shown with what is stored, and saved on Continue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask import abort, redirect, request, url_for

from intake.drafts import load_draft
from intake.journey import CLINICIAN, plan_journey
from intake.person import PERSON, person_page
from intake.state import get_state
from intake.storage import StorageError
from intake.submitting import COMPLETED
from intake.web import notices
from intake.web.clock import clinic_now
from intake.web.environment import render
from intake.web.forms import apply_row_command, is_row_command, page_form
from intake.web.saving import NotOpenError, Saved, save_page
from intake.web.session import OPEN, current_visit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flask.typing import ResponseReturnValue

    from fhir.intake.items import Interrupt, Item
    from intake.journey import Draft, Journey, Step
    from intake.storage.tables import Visit
    from intake.web.forms import PageForm

CHECK: Final = "check"


def page_item(name: str) -> Item:
    """Return the page of a name, or answer 404: there is none, or it is the clinician's."""
    form = get_state().content.form
    if name == PERSON:
        return person_page(form)
    item = next((page for page in form.pages if page.link_id == name), None)
    if item is None or item.audience == CLINICIAN:
        abort(404)
    return item


def return_to() -> str:
    """Return where the patient came from and goes back to: the answers to check, or nowhere."""
    return CHECK if request.values.get("return") == CHECK else ""


def elsewhere(visit: Visit | None, page: str | None = None) -> ResponseReturnValue | None:
    """Return where a browser belongs that has no form under way, or must read a page first."""
    if visit is None or visit.status not in {OPEN, COMPLETED}:
        return redirect(url_for(".start"), 303)
    if visit.status == COMPLETED:
        return redirect(url_for(".done"), 303)
    waiting = visit.interruption
    # A newer form may no longer have the page at which the visit was interrupted.
    if waiting and waiting != page and waiting in get_state().content.form.items:
        return redirect(url_for(".help", name=waiting), 303)
    return None


def onward(journey: Journey, step: Step | None, back: str) -> ResponseReturnValue:
    """Go on from a page: to itself if it asks more now, to the next, or to the check."""
    target = journey.first_incomplete() if back else (journey.after(step) if step else None)
    target = target or journey.first_incomplete()
    if target is None:
        return redirect(url_for(".check"), 303)
    anchor = "more" if step is not None and target.name == step.name else None
    return redirect(page_address(target.name, back=back, anchor=anchor), 303)


def page_address(name: str, *, back: str = "", anchor: str | None = None) -> str:
    """Return the address of a page, which goes ``back`` when it is saved."""
    return url_for(".page", name=name, _anchor=anchor, **back_query(back))


def back_query(back: str) -> dict[str, Any]:
    """Return the query that says where the patient goes back to."""
    return {"return": back} if back else {}


def show_page(name: str) -> ResponseReturnValue:
    """Show a page with its answers; a page that is not due yet leads to the one that is."""
    item = page_item(name)
    form_tree = get_state().content.form
    with get_state().storage.read() as session:
        visit = current_visit(session)
        away = elsewhere(visit, name)
        draft = load_draft(visit, form_tree, clinic_now().date()) if visit and not away else None
    if draft is None:
        return away or abort(404)
    journey = plan_journey(form_tree, draft, clinic_now().date())
    step = journey.step(name)
    if step is None or not journey.is_reachable(step):
        return onward(journey, None, return_to())
    known = draft.person.values() if draft.person else {}
    asked = [question.link_id for question in step.questions]
    form = page_form(form_tree, item)(None, asked=asked, answers={**known, **draft.answers})
    return draw_page(item, form, asked, draft)


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
        saved = save_page(item, form, asked)
    except NotOpenError:
        return _closed()
    except StorageError:
        return draw_page(item, form, asked, _stored_draft(), notice=notices.SAVE_FAILED), 503
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
) -> str:
    """Return the HTML of a page; without a draft its place among the others is not known."""
    state = get_state()
    journey = draft and plan_journey(state.content.form, draft, clinic_now().date())
    step = journey and journey.step(item.link_id)
    back = url_for(".start")
    if return_to():
        back = url_for(".check")
    elif journey and step and (before := journey.before(step)):
        back = url_for(".page", name=before.name)
    return render(
        "intake/page.html",
        page=item,
        page_title=item.text,
        form=form,
        parts=[*_parts(item, form, asked, draft)],
        asked=" ".join(asked),
        position=journey.position(step) if journey and step else None,
        return_to=return_to(),
        back_url=back,
        urgent=[row.text["en"] for row in urgent],
        errors=noticed(notice) + form.error_links,
    )


def noticed(notice: str) -> list[dict[str, str]]:
    """Return a notice as a line of the error summary, which leads to the button to press again."""
    return [{"text": notice, "href": "#continue"}] if notice else []


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
    """Return the questions that the sent page says it asked, as far as they are on it."""
    sent = set(request.form.get("asked", "").split())
    return [child.link_id for child in item.walk() if child.link_id in sent and _is_asked(child)]


def _is_asked(item: Item) -> bool:
    return item.is_question or item.is_rows


def _stored_draft() -> Draft | None:
    try:
        with get_state().storage.read() as session:
            visit = current_visit(session)
            if visit is None or visit.status != OPEN:
                return None
            return load_draft(visit, get_state().content.form, clinic_now().date())
    except StorageError:
        return None


def _closed() -> ResponseReturnValue:
    """Answer a page of a form that this browser has no more: sent, stopped, or forgotten."""
    with get_state().storage.read() as session:
        visit = current_visit(session)
    if visit is not None and visit.status == COMPLETED:
        return redirect(url_for(".done"), 303)
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
        address = url_for(".help", name=saved.interrupted_at, **back_query(return_to()))
        return redirect(address, 303)
    return onward(saved.journey, saved.journey.step(name), return_to())
