"""What a page asks, prepared once for all its forms: fields, faces, lists, cells of rows."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from fhir.intake.answers import row_columns
from fhir.intake.places import escape
from fhir.intake.settling import initial_answer
from intake.asking import changing_texts, is_askable, is_conditional
from intake.web import components
from intake.web.boxes import AnswersField
from intake.web.fields import AmountField, field_of
from intake.web.list_components import list_face
from intake.web.list_field import ListField
from intake.web.lists import MOST_SHOWN, Listing
from intake.web.measures import bound_unit
from intake.web.row_plan import Asked, RowsPlan
from intake.web.rows import RowsField
from intake.web.titles import language_of, named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from fhir.intake.items import Form, Item

_FIRST: Final = 2
"""The level of the headings below that of a page."""
_BOXES: Final = {"date": 3, "dateTime": 4, "quantity": 2, "open-choice": 2}
_ALWAYS_SENT: Final = frozenset(
    {"decimal", "integer", "quantity", "date", "dateTime", "time", "string", "text", "url"}
)
"""Types of questions of which a browser sends something also when they are blank."""


def plan_page(form: Form, page: Item) -> Iterator[Asked]:
    """Yield what a page asks itself, in document order, without what stands in rows."""
    is_own = any(page is each for each in form.pages)  # and not the one that asks who it is
    language = language_of(form) if is_own else ""
    return _Planner(form, language, in_row=False).below(page.children, _FIRST)


class _Planner:
    """Plans what stands on the page itself, or in a row; ``language`` is that of its texts."""

    def __init__(self, form: Form, language: str, *, in_row: bool) -> None:
        self._form = form
        self._language = language
        self._in_row = in_row

    def below(self, items: Sequence[Item], level: int) -> Iterator[Asked]:
        """Yield what is asked of some items; ``level`` is that of a heading for rows."""
        for item in items:
            if item.hidden:
                continue
            if is_askable(item):
                yield self._asked(named(self._form, item), level)
            if not item.is_rows:
                deeper = item.is_group and bool(item.text)
                yield from self.below(item.children, level + 1 if deeper else level)

    def _asked(self, item: Item, level: int) -> Asked:
        conditional = self._in_row and is_conditional(self._form, item)
        segment = escape(item.link_id)
        if not item.is_rows:
            # Below a heading of its own, a question is no larger than that.
            size = "s" if self._in_row or level > _FIRST else "m"
            return Asked(item, self.question(item, size), segment, conditional, _weight(item))
        plan = self._rows(item, level)
        make = partial(RowsField, plan)
        return Asked(item, make, segment, conditional, 1 + plan.weight, plan.keeps)

    def question(self, item: Item, size: str, *, is_titled: bool = True) -> Callable[..., Any]:
        """Return how the field of a question is made; its title may be shown above it."""
        if item.repeats and not item.options:
            return self._answers(item, size)
        language = self._language
        if self._is_list(item):
            made = list_face(item, size=size, language=language)
            face = made if is_titled else components.untitled(made)
            return partial(ListField, item, face, Listing(item, language))
        unit = bound_unit(item)
        item = replace(item, unit=unit) if unit else item
        made = components.face(item, in_row=self._in_row, size=size, language=language)
        field = AmountField if unit else field_of(item)
        return partial(field, item, made if is_titled else components.untitled(made))

    def _is_list(self, item: Item) -> bool:
        """Tell whether a question has room for own words, or a list to search in.

        Our own form lists the names of medicines as what can be typed.
        """
        if item.type == "open-choice" and item.options:
            return not self._form.is_ruled
        return len(item.options) > MOST_SHOWN

    def _answers(self, item: Item, size: str) -> Callable[..., Any]:
        # Each box is one answer; what the question begins with are all of them.
        single = replace(item, repeats=False, initial=())
        inner = _Planner(self._form, self._language, in_row=True)
        cell = Asked(single, inner.question(single, "s", is_titled=False), escape(item.link_id))
        legend = components.title(item, size, self._language)
        is_marked = not _is_always_sent(cell)
        plan = RowsPlan(item, (cell,), legend, form=self._form, is_marked=is_marked)
        return partial(AnswersField, plan)

    def _rows(self, item: Item, level: int) -> RowsPlan:
        inner = _Planner(self._form, self._language, in_row=True)
        cells = [*inner.below(item.children, level + 1)]
        if item.is_question:
            cells.insert(0, inner.own(item))
        names = {asked.item.link_id for asked in cells}
        kept = tuple(column for name, column in row_columns(item).items() if name not in names)
        begins = any(initial_answer(asked.item) is not None for asked in cells)
        keeps = bool(kept) or any(asked.keeps for asked in cells)
        is_marked = keeps or begins or not any(map(_is_always_sent, cells))
        listed = [asked.item for asked in cells if asked.item.type == "open-choice"]
        return RowsPlan(
            item,
            tuple(cells),
            components.title(item, "s" if level > _FIRST else "m", self._language),
            kept,
            level,
            form=self._form,
            is_marked=is_marked,
            datalists=tuple(each for each in listed if each.options and not self._is_list(each)),
            texts=tuple(changing_texts(item.children)),
        )

    def own(self, item: Item) -> Asked:
        """Return how the answer to a question is asked in its row, below the question's text."""
        texts = tuple(child for child in item.children if child.is_text)
        single = replace(item, repeats=False, children=texts)
        make = self.question(single, "s", is_titled=False)
        return Asked(single, make, escape(item.link_id))


def _weight(item: Item) -> int:
    """Return how many controls a browser may well send of a question."""
    listed = len(item.options) // 3 if item.repeats else 0
    return _BOXES.get(item.type, 1) + listed + 2 * (len(item.options) > MOST_SHOWN)


def _is_always_sent(asked: Asked) -> bool:
    """Tell whether a browser sends something of a cell also when it is blank."""
    if asked.conditional:
        return False
    if asked.item.is_rows or asked.item.repeats:
        return not asked.item.options
    has_box = len(asked.item.options) > MOST_SHOWN or asked.item.type == "open-choice"
    return has_box or (asked.item.type in _ALWAYS_SENT and not asked.item.options)
