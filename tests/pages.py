"""Pages as a test reads them: parsed, and linted for what no page may have or lack."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import html5lib

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTROLS = {"input", "select", "textarea"}
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
ADDRESSES = ("href", "src", "action", "formaction", "srcset", "poster", "cite", "ping")
REFERENCES = ("aria-describedby", "aria-labelledby", "for", "list")
INSIDE = re.compile(r"[#?]|/(?![/\\])|tel:\d+$|tel:\+\d+$|data:,$|$")
"""What may begin an address: a place on the page, on the server, or a number to call."""
TITLE = re.compile(r"(Error: )?(?!Error:)[^\s–][^–]*?( – [^\s–][^–]*)?")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
LEAKS = re.compile(
    r"\{(emergency_number|crisis_number|clinic_phone)\}|&(amp|lt|gt|quot|#\d+);| at 0x|Undefined"
)
"""What a template shows by mistake: a number not filled in, text escaped twice, an object."""
AUTOCOMPLETE = {
    *("on", "off", "name", "username", "current-password", "email", "tel"),
    *("bday", "bday-day", "bday-month", "bday-year", "sex", "postal-code", "street-address"),
}
"""The tokens of the HTML standard that a form of a clinic may need."""
TOKEN = re.compile(r'(?<=value=")[\w.-]{36,}(?=")')
"""A value that is another each time a page is drawn: a token, an id, a digest."""

_passed: set[bytes] = set()


@dataclass(frozen=True)
class Page:
    """A parsed page."""

    root: ET.Element
    status: int = 200
    faults: tuple[str, ...] = ()
    """What is wrong with the HTML itself."""

    def all(self, *names: str) -> Iterator[ET.Element]:
        return (node for node in self.root.iter() if node.tag in names)

    def one(self, name: str) -> ET.Element:
        (node,) = self.all(name)
        return node

    @property
    def title(self) -> str:
        return text(self.one("title"))

    @property
    def heading(self) -> str:
        return text(self.one("h1"))

    @property
    def text(self) -> str:
        return text(self.one("body"))

    def by_id(self, name: str) -> ET.Element | None:
        return next((node for node in self.root.iter() if node.get("id") == name), None)

    def named(self, name: str) -> list[ET.Element]:
        return [node for node in self.all(*CONTROLS) if node.get("name") == name]

    def value(self, name: str) -> str:
        (node,) = self.named(name)
        return node.get("value", "")

    def errors(self) -> list[tuple[str, str]]:
        """Return the lines of the error summary with the place that each links to."""
        summary = next((n for n in self.root.iter() if "nhsuk-error-summary" in classes(n)), None)
        if summary is None:
            return []
        return [(text(a), a.get("href", "")) for a in summary.iter("a")]


@lru_cache(maxsize=64)
def parse(html: str, status: int = 200) -> Page:
    """Parse HTML as a browser does."""
    parser = html5lib.HTMLParser(html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
    root = parser.parse(html)
    # Characters that HTML advises against, but has: a person may have typed them.
    faults = [code for _, code, _ in parser.errors if code != "invalid-codepoint"]
    return Page(root, status, tuple(faults))


def text(node: ET.Element) -> str:
    return " ".join("".join(node.itertext()).split())


def classes(node: ET.Element) -> list[str]:
    return node.get("class", "").split()


def lint(html: str, status: int = 200) -> Page:
    """Return the page after checking what holds for every page of the product."""
    return _lint(html, status, "drawn", RULES)


def lint_answer(html: str, status: int = 200) -> Page:
    """Return a page that a request was answered with, after all that `lint` checks and more.

    A template that is drawn by itself has neither tokens nor all that a view gives it.
    """
    lint(html, status)
    return _lint(html, status, "sent", SENT_RULES)


def _lint(html: str, status: int, kind: str, rules: tuple[Rule, ...]) -> Page:
    """Check a page, once for the same text; tokens in it make no difference."""
    page = parse(html, status)
    key = sha256((kind + TOKEN.sub("*", html)).encode(errors="surrogatepass")).digest()
    if key not in _passed:
        for rule in rules:
            rule(page)
        _passed.add(key)
    return page
