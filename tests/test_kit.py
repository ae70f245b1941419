"""The kit's macros show hostile text as text, in every parameter that takes some."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import html5lib
import pytest
from flask import Flask

from intake.paths import TEMPLATES
from intake.settings import Settings
from intake.web.environment import make_environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree import ElementTree as ET

    from flask.templating import Environment

HERE: Final = object()
"""Marks where a text goes."""
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onfocus='alert(1)",
    '" autofocus onfocus="alert(1)',
    "</textarea></title><svg onload=alert(1)>",
    "{{ 7*7 }}{% raw %}&lt;b&gt;<!--",
)
FIELD = {
    "id": "f",
    "name": "f",
    "label": {"text": HERE},
    "hint": {"text": HERE},
    "errorMessage": {"text": HERE},
}
CHOICES = {
    "idPrefix": "f",
    "name": "f",
    "fieldset": {"legend": {"text": HERE, "caption": {"text": HERE, "placement": "end"}}},
    "hint": {"text": HERE},
    "errorMessage": {"text": HERE},
    "items": [{"text": HERE, "value": HERE, "hint": {"text": HERE}}, {"divider": HERE}],
}
CASES: Final[dict[str, dict[str, Any]]] = {
    "back-link backLink": {"href": HERE, "text": HERE, "visuallyHiddenText": HERE},
    "button button": {"text": HERE, "name": HERE, "value": HERE, "ariaLabel": HERE},
    "checkboxes checkboxes": CHOICES,
    "date-input dateInput": {
        "id": "f",
        "fieldset": {"legend": {"text": HERE}},
        "hint": {"text": HERE},
        "errorMessage": {"text": HERE},
        "items": [{"id": "f-day", "name": HERE, "label": HERE, "value": HERE}],
    },
    "error-summary errorSummary": {
        "heading": {"text": HERE},
        "errorList": [{"text": HERE, "href": HERE}],
    },
    "input input": FIELD | {"value": HERE, "suffix": HERE, "prefix": HERE, "placeholder": HERE},
    "panel panel": {"heading": {"text": HERE}, "text": HERE},
    "radios radios": CHOICES,
    "select select": FIELD | {"items": [{"text": HERE, "value": HERE}]},
    "skip-link skipLink": {"href": HERE, "text": HERE},
    "textarea textarea": FIELD | {"value": HERE},
    "warning-callout warningCallout": {"heading": {"text": HERE}, "text": HERE},
}
"""By component and macro, what it is called with. Those that pages use are all here."""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    folder = tmp_path_factory.mktemp("instance")
    settings = Settings.from_config({}, testing=True, instance_path=folder)
    return make_environment(Flask("host"), settings)


def places(value: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to each place where a text goes."""
    if value is HERE:
        yield path
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from places(inner, (*path, number))


def put(value: Any, place: tuple[Any, ...], text: str, path: tuple[Any, ...] = ()) -> Any:
    """Return parameters with a text at one place and plain words at the others."""
    if value is HERE:
        return text if path == place else "words"
    if isinstance(value, dict):
        return {key: put(inner, place, text, (*path, key)) for key, inner in value.items()}
    if isinstance(value, list):
        return [put(inner, place, text, (*path, n)) for n, inner in enumerate(value)]
    return value


def draw(environment: Environment, case: str, params: dict[str, Any]) -> ET.Element:
    component, macro = case.split()
    source = f'{{% from "nhsuk/components/{component}/macro.jinja" import {macro} %}}'
    html = environment.from_string(source + f"{{{{ {macro}(params) }}}}").render(params=params)
    root: ET.Element = html5lib.parse(html, treebuilder="etree", namespaceHTMLElements=False)
    return root


def words(root: ET.Element) -> list[str]:
    """Return what is read and what is in the attributes, each without blanks around it."""
    found = [text.strip() for node in root.iter() for text in (node.text, node.tail) if text]
    return [*found, *(value.strip() for node in root.iter() for value in node.attrib.values())]


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("case", CASES)
def test_macro_escapes(environment: Environment, case: str, hostile: str) -> None:
    plain = draw(environment, case, put(CASES[case], (), ""))
    shape = [(node.tag, sorted(node.attrib)) for node in plain.iter()]
    for place in places(CASES[case]):
        root = draw(environment, case, put(CASES[case], place, hostile))
        found = [(node.tag, sorted(node.attrib)) for node in root.iter()]
        assert found == shape, place
        assert any(hostile.strip() in text for text in words(root)), place


def test_every_macro_of_the_pages_is_tried() -> None:
    used = set()
    for path in sorted((TEMPLATES / "intake").rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        used |= set(re.findall(r'"nhsuk/components/([\w/-]+)/macro\.jinja" import (\w+)', text))
    assert used
    assert {f"{component} {macro}" for component, macro in used} <= CASES.keys()
