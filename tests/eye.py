"""One page after the other in one browser, without the way there, judged as it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.browser import PHONE_SIZE, judge, take_up
from tests.pages import lint_answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask
    from playwright.sync_api import Page

    from intake.journey import Draft

NARROW, PHONE, WIDE = 320, PHONE_SIZE["width"], 1200
MISTAKES = """() => {
    for (const box of document.querySelectorAll("form [type=text], form textarea"))
        box.value = "x".repeat(2100);
    for (const box of document.querySelectorAll("form [type=checkbox]")) box.checked = true;
    for (const box of document.querySelectorAll("form [type=radio]")) box.checked = false;
}"""
"""Fills in what no question takes."""
POST = """path => {
    const form = document.body.appendChild(document.createElement("form"));
    form.method = "post";
    form.action = path;
    form.submit();
}"""


@dataclass
class Eye:
    """Looks at one page after the other; the browser is the same for all."""

    page: Page
    app: Flask

    def take_up(self, draft: Draft, path: str = "/") -> None:
        take_up(self.page, self.app, draft)
        self.go(path)

    def go(self, path: str) -> None:
        self.page.goto(path)

    def press(self, name: str) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=True).click()

    def post(self, path: str) -> None:
        """Press a button that is on no page."""
        with self.page.expect_navigation():
            self.page.evaluate(POST, path)

    def spoil(self, name: str) -> None:
        """Change what a page keeps in a hidden field."""
        self.page.evaluate("name => { document.getElementsByName(name)[0].value = 'x' }", name)

    def send_elsewhere(self) -> None:
        """Send the form that is under way from another tab."""
        other = Eye(self.page.context.new_page(), self.app)
        other.go("/check")
        other.press("Send my answers")
        other.page.close()

    def look(self, heading: str, *, error: bool = False, widths: Sequence[int] = (PHONE,)) -> None:
        """Judge the page that is shown, at some widths; it must be wider than none of them."""
        assert heading in self.page.inner_text("h1"), self.page.inner_text("h1")
        assert self.page.title().startswith("Error: ") == error, self.page.title()
        lint_answer(self.page.content())
        for width in widths:
            self.page.set_viewport_size({"width": width, "height": PHONE_SIZE["height"]})
            self.fit(width)
            judge(self.page)
        self.page.set_viewport_size({"width": NARROW, "height": PHONE_SIZE["height"]})
        self.fit(NARROW)

    def fit(self, width: int) -> None:
        shown = self.page.evaluate("document.documentElement.scrollWidth")
        assert shown <= width, f"{self.page.url} is {shown} px wide at {width}"
