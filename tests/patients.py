"""A patient without a browser: reads each page, fills in its form, and follows the way on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from intake.person import BIRTH_DATE, EMAIL, NAME, PHONE, RECORD_NUMBER
from intake.storage import audit
from tests.pages import Page, lint
from tests.web import state_of, stored_visits

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from intake.content import Content

MOST_PAGES = 60
WHO = {
    NAME: "Mark Example",
    RECORD_NUMBER: "",
    PHONE: "555 0100 200",
    EMAIL: "",
}


@dataclass
class Patient:
    """Fills in the form at ``prefix`` through a test client."""

    client: FlaskClient
    content: Content
    prefix: str = "/intake"
    who: dict[str, str] = field(default_factory=lambda: dict(WHO))
    visited: list[str] = field(default_factory=list)

    def get(self, path: str) -> Page:
        return self.read(self.client.get(self.prefix + path, follow_redirects=True))

    def read(self, response: TestResponse) -> Page:
        self.visited.append(response.request.path.removeprefix(self.prefix))
        return lint(response.get_data(as_text=True), response.status_code)

    @property
    def at(self) -> str:
        """The path of the page that was read last."""
        return self.visited[-1]

    def post(self, path: str, data: dict[str, Any], *, follow: bool = True) -> TestResponse:
        return self.client.post(self.prefix + path, data=data, follow_redirects=follow)

    def begin(self) -> Page:
        page = self.get("/")
        return self.read(self.post("/", {"csrf_token": page.value("csrf_token")}))

    def send(self, page: Page, answers: dict[str, Any], **changes: Any) -> Page:
        """Fill in the page that was read last and press Continue."""
        data = self.filled(page, answers) | changes
        return self.read(self.post(self.at, data))

    def filled(self, page: Page, answers: dict[str, Any]) -> dict[str, Any]:
        """Return what the form of a page sends for these answers."""
        data: dict[str, Any] = {}
        for name in ("csrf_token", "visit", "asked", "return", "key", "seen"):
            if page.named(name):
                data[name] = page.value(name)
        for link_id in data.get("asked", "").split():
            data |= self.typed(link_id, answers.get(link_id, self.who.get(link_id)))
        return data

    def typed(self, link_id: str, answer: Any) -> dict[str, Any]:
        """Return what a person types or picks for an answer."""
        if answer is None or answer in ("", []):
            return {}
        item = self.content.form.items.get(link_id)
        if link_id == BIRTH_DATE or (item and item.type == "date"):
            return typed_date(link_id, answer)
        if item is not None and item.is_rows:
            return {
                f"{link_id}-{number}-{name}": cell
                for number, row in enumerate(answer, 1)
                for name, cell in row.items()
            }
        if isinstance(answer, int | float) and not isinstance(answer, bool):
            return {link_id: f"{answer:g}"}
        return {link_id: answer}

    def fill_in(self, answers: dict[str, Any]) -> Page:
        """Go from the start to the answers to check, through interruptions."""
        page = self.begin()
        for _ in range(MOST_PAGES):
            if self.at == "/check":
                return page
            if self.at.startswith("/help/"):
                page = self.read(self.post(self.at, {"csrf_token": page.value("csrf_token")}))
                continue
            page = self.send(page, answers)
            assert page.status == 200, (self.at, page.errors())
        raise AssertionError(f"no end: {self.visited[-6:]}")

    def submit(self, page: Page) -> Page:
        """Send the answers that are being checked."""
        return self.send(page, {})


def actions(app: Flask) -> list[str]:
    """Return what the audit says of the only visit, in order."""
    (visit,) = stored_visits(app)
    with state_of(app).storage.read() as session:
        return [event.action for event in audit.events(session, ("visit", visit.id))]


def typed_date(link_id: str, answer: str) -> dict[str, str]:
    year, month, day = answer.split("-")
    return {
        f"{link_id}-day": str(int(day)),
        f"{link_id}-month": str(int(month)),
        f"{link_id}-year": year,
    }
