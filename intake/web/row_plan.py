"""What is the same for all rows of a group: prepared once for a page, whoever fills it in."""

from __future__ import annotations

import re
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Any, Final

from fhir.intake.answers import is_blank
from fhir.intake.settling import initial_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from fhir.intake.items import Form, Item

NEW: Final = "new"
"""The origin of a row that was added."""
BLANK: Final = ""
"""The origin of a row that is there to be filled in, and for which nobody asked."""
_STORED: Final = re.compile("[1-9][0-9]{0,4}")


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A question, or rows, as pages ask it: how its field is made, and its part of their names.

    A conditional one is shown in those rows only in which its place is asked; ``weight`` is how
    many controls a browser may send of it; ``keeps`` tells that rows hold what no page asks.
    """

    item: Item
    make: Callable[..., Any]
    segment: str
    conditional: bool = False
    weight: int = 1
    keeps: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class RowsPlan:
    """What is the same for all rows: their cells, and the ``kept`` questions that no page asks.

    ``title`` is shown above all; ``level`` is that of the heading; ``is_marked`` tells that each
    row brings a hidden control; ``datalists`` are the questions whose names to choose from all rows
    share; ``texts`` is what is only read and comes and goes; ``form`` is that of the page.
    """

    item: Item
    cells: tuple[Asked, ...]
    title: Mapping[str, Any]
    kept: tuple[Item, ...] = ()
    level: int = 2
    _: KW_ONLY
    form: Form
    is_marked: bool = False
    datalists: tuple[Item, ...] = ()
    texts: tuple[Item, ...] = ()

    @property
    def keeps(self) -> bool:
        """Whether rows, also those within, hold what no page asks."""
        return bool(self.kept) or any(asked.keeps for asked in self.cells)

    @property
    def weight(self) -> int:
        """How many controls a browser may send of a row that has one row of each within."""
        return sum(asked.weight for asked in self.cells)

    def kept_values(self, known: Mapping[str, Any], *, is_new: bool) -> dict[str, Any]:
        """Return what a row holds that no page asks; a new one, what such questions begin with."""
        values = {item.link_id: known.get(item.link_id) for item in self.kept}
        if is_new:
            values |= {i.link_id: initial_answer(i) for i in self.kept if not i.is_rows}
        return {name: value for name, value in values.items() if not is_blank(value)}


class Row(list[Any]):
    """The cells of a row.

    ``origin`` is the number of the stored row that it was, `NEW`, or `BLANK`; ``texts`` are the
    link ids of what is to be read in this row and not in all.
    """

    def __init__(self, cells: Iterable[Any], origin: str, texts: Iterable[str] = ()) -> None:
        super().__init__(cells)
        self.texts = frozenset(texts)
        self.origin = origin if origin == BLANK or stored_number(origin) else NEW


def stored_number(origin: str) -> int:
    """Return the number of the stored row that an origin names, 0 if it names none."""
    return int(origin) if _STORED.fullmatch(origin) else 0


def said(typed: list[Any]) -> list[Any]:
    """Leave out the texts that are blank; a browser sends them, and what is begun has none."""
    return [said(each) if isinstance(each, list) else each for each in typed if each != ""]
