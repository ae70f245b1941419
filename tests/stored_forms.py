"""Stored forms, and a patient who fills in any of them by what its pages ask."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from fhir.intake.loading import load_form
from fhir.intake.places import unescape
from intake.person import BIRTH_DATE, NAME
from intake.storage import questionnaires
from intake.storage.schema import ensure
from tests.pages import Page, lint_answer
from tests.web import state_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from xml.etree import ElementTree as ET

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from fhir.intake.items import Form, Item

MOST_PAGES = 200
WHO = {NAME: "Mark Example", f"{BIRTH_DATE}-day": "10"} | {
    f"{BIRTH_DATE}-month": "5",
    f"{BIRTH_DATE}-year": "1984",
}
BOXES = {"day": "10", "month": "5", "year": "2014", "time": "14:30", "amount": "3", "unit": "mg"}
SAMPLES = ("Some words", "abc", "12345", "1", "a@example.org", "2014-05-10", "AB1 2CD", "555-0100")


def add_form(app: Flask, questionnaire: dict[str, Any], slug: str = "any", **more: Any) -> Form:
    """Store a form, and return it as it is read."""
    given = questionnaires.NewVersion(
        url=questionnaire["url"],
        version=questionnaire["version"],
        title=questionnaire.get("title", ""),
        text=json.dumps(questionnaire),
        sha256=uuid4().hex * 2,
        **more,
    )
    ensure(state_of(app).storage.engine, "")
    with state_of(app).storage.write() as session:
        questionnaires.add(session, given, new_id=uuid4(), slug=slug, now=datetime.now(UTC))
    return load_form(questionnaire)


@dataclass
class Stranger:
    """Fills in the form at an address; ``answers`` are what is typed, by the name of a control."""

    client: FlaskClient
    form: Form
    answers: Mapping[str, Any] = field(default_factory=dict)
    base: str = "/intake/q/any"
    visited: list[str] = field(default_factory=list)
    every: bool = False
    """Whether also what is not required is answered, as a person could."""

    def get(self, path: str) -> Page:
        return self.read(self.client.get(self.base + path, follow_redirects=True))

    def read(self, response: TestResponse) -> Page:
        path = response.request.path
        assert path.startswith(self.base), f"{path} is of another form"
        self.visited.append(path.removeprefix(self.base))
        return lint_answer(response.text, response.status_code)

    @property
    def at(self) -> str:
        """The path of the page that was read last."""
        return self.visited[-1]

    def post(self, path: str, data: Mapping[str, Any]) -> Page:
        return self.read(self.client.post(self.base + path, data=data, follow_redirects=True))

    def begin(self) -> Page:
        page = self.get("/")
        return self.post("/", {"csrf_token": page.value("csrf_token")})

    def send(self, page: Page, **changes: Any) -> Page:
        """Fill in the page that was read last and press Continue."""
        return self.post(self.at, self.filled(page) | changes)

    def filled(self, page: Page) -> dict[str, Any]:
        """Return what the form of a page sends."""
        data = dict(_hidden(page))
        for name, control in _controls(page):
            known = _value(control)
            typed = self.answers.get(name, WHO.get(name) if self.at.endswith("/person") else None)
            if typed is None and not known and self.every:
                typed = self.invented(name, control)
            value = known if typed is None else typed
            if value not in ("", []):
                data[name] = value
        return data

    def invented(self, name: str, control: list[ET.Element]) -> Any:
        """Return an answer that fits a control."""
        first = control[0]
        if first.tag == "select" or first.get("type") in {"radio", "checkbox"}:
            options = [*first.iter("option")] if first.tag == "select" else control
            values = [node.get("value", "") for node in options]
            return next((value for value in values if value), None)
        link_id, box = _link_id(name)
        item = self.form.items.get(link_id)
        if item is None or box in {"own", "find"}:
            return None
        return _boxed(item, box) if box in BOXES else _typed(item)

    def walk(self) -> Page:
        """Go from the start to the answers to check."""
        page = self.begin()
        for _ in range(MOST_PAGES):
            if self.at == "/check":
                return page
            before = self.at
            page = self.send(page)
            assert page.status == 200, (before, page.status, page.errors())
        raise AssertionError(f"no end: {self.visited[-6:]}")


def _hidden(page: Page) -> Iterator[tuple[str, str]]:
    for node in page.all("input"):
        if node.get("type") == "hidden":
            yield node.get("name", ""), node.get("value", "")


def _controls(page: Page) -> Iterator[tuple[str, list[ET.Element]]]:
    """Yield the controls of a page by name, in its order."""
    found: dict[str, list[ET.Element]] = {}
    for node in page.all("input", "select", "textarea"):
        if node.get("type") != "hidden":
            found.setdefault(node.get("name", ""), []).append(node)
    yield from found.items()


def _value(control: list[ET.Element]) -> Any:
    """Return what a control sends as it stands."""
    first = control[0]
    if first.tag == "textarea":
        return (first.text or "").removeprefix("\n")
    if first.tag == "select":
        chosen = [n.get("value", "") for n in first.iter("option") if "selected" in n.attrib]
        return chosen[0] if chosen else ""
    if first.get("type") in {"radio", "checkbox"}:
        checked = [node.get("value", "") for node in control if "checked" in node.attrib]
        return checked[-1:] if first.get("type") == "radio" else checked
    return first.get("value", "")


def _link_id(name: str) -> tuple[str, str]:
    """Return the link id of the question that a control asks, and which box of it."""
    parts = name.removeprefix("~_").split("-")
    link_id, number = parts[0], 1
    while number < len(parts) and parts[number].isdigit():
        link_id = parts[number + 1] if number + 1 < len(parts) else link_id
        number += 2
    return unescape(link_id), parts[number] if number < len(parts) else ""


def _boxed(item: Item, box: str) -> str | None:
    if box == "year" and isinstance(item.min_value, str) and item.min_value != "today":
        return str(int(item.min_value[:4]) + 1)
    return BOXES[box]


def _typed(item: Item) -> str | None:
    if item.type in {"integer", "decimal", "quantity"}:
        low, high = item.min_value, item.max_value
        if isinstance(low, int | float):
            return f"{low:g}"
        return f"{high:g}" if isinstance(high, int | float) else "3"
    if item.type == "time":
        return "14:30"
    if item.type == "url":
        return "https://example.org/"
    for sample in SAMPLES:
        text = sample * (1 + (item.min_length or 0) // len(sample))
        text = text[: item.max_length or len(text)].strip()
        if not item.regex or re.fullmatch(item.regex, text):
            return text
    return None
