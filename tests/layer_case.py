"""Pages of any form as a test shows them, sends them back and reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fhir.intake.places import escape
from intake.asking import is_askable, is_conditional
from intake.web.forms import apply_command, is_command, page_form
from tests.cases import FORM_DAY
from tests.form_case import draw, sent
from tests.pages import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from fhir.intake.items import Form, Item
    from intake.web.forms import PageForm
    from tests.pages import Page

ZONE = "Europe/Berlin"


def shown(
    form: Form, answers: Mapping[str, Any] | None = None, *, asked: Iterable[str] | None = None
) -> PageForm:
    """Return the first page of a form with answers; all of it is asked unless told otherwise."""
    page = form.pages[0]
    known = answers or {}
    places = [*every_place(form, page, known)] if asked is None else [*asked]
    return page_form(form, page)(None, asked=places, answers=known)


def every_place(form: Form, page: Item, answers: Mapping[str, Any]) -> Iterator[str]:
    """Yield the places of all questions of a page, and of all conditional cells of its rows."""
    for item in page.columns():
        if is_askable(item):
            yield escape(item.link_id)
            if item.is_rows:
                yield from _cells(form, item, answers.get(item.link_id), escape(item.link_id))


def _cells(form: Form, rows: Item, given: Any, place: str) -> Iterator[str]:
    for number, row in enumerate(given or [{}], 1):
        for cell in rows.columns():
            inner = f"{place}[{number}].{escape(cell.link_id)}"
            if is_conditional(form, cell):
                yield inner
            if cell.is_rows:
                yield from _cells(form, cell, row.get(cell.link_id), inner)


def page_of(form: PageForm) -> Page:
    """Return the page as a browser parses it, within a document."""
    return parse(f"<!doctype html><html lang=en><title>x</title><h1>x</h1>{draw(form)}</html>")


def again(form: Form, page: PageForm, **more: str) -> PageForm:
    """Return the page that is made of what a browser sends of one, with some more controls."""
    typed = sent(page_of(page))
    for name, text in more.items():
        typed[name] = text
    return page_form(form, form.pages[0])(typed, asked=page.asked)


def press(form: Form, page: PageForm, command: str, **more: str) -> PageForm:
    """Return the page after a button that only redraws it."""
    typed = sent(page_of(page))
    for name, text in {**more, "rows": command}.items():
        typed[name] = text
    assert is_command(typed)
    made = page_form(form, form.pages[0])(typed, asked=page.asked)
    apply_command(made, typed)
    return made


def read(page: PageForm) -> dict[str, Any]:
    """Return the answers of a page without faults, without blanks."""
    values, faults = page.read(FORM_DAY)
    assert faults == {}, faults
    return {name: value for name, value in values.items() if value is not None}


def faults(page: PageForm) -> dict[str, list[str]]:
    """Return what is wrong, by place."""
    found: dict[str, list[str]] = page.read(FORM_DAY)[1]
    return found
