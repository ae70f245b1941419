"""The lint of pages: what no page of the product may have or lack."""

from __future__ import annotations

import re
from collections import Counter
from hashlib import sha256
from typing import TYPE_CHECKING, TypeAlias

from tests.parsed import CONTROLS, Page, classes, parse, shown, text

if TYPE_CHECKING:
    from collections.abc import Callable
    from xml.etree import ElementTree as ET

__all__ = [
    "CONTROLS",
    "RULES",
    "SENT_RULES",
    "Page",
    "classes",
    "lint",
    "lint_answer",
    "parse",
    "text",
]

Rule: TypeAlias = "Callable[[Page], None]"
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
ROW = re.compile(r"\[(\d+)\]\.")
"""The number of a row in a place, which is in the name of a control in another way."""
TOKEN = re.compile(r'(?<=value=")[\w.-]{36,}(?=")')
"""A value that is another each time a page is drawn: a token, an id, a digest."""

_passed: set[bytes] = set()


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


def _lint_frame(page: Page) -> None:
    assert not page.faults, page.faults
    language = page.one("html").get("lang", "")
    assert LANGUAGE.fullmatch(language), f"lang={language}"
    assert TITLE.fullmatch(page.title), f"title: {page.title}"
    viewport = next(node for node in page.all("meta") if node.get("name") == "viewport")
    assert not re.search("user-scalable|maximum-scale", viewport.get("content", "")), "no zoom"
    assert len([*page.all("main")]) == 1, "one main"
    assert len([*page.all("h1")]) == 1, "one h1"
    skip = next(page.all("a")).get("href", "")
    assert page.by_id(skip[1:]) is page.one("main"), f"the first link leads to {skip}, not to main"


def _lint_content_policy(page: Page) -> None:
    refused = ("script", "style", "iframe", "object", "embed", "base")
    assert not [*page.all(*refused)], "not by our policy"
    assert not [node for node in page.all("meta") if node.get("http-equiv")], "not by our policy"
    for node in page.root.iter():
        assert "style" not in node.attrib, shown(node)
        assert not [name for name in node.attrib if name.startswith("on")], shown(node)
        for name in ADDRESSES:
            assert INSIDE.match(node.get(name, "")), f"{name} leads out: {shown(node)}"


def _lint_ids(page: Page) -> None:
    ids = Counter(node.get("id") for node in page.root.iter() if "id" in node.attrib)
    assert set(ids.values()) <= {1}, f"ids: {ids.most_common(1)}"
    assert not [name for name in ids if not name or len(name.split()) != 1], f"ids: {[*ids]}"
    for node in page.root.iter():
        for name in REFERENCES:
            targets = set(node.get(name, "").split())
            assert targets <= ids.keys(), f"{name} leads nowhere: {shown(node)}"
            assert targets or name not in node.attrib, f"{name} is empty: {shown(node)}"
        place = node.get("href", "")
        assert not place.startswith("#") or place[1:] in ids, f"href leads nowhere: {shown(node)}"


def _lint_outline(page: Page) -> None:
    level = 1
    for node in page.all(*HEADINGS):
        own = HEADINGS.index(node.tag) + 1
        assert own <= level + 1, f"a level of headings is left out: {shown(node)}"
        level = own
    for name in ("nav", "section"):
        labels = [_label(page, node) for node in page.all(name)]
        assert all(labels), f"{name} without a label"
        assert len(labels) == len(set(labels)), f"{name} twice: {labels}"


def _label(page: Page, node: ET.Element) -> str:
    """Return what names a part of a page."""
    named = page.by_id(node.get("aria-labelledby", ""))
    return node.get("aria-label", "").strip() if named is None else text(named)


def _lint_links(page: Page) -> None:
    in_tables = {node for table in page.all("table") for node in table.iter("a")}
    sections = {part: node for node in page.all("section") for part in node.iter()}
    places: dict[tuple[ET.Element | None, str], set[str | None]] = {}
    hidden: Counter[tuple[ET.Element | None, str]] = Counter()
    for node in page.all("a", "button"):
        name = node.get("aria-label") or text(node)
        assert name, f"empty: {shown(node)}"
        assert node.tag == "button" or node.get("href"), f"leads nowhere: {shown(node)}"
        told = (sections.get(node), name)  # the heading of a section tells one from another
        hidden[told] += any("nhsuk-u-visually-hidden" in classes(part) for part in node.iter())
        if node.tag == "a" and node not in in_tables:  # and there, the row does
            places.setdefault(told, set()).add(node.get("href"))
    twice = [name for (_, name), number in hidden.items() if number > 1]
    assert not twice, f"not told apart: {twice}"
    several = [name for (_, name), found in places.items() if len(found) > 1]
    assert not several, f"the same words lead to several places: {several}"


def _lint_controls(page: Page) -> None:
    labels = Counter(node.get("for") for node in page.all("label"))
    for node in page.all("label", "legend"):
        assert text(node), f"empty: {shown(node)}"
    for node in page.all("fieldset"):
        assert [child.tag for child in node][:1] == ["legend"], f"no legend: {shown(node)}"
    for node in page.all(*CONTROLS):
        assert node.get("name"), f"no name: {shown(node)}"
        assert node.get("autocomplete", "on") in AUTOCOMPLETE, f"autocomplete: {shown(node)}"
        if node.get("type") not in {"hidden", "submit"}:
            assert labels[node.get("id")] == 1, f"not one label: {shown(node)}"
    grouped = {node for group in page.all("fieldset") for node in group.iter("input")}
    for node in page.all("input"):
        alone = node.get("type") in {"radio", "checkbox"} and node not in grouped
        assert not alone, f"not in a group: {shown(node)}"


def _lint_tables(page: Page) -> None:
    for table in page.all("table"):
        assert table.find("caption") is not None or _label(page, table), "a table has no name"
        assert [*table.iter("th")], "a table has no headers"
        for header in table.iter("th"):
            assert header.get("scope") in {"col", "row", "rowgroup"}, f"scope: {shown(header)}"
    for terms in page.all("dl"):
        for group in [node for node in terms if node.tag == "div"] or [terms]:
            kinds = " ".join(node.tag for node in group)
            assert re.fullmatch(r"((dt )+dd( dd)*( (?=dt)|$))+", kinds), f"{kinds} in a dl"
        assert len({node.tag == "div" for node in terms}) == 1, f"not only groups: {shown(terms)}"


def _lint_errors(page: Page) -> None:
    errors = page.errors()
    assert page.title.startswith("Error:") == bool(errors), (page.title, errors)
    for words, target in errors:
        assert words
        assert target.startswith("#"), f"an error leads to {target}"
    messages = [n for n in page.root.iter() if "nhsuk-error-message" in classes(n)]
    for node in messages:
        assert text(node).startswith("Error: "), shown(node)
    assert not messages or errors, "an error without a summary"


def _lint_words(page: Page) -> None:
    """Look for what no one has written; what a patient has typed may look like it."""
    for node in page.one("body").iter():
        if node.tag in {"bdi", "textarea"} or "intake-answer" in classes(node):
            continue
        found = LEAKS.search(" ".join([node.text or "", *(child.tail or "" for child in node)]))
        assert found is None, f"{found}: {shown(node)}"


def _lint_forms(page: Page) -> None:
    for form in page.all("form"):
        assert form.get("method", "").lower() == "post", shown(form)
        controls = {node.get("name"): node for node in form.iter() if node.tag in CONTROLS}
        token = controls.get("csrf_token")
        assert token is not None, f"no token: {shown(form)}"
        assert token.get("value"), f"no token: {shown(form)}"
        _lint_questions(page, form)


def _lint_questions(page: Page, form: ET.Element) -> None:
    """Hold a form to what it says that it asks; only pages of questions say it."""
    hidden = {node.get("name"): node.get("value", "") for node in form.iter("input")}
    asked = hidden.get("asked", "").split()
    is_page = re.search(r"/form/[^/?#]+$", form.get("action", "")) is not None
    assert is_page == ("asked" in hidden), f"asked: {shown(form)}"
    if not is_page:
        return
    assert hidden.get("visit") is not None, f"no visit: {shown(form)}"
    for place in asked:
        name = ROW.sub(r"-\1-", place)
        found = page.by_id(name) is not None or page.by_id(f"~_{name}") is not None
        assert found, f"{place} is asked, but not on the page"
    for node in form.iter():
        if node.tag in CONTROLS and node.get("type") != "hidden":
            name = node.get("name", "").removeprefix("~_")
            assert {name, name.split("-")[0]} & {*asked}, f"{name} is not asked"


def _lint_headings(page: Page) -> None:
    for node in page.all(*HEADINGS):
        assert text(node), f"empty: {shown(node)}"


RULES: tuple[Rule, ...] = (
    _lint_frame,
    _lint_content_policy,
    _lint_ids,
    _lint_outline,
    _lint_links,
    _lint_controls,
    _lint_tables,
    _lint_errors,
    _lint_words,
)
SENT_RULES: tuple[Rule, ...] = (_lint_forms, _lint_headings)
