"""The baseline of the PDF: the same words in automatic tables, styles in the page.

What a first version would look like: every line of the summary is a row of one table for each
section, laid out with automatic widths, and the style sheet is parsed for each document.
"""

from __future__ import annotations

from html import escape
from html.parser import HTMLParser
from typing import Final

STYLE: Final = (
    "@page { size: A4; margin: 15mm; @bottom-center { content: counter(page) } }"
    "body { font-family: 'DejaVu Sans'; font-size: 8.5pt } table { width: 100% }"
    "td { border-bottom: 0.5pt solid #999; vertical-align: top }"
)
_BLOCKS: Final = frozenset(
    {"p", "li", "td", "th", "div", "dt", "dd", "h1", "h2", "h3", "h4", "tr", "section", "header"}
)
_SILENT: Final = frozenset({"style", "title", "head", "svg"})


class _Lines(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[tuple[str, str]] = []
        self._text: list[str] = []
        self._tag = "p"
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  # the base class passes them
        if tag in _SILENT:
            self._silent += 1
        if tag in _BLOCKS:
            self._flush()
            self._tag = tag

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent -= 1
        if tag in _BLOCKS:
            self._flush()

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._text.append(data)

    def _flush(self) -> None:
        text = " ".join("".join(self._text).split())
        if text:
            self.lines.append((self._tag, text))
        self._text.clear()


def plain_html(html: str) -> str:
    """Return the words of a summary as plain tables."""
    parser = _Lines()
    parser.feed(html)
    body = ["<table>"]
    cells: list[str] = []
    for tag, text in parser.lines:
        if tag in {"h1", "h2", "h3", "h4"}:
            body += [_row(cells), f"</table><h2>{escape(text)}</h2><table>"]
            cells = []
            continue
        cells.append(text)
        if len(cells) == 2:
            body.append(_row(cells))
            cells = []
    figure = html[html.find("<svg") : html.find("</svg>") + 6] if "<svg" in html else ""
    body += [_row(cells), "</table>", figure]
    head = f"<title>Summary</title><style>{STYLE}</style>"
    return f"<html lang=en><head>{head}</head><body>{''.join(body)}</body></html>"


def _row(cells: list[str]) -> str:
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>" if cells else ""
