"""Pages of the form as a test fills them in: typed, read, drawn, and sent as a browser would."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from flask import Flask
from jinja2 import ChainableUndefined, ChoiceLoader, Environment, FileSystemLoader, PackageLoader
from werkzeug.datastructures import MultiDict

from intake.content import standard_content
from intake.paths import TEMPLATES
from intake.web.forms import page_form
from tests.pages import Page, parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from xml.etree import ElementTree as ET

    from fhir.intake.items import Item
    from intake.web.forms import PageForm

FORM = standard_content().form
PLACES = {"{emergency_number}": "112", "{crisis_number}": "116 123"}
_PAGE = """
{%- from "intake/_questions.html" import question -%}
<form method="post">{% for field in form.questions %}{{ question(field) }}{% endfor %}</form>
"""


def application(**config: object) -> Flask:
    app = Flask(__name__)
    app.config.update({"SECRET_KEY": "of a test", **config})
    return app


@cache
def environment() -> Environment:
    loaders = [FileSystemLoader(TEMPLATES), PackageLoader("nhsuk_frontend_jinja")]
    made = Environment(
        loader=ChoiceLoader(loaders),
        undefined=ChainableUndefined,
        autoescape=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    made.filters["filled"] = _filled
    return made


def _filled(text: str) -> str:
    for place, number in PLACES.items():
        text = text.replace(place, number)
    return text


def question(name: str) -> Item:
    return FORM.items[name]


def typed(data: Mapping[str, str | list[str]]) -> MultiDict[str, str]:
    return MultiDict(data)


def form_of(
    page: str | Item,
    data: Mapping[str, str | list[str]] | None = None,
    *,
    answers: Mapping[str, object] | None = None,
) -> PageForm:
    """Return the form of a page with all its questions, typed into or with answers."""
    item = FORM.items[page] if isinstance(page, str) else page
    asked = [below.link_id for below in item.walk()]
    formdata = None if data is None else typed(data)
    return page_form(FORM, item)(formdata, asked=asked, answers=answers)


def draw(form: PageForm) -> str:
    return environment().from_string(_PAGE).render(form=form)


def drawn(form: PageForm) -> Page:
    return parse(draw(form))


def sent(page: Page) -> MultiDict[str, str]:
    """Return what a browser sends of a page that nobody changed."""
    return MultiDict(_successful(page.root))


def _successful(root: ET.Element) -> Iterator[tuple[str, str]]:
    for node in root.iter():
        name = node.get("name", "")
        if node.tag == "textarea":
            yield name, (node.text or "").replace("\n", "\r\n")
        elif node.tag == "select":
            options = [*node.iter("option")]
            chosen = next((o for o in options if "selected" in o.attrib), options[0])
            yield name, chosen.get("value", "")
        elif node.tag == "input" and node.get("type") in {"radio", "checkbox"}:
            if "checked" in node.attrib:
                yield name, node.get("value", "")
        elif node.tag == "input":
            yield name, node.get("value", "")


def in_order(item: Item, answer: Any) -> Any:
    """Return an answer as a page sends it: several choices in the order of the page."""
    if not (item.type == "choice" and item.repeats):
        return answer
    options = sorted(item.options, key=lambda option: option.exclusive)
    return [option.code for option in options if option.code in answer]
