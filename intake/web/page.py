"""One page of the form: shown with what is stored, and saved on Continue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, redirect, request, url_for

from fhir.intake.enablement import Enablement
from fhir.intake.places import place
from intake.asking import is_askable, page_questions, read_place, root_of
from intake.drafts import load_draft
from intake.journey import Draft, plan_journey
from intake.person import PERSON, birth_question
from intake.state import get_state
from intake.storage import StorageError
from intake.storage.visits import OPEN
from intake.web import notices
from intake.web.clock import clinic_now
from intake.web.current import current_content
from intake.web.environment import render
from intake.web.forms import apply_command, is_command, page_form
from intake.web.headers import RETRY_LATER
from intake.web.parts import Shown, page_parts, person_parts
from intake.web.saving import NotOpenError, OtherFormError, Saved, save_page
from intake.web.session import current_visit
from intake.web.titles import page_title
from intake.web.ways import (
    CHECK,
    elsewhere,
    help_address,
    noticed,
    onward,
    page_address,
    page_item,
    return_to,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from flask.typing import ResponseReturnValue

    from fhir.intake.answer_options import Interrupt
    from fhir.intake.items import Form, Item
    from intake.journey import Journey
    from intake.web.forms import PageForm
    from intake.web.parts import Part


def show_page(name: str) -> ResponseReturnValue:
    """Show a page with its answers; a page that is not due yet leads to the one that is."""
    tree = current_content().form
    item = page_item(name)
    today = clinic_now().date()
    with get_state().storage.read() as session:
        visit = current_visit(session)
        away = elsewhere(visit, name)
        draft = load_draft(visit, tree, today) if visit and not away else None
    if visit is None or draft is None:
        return away or abort(404)
    journey = plan_journey(tree, draft, today)
    step = journey.step(name)
    if step is None or not journey.is_reachable(step):
        return onward(journey, None, return_to())
    form = page_form(tree, item)(None, asked=step.asked, answers=_known(item, draft))
    return draw_page(item, form, (draft, journey), visit=visit.id)


def show_faults(
    faults: Mapping[str, Mapping[str, list[str]]], draft: Draft, journey: Journey, visit: str
) -> ResponseReturnValue:
    """Show the first of the pages on which something is wrong, by place; it leads to the check."""
    step = next(step for step in journey.steps if step.name in faults)
    tree = current_content().form
    form = page_form(tree, step.page)(None, asked=step.asked, answers=_known(step.page, draft))
    form.mark(faults[step.name])
    page = draw_page(step.page, form, (draft, journey), visit=visit, back=CHECK)
    return page, 422


def _known(item: Item, draft: Draft) -> Mapping[str, Any]:
    if item.link_id == PERSON:
        return draft.person.values() if draft.person else {}
    return draft.answers


def send_page(name: str) -> ResponseReturnValue:
    """Save a page and go on; with faults, show it again with all that was typed."""
    tree = current_content().form
    item = page_item(name)
    form = page_form(tree, item)(request.form, asked=_asked(tree, item))
    if is_command(request.form):
        apply_command(form, request.form)
        return draw_page(item, form, _stored(form))
    if not form.check_csrf():
        return draw_page(item, form, _stored(form), notice=notices.SEND_AGAIN), 400
    try:
        saved = save_page(item, form, of=request.form.get("visit", ""))
    except NotOpenError as error:
        return _closed(error)
    except OtherFormError:
        return draw_page(item, form, _stored(form), notice=notices.OTHER_FORM), 409
    except StorageError:
        page = draw_page(item, form, _stored(form), notice=notices.SAVE_FAILED)
        return page, 503, RETRY_LATER
    if isinstance(saved, Saved):
        return _go_on(name, saved)
    return draw_page(item, form, _stored(form), urgent=saved.urgent), 422


def draw_page(  # noqa: PLR0913  # a page, what is typed into it, and what is said about it
    item: Item,
    form: PageForm,
    stored: tuple[Draft, Journey] | None,
    *,
    notice: str = "",
    urgent: Sequence[Interrupt] = (),
    visit: str = "",
    back: str = "",
) -> str:
    """Return the HTML of a page; without a draft its place among the others is not known."""
    tree = current_content().form
    to = back or return_to()
    draft, journey = stored or (Draft(), None)
    step = journey and journey.step(item.link_id)
    back_url = url_for(".start")
    if to:
        back_url = url_for(".check")
    elif journey and step and (before := journey.before(step)):
        back_url = page_address(before.name)
    return render(
        "intake/page.html",
        page=item,
        page_title=page_title(tree, item).plain,
        shown_title=page_title(tree, item).shown,
        form=form,
        parts=[*_parts(item, form, draft, journey)],
        asked=" ".join(form.asked),
        position=journey.position(step) if journey and step else None,
        return_to=to,
        visit=visit or request.form.get("visit", ""),
        back_url=back_url,
        urgent=[row.text["en"] for row in urgent],
        errors=noticed(notice) + form.error_links,
    )


def _parts(item: Item, form: PageForm, draft: Draft, journey: Journey | None) -> Iterator[Part]:
    """Return what stands on a page, in order; what further answers opened is announced first."""
    tree = current_content().form
    if item.link_id == PERSON:
        return person_parts(item, form)
    enablement = journey.enablement if journey else Enablement(tree, {}, clinic_now().date())
    asked = form.asked
    if is_command(request.form):  # a new row opens what nobody has to be told about
        asked = [*map(root_of, asked)]
    asked = [name for name in asked if not _is_read(tree, name)]
    new = () if draft.asked.isdisjoint(asked) else [n for n in asked if n not in draft.asked]
    return page_parts(item, Shown(tree, enablement, draft.answers), form, new=new)


def _is_read(tree: Form, name: str) -> bool:
    """Tell whether what stands at a place is only read."""
    item = tree.items.get(read_place(name)[0])
    return item is not None and not is_askable(item)


def _asked(tree: Form, item: Item) -> list[str]:
    """Return the places that the sent page says it asked, as far as they are asked there."""
    own = {place(each) for each in _own(tree, item)}
    return [name for name in request.form.get("asked", "").split() if root_of(name) in own]


def _own(tree: Form, page: Item) -> Iterable[Item]:
    """Return what a page asks itself: who it is only on the page that is there for it."""
    if page.link_id == PERSON:
        return page.columns()
    birth = birth_question(tree)
    return (item for item in page_questions(tree)[page.link_id] if item is not birth)


def _stored(form: PageForm) -> tuple[Draft, Journey] | None:
    """Return the draft as it is stored, with its way; None where there is none to be had.

    The form is shown with what no page asks in the rows.
    """
    tree, today = current_content().form, clinic_now().date()
    try:
        with get_state().storage.read() as session:
            visit = current_visit(session)
            if visit is None or visit.status != OPEN:
                return None
            draft = load_draft(visit, tree, today)
    except StorageError:
        return None
    form.remember(draft.answers)
    return draft, plan_journey(tree, draft, today)


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
