"""What a browser would send for a page as it is shown, without any key pressed."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Final

_SENT: Final = frozenset({"hidden", "text", "search", "email", "tel", "url", "number", "date", ""})


def controls(html: str) -> dict[str, list[str]]:
    """Return the controls of a page that have a value to send, by name."""
    parser = _Controls()
    parser.feed(html)
    parser.close()
    return parser.found


class _Controls(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: dict[str, list[str]] = {}
        self._area: str | None = None
        self._text: list[str] = []
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "input":
            self._input(name, given)
        elif tag == "textarea":
            self._area, self._text = name, []
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self._add(self._select, given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area is not None:
            # HTML drops the one line break that follows the tag.
            self._add(self._area, "".join(self._text).removeprefix("\n"))
            self._area = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._text.append(data)

    def _input(self, name: str, given: dict[str, str]) -> None:
        kind = given.get("type", "text").lower()
        if kind in _SENT or (kind in {"radio", "checkbox"} and "checked" in given):
            self._add(name, given.get("value", "on" if kind == "checkbox" else ""))

    def _add(self, name: str, value: str) -> None:
        if name:
            self.found.setdefault(name, []).append(value)
