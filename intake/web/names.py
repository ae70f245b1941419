"""Names of controls on a page, and the places in answers that they stand for.

A control is named like its place, ``medication[1].med_name``, with ``-`` around the number of the
row: ``medication-1-med_name``. No escaped link id holds a ``-``, so that a name can be read back.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

APART: Final = "~_"
"""Begins the name of a question whose own would be that of something else on the page."""
_NUMBER: Final = re.compile("[1-9][0-9]{0,3}")
_DEEPEST: Final = 2 * 20 + 2
"""Parts of a name: items nest to a depth of 20, and the last may have a part of its own."""


def question_name(escaped: str, taken: Collection[str]) -> str:
    """Return the name of a question that stands on the page itself."""
    return APART + escaped if escaped in taken or escaped.startswith("_") else escaped


def row_name(rows: str, number: int) -> str:
    """Return what the names of all controls in a row begin with."""
    return f"{rows}-{number}"


def cell_name(rows: str, number: int, escaped: str) -> str:
    """Return the name of a question in a row."""
    return f"{rows}-{number}-{escaped}"


def marker_name(rows: str, number: int) -> str:
    """Return the name of the hidden control that tells where a row comes from."""
    return f"{rows}-{number}-~row"


def shown_place(name: str) -> str:
    """Return the place of a question by its name; rows are numbered as they are shown."""
    parts = name.removeprefix(APART).split("-")
    place = parts[0]
    for number, cell in zip(parts[1::2], parts[2::2], strict=False):
        place += f"[{number}].{cell}"
    return place + (f"[{parts[-1]}]" if len(parts) % 2 == 0 else "")


def segment(name: str) -> str:
    """Return the end of a name: the escaped link id of a question in a row."""
    return name.rpartition("-")[2]


class SentRows:
    """The numbers of the rows for which a browser sent something, found in one pass."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._rows: dict[str, set[int]] = {}
        self._boxes: dict[str, set[int]] = {}
        for name in names:
            if "-" in name:
                self._add(name.split("-", _DEEPEST))

    def rows(self, name: str) -> list[int]:
        """Return the rows of which a cell was sent, by the name of the rows."""
        return sorted(self._rows.get(name, ()))

    def boxes(self, name: str) -> list[int]:
        """Return the boxes of which a control was sent, by the name of the question."""
        return sorted(self._boxes.get(name, ()))

    def _add(self, parts: list[str]) -> None:
        for end in range(1, len(parts), 2):
            if not _NUMBER.fullmatch(parts[end]):
                return
            head, number = "-".join(parts[:end]), int(parts[end])
            self._boxes.setdefault(head, set()).add(number)
            if end + 1 < len(parts):
                self._rows.setdefault(head, set()).add(number)
