"""Where a patient goes from here: the next page, the check, or what must be read first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask import abort, redirect, request, url_for

from fhir.intake.items import CLINICIAN
from intake.interruptions import waiting_page
from intake.person import PERSON, person_page
from intake.storage.visits import COMPLETED, OPEN
from intake.web.clock import clinic_now
from intake.web.current import current_content

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from fhir.intake.items import Item
    from intake.journey import Journey, Step
    from intake.storage.tables import Visit

CHECK: Final = "check"


def page_item(name: str) -> Item:
    """Return the page of a name, or answer 404: there is none, or it is the clinician's."""
    form = current_content().form
    if name == PERSON:
        return person_page(form)
    item = next((page for page in form.pages if page.link_id == name), None)
    if item is None or item.audience == CLINICIAN:
        abort(404)
    return item


def return_to() -> str:
    """Return where the patient came from and goes back to: the answers to check, or nowhere."""
    return CHECK if request.values.get("return") == CHECK else ""


def back_query(back: str) -> dict[str, Any]:
    """Return the query that says where the patient goes back to."""
    return {"return": back} if back else {}


def page_address(name: str, *, back: str = "", anchor: str | None = None) -> str:
    """Return the address of a page, which goes ``back`` when it is saved."""
    return url_for(".page", name=name, _anchor=anchor, **back_query(back))


def help_address(name: str, *, back: str = "") -> str:
    """Return the address of the page that interrupts at another."""
    return url_for(".help", name=name, **back_query(back))


def elsewhere(visit: Visit | None, page: str | None = None) -> ResponseReturnValue | None:
    """Return where a browser belongs that has no form under way, or must read a page first."""
    if visit is None or visit.status not in {OPEN, COMPLETED}:
        return redirect(url_for(".start"), 303)
    if visit.status == COMPLETED:
        return redirect(url_for(".done"), 303)
    waiting = waiting_page(visit, current_content().form, clinic_now())
    if waiting and waiting != page:
        return redirect(help_address(waiting), 303)
    return None


def onward(journey: Journey, step: Step | None, back: str) -> ResponseReturnValue:
    """Go on from a page: to itself if it asks more now, to the next, or to the check."""
    target = journey.first_incomplete() if back else (journey.after(step) if step else None)
    target = target or journey.first_incomplete()
    if target is None:
        return redirect(url_for(".check"), 303)
    anchor = "more" if step is not None and target.name == step.name else None
    return redirect(page_address(target.name, back=back, anchor=anchor), 303)


def noticed(notice: str) -> list[dict[str, str]]:
    """Return a notice as a line of the error summary, which leads to the button to press again."""
    return [{"text": notice, "href": "#continue"}] if notice else []
