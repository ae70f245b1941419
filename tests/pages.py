"""Pages as a test reads them: parsed, and linted for what no page may have or lack."""

from __future__ import annotations

from dataclasses import dataclass
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


def parse(html: str, status: int = 200) -> Page:
    """Parse HTML as a browser does."""
    root = html5lib.parse(html, treebuilder="etree", namespaceHTMLElements=False)
    return Page(root, status)


def text(node: ET.Element) -> str:
    return " ".join("".join(node.itertext()).split())


def classes(node: ET.Element) -> list[str]:
    return node.get("class", "").split()


def lint(html: str, status: int = 200) -> Page:
    """Return the page after checking what holds for every page of the product."""
    page = parse(html, status)
    assert html.lower().startswith("<!doctype html>")
    assert page.one("html").get("lang")
    assert page.title
    assert len([*page.all("h1")]) == 1, page.title
    assert [*page.all("main")], page.title
    _lint_content_policy(page, html)
    _lint_ids(page)
    _lint_labels(page)
    _lint_errors(page)
    return page


def _lint_content_policy(page: Page, html: str) -> None:
    assert not [*page.all("script", "style", "iframe", "object", "base")], "not by our policy"
    for node in page.root.iter():
        assert "style" not in node.attrib, ET.tostring(node)[:200]
        assert not [name for name in node.attrib if name.startswith("on")], node.attrib
        for name in ("href", "src", "action", "formaction"):
            address = node.get(name, "")
            outside = ("http:", "https:", "//", "javascript:", "data:")
            inside = address == "data:," or not address.startswith(outside)
            assert inside, address
    assert "undefined" not in html.lower()


def _lint_ids(page: Page) -> None:
    ids = [name for node in page.root.iter() if (name := node.get("id"))]
    assert len(ids) == len(set(ids)), sorted(name for name in ids if ids.count(name) > 1)
    for node in page.root.iter():
        for name in ("aria-describedby", "aria-labelledby", "for", "list"):
            for target in node.get(name, "").split():
                assert target in ids, f"{name}={target} leads nowhere"


def _lint_labels(page: Page) -> None:
    labelled = {node.get("for") for node in page.all("label")}
    for node in page.all(*CONTROLS):
        if node.get("type") not in {"hidden", "submit"}:
            assert node.get("id") in labelled, ET.tostring(node)[:200]
            assert node.get("name"), ET.tostring(node)[:200]
    for node in page.all("fieldset"):
        legend = node.find("legend")
        assert legend is not None
        assert text(legend)


def _lint_errors(page: Page) -> None:
    errors = page.errors()
    assert page.title.startswith("Error:") == bool(errors), (page.title, errors)
    for words, target in errors:
        assert words
        assert target.startswith("#")
        assert page.by_id(target[1:]) is not None, target
