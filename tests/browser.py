"""A patient with a phone: headless Chromium against an application on loopback."""

from __future__ import annotations

import os
import shutil
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, sync_playwright
from waitress import create_server

from intake.person import BIRTH_DATE, EMAIL, NAME, PHONE, RECORD_NUMBER
from tests.pages import lint
from tests.patients import typed_date

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from playwright.sync_api import Browser

    from intake.content import Content

PHONE_SIZE = {"width": 390, "height": 844}
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
MOST_PAGES = 60
WHO = {
    NAME: "Mark Example",
    RECORD_NUMBER: "",
    PHONE: "555 0100 200",
    EMAIL: "mark@example.org",
}


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the system's Chromium; without it the test is skipped, but on CI it fails."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        reason = "Chromium is not installed (on Debian: apt install chromium)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve an application on a free port of loopback; give its address."""
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.close()
        thread.join(10)


@dataclass
class Reader:
    """A person at a page of the form; every page is linted and judged by axe."""

    page: Page
    content: Content
    judge: bool = True

    def look(self) -> str:
        """Judge the page that is shown; return its path."""
        lint(self.page.content())
        if self.judge:
            found = Axe().run(self.page).response["violations"]
            assert not found, [(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in found]
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
