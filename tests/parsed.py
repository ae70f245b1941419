"""A page as a test reads it: parsed as a browser does, and asked for its parts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import html5lib

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTROLS = {"input", "select", "textarea"}


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


def shown(node: ET.Element) -> str:
    """Return how an element begins, to tell which one is meant."""
    return ET.tostring(node, encoding="unicode")[:200]
