"""A patient with a phone: headless Chromium against an application on loopback."""

from __future__ import annotations

import hashlib
import os
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe

from fhir.intake.answers import check_answers
from fhir.intake.enablement import Enablement
from intake.drafts import store_draft
from intake.journey import Draft
from intake.person import BIRTH_DATE, EMAIL, NAME, PHONE, RECORD_NUMBER, Person
from intake.storage import visits
from intake.web.session import COOKIE
from scripts.chromium import chromium as start_chromium
from scripts.chromium import find_chromium, serving
from tests.pages import lint_answer
from tests.patients import typed_date
from tests.web import state_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flask import Flask
    from playwright.sync_api import Browser, Page, ViewportSize

    from intake.content import Content

__all__ = ["PHONE_SIZE", "WHO", "Reader", "chromium", "draft_of", "judge", "serving", "take_up"]

PHONE_SIZE: ViewportSize = {"width": 390, "height": 844}
MOST_PAGES = 60
WHO = {
    NAME: "Mark Example",
    RECORD_NUMBER: "",
    PHONE: "555 0100 200",
    EMAIL: "mark@example.org",
}
AXE = """axe.run({resultTypes: ["violations"]}).then(found => found.violations.map(
    violation => [violation.id, violation.nodes.map(node => node.html.slice(0, 120))]))"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the system's Chromium; without it the test is skipped, but on CI it fails."""
    try:
        find_chromium()
    except FileNotFoundError as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(str(error))
    with start_chromium() as browser:
        yield browser


def draft_of(answers: Mapping[str, Any], content: Content) -> Draft:
    """Return answers as a form that is filled in to the end, today."""
    form, on = content.form, datetime.now(UTC).date()
    patients = {k: v for k, v in answers.items() if form.page_of[k].audience == "patient"}
    checked, problems = check_answers(patients, form, on=on)
    assert not problems, problems
    enablement = Enablement(form, checked, on)
    kept, _ = enablement.keep()
    person = Person(name=WHO[NAME], birth_date=kept[BIRTH_DATE], phone=WHO[PHONE], email=WHO[EMAIL])
    asked = frozenset(item.link_id for item in enablement.questions())
    return Draft(answers=kept, asked=asked, person=person)


def take_up(page: Page, app: Flask, draft: Draft, **changes: Any) -> str:
    """Store a form under way and make it the browser's; return the id of the visit."""
    state, now, token = state_of(app), datetime.now(UTC), str(uuid4())
    with state.storage.write() as session:
        visit = visits.start_visit(
            session,
            new_id=uuid4(),
            token_hash=hashlib.sha256(token.encode()).hexdigest(),
            questionnaire=state.content.form.canonical,
            now=now,
        )
        store_draft(visit, replace(draft, **changes), state.content.form, now)
    page.context.clear_cookies(name=COOKIE)
    page.context.add_cookies([{"name": COOKIE, "value": token, "url": urljoin(page.url, "/")}])
    return visit.id


def judge(page: Page) -> None:
    """Fail if axe finds fault with the page that is shown."""
    page.evaluate(Axe().axe_script)
    found = page.evaluate(AXE)
    assert not found, found


@dataclass
class Reader:
    """A person at a page of the form; every page is linted and, unless told not to, judged."""

    page: Page
    content: Content
    judge: bool = True

    def look(self) -> str:
        """Judge the page that is shown; return its path."""
        lint_answer(self.page.content())
        if self.judge:
            judge(self.page)
        width = self.page.evaluate("document.documentElement.scrollWidth")
        viewport = self.page.viewport_size
        assert viewport is not None
        assert width <= viewport["width"], f"{self.page.url} is {width} px wide"
        return self.path

    @property
    def path(self) -> str:
        return "/" + self.page.url.split("/", 3)[3].partition("?")[0].partition("#")[0]

    def press(self, name: str) -> str:
        """Press a button or a link by its words, and look at what comes."""
        place = self.page.get_by_role("button", name=name, exact=True)
        if not place.count():
            place = self.page.get_by_role("link", name=name, exact=True)
        with self.page.expect_navigation():
            place.last.click()
        return self.look()

    def fill(self, answers: dict[str, Any]) -> None:
        """Fill in what the page asks."""
        asked = self.page.locator("input[name=asked]").get_attribute("value") or ""
        for link_id in asked.split():
            self.answer(link_id, answers.get(link_id, WHO.get(link_id)))

    def answer(self, link_id: str, answer: Any) -> None:
        """Type or pick one answer."""
        item = self.content.form.items.get(link_id)
        if answer is None or answer in ("", []):
            return
        if link_id == BIRTH_DATE or (item and item.type == "date"):
            for name, part in typed_date(link_id, answer).items():
                self.page.fill(f"[name='{name}']", part)
        elif item is not None and item.is_rows:
            self.rows(link_id, answer)
        elif item is not None and item.type == "choice":
            for code in answer if isinstance(answer, list) else [answer]:
                self.page.locator(f"input[name='{link_id}'][value='{code}']").check()
        else:
            typed = f"{answer:g}" if isinstance(answer, int | float) else str(answer)
            self.page.fill(f"[name='{link_id}']", typed)

    def rows(self, link_id: str, rows: list[dict[str, Any]]) -> None:
        """Fill in rows, with a new one for each further answer."""
        for number, row in enumerate(rows, 1):
            if number > 1:
                with self.page.expect_navigation():
                    self.page.locator(f"button[value='add:{link_id}']").click()
                self.look()
            for name, cell in row.items():
                column = self.content.form.items[name]
                place = f"{link_id}-{number}-{name}"
                if column.type == "choice":
                    self.page.locator(f"input[name='{place}'][value='{cell}']").check()
                else:
                    self.page.fill(f"[name='{place}']", str(cell))

    def walk(self, answers: dict[str, Any]) -> list[str]:
        """Go from the start to the answers to check; return the paths."""
        paths = [self.look()]
        paths.append(self.press("Start"))
        for _ in range(MOST_PAGES):
            if paths[-1].endswith("/check"):
                return paths
            if "/help/" in paths[-1]:
                paths.append(self.press("Go on with the form"))
                continue
            self.fill(answers)
            paths.append(self.press("Continue"))
            title = self.page.title()
            assert not title.startswith("Error"), (paths[-1], self.page.inner_text("main")[:400])
        raise AssertionError(f"no end: {paths[-6:]}")
