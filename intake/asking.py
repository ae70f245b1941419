"""Which places a page asks about: its shown questions and rows, and what comes and goes in rows."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from fhir.intake.answers import row_columns
from fhir.intake.places import escape, place, unescape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from fhir.intake.enablement import Enablement
    from fhir.intake.items import Form, Item
    from fhir.intake.places import Where

_ROW: Final = re.compile(r"([^\[\]]+)\[([1-9][0-9]{0,5})\]\.")


def root_of(name: str) -> str:
    """Return the head of a place, which stands on the page itself: that of its outermost rows."""
    return name.partition("[")[0]


def read_place(name: str) -> tuple[str, Where]:
    """Return the link id of a place and the rows around it."""
    where: list[tuple[str, int]] = []
    start = 0
    while found := _ROW.match(name, start):
        where.append((unescape(found[1]), int(found[2]) - 1))
        start = found.end()
    return unescape(name[start:]), tuple(where)


def is_askable(item: Item) -> bool:
    """Tell whether a page can ask an item: a question, or rows in which something is asked."""
    if item.is_rows and item.is_group:
        return not item.hidden and any(map(is_askable, item.columns()))
    return item.is_fillable


def is_conditional(form: Form, cell: Item) -> bool:
    """Tell whether a cell may be shown in one row and not in another.

    It has a condition of its own, or one stands between it and its rows; or it stands below
    another question in the row, and is shown once that is answered.
    """
    item: Item | None = cell
    while item is not None:
        if item.enable_when or item.enable_expression is not None:
            return True
        item = form.items.get(item.parent or "")
        if item is None or item.is_question:
            return item is not None
        if item.is_rows:
            return False
    return False


@lru_cache(maxsize=64)
def has_changing_rows(form: Form) -> bool:
    """Tell whether any cell of any rows, or what is to be read there, is conditional."""
    return any(
        (item.is_rows and any(changing_texts(item.children)))
        or (
            (item.is_question or item.is_rows)
            and form.row_group(item) is not None
            and is_conditional(form, item)
        )
        for item in form.items.values()
    )


def with_blank_rows(form: Form, answers: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return answers with a blank row where rows have none, as a page shows them.

    A form in which no cell is conditional needs none, and its answers come back as they are.
    """
    if not has_changing_rows(form):
        return answers
    return _padded((item for root in form.roots for item in _tops(root)), answers)


def _tops(root: Item) -> Iterator[Item]:
    if root.is_rows or root.is_question:
        yield root
    if not root.is_rows:
        yield from root.columns()


def _padded(items: Iterator[Item], answers: Mapping[str, Any]) -> Mapping[str, Any]:
    padded = dict(answers)
    for item in items:
        if item.is_rows:
            rows = padded.get(item.link_id) or [{}]
            padded[item.link_id] = [_padded(item.columns(), row) for row in rows]
    return padded


@lru_cache(maxsize=64)
def page_questions(form: Form) -> Mapping[str, tuple[Item, ...]]:
    """Return what each page can ask itself, by its name, in document order."""
    return {page.link_id: tuple(filter(is_askable, page.columns())) for page in form.pages}


def asked_places(
    form: Form, questions: Iterable[Item], enablement: Enablement, answers: Mapping[str, Any]
) -> Iterator[tuple[str, bool]]:
    """Yield the places that are asked with questions, each with whether it must be dealt with.

    ``enablement`` is that of the answers with blank rows. A row that is not there yet is shown, so
    that it can be filled in, but nobody has to. Nor has a text to be read that only some rows show.
    """
    for item in questions:
        yield place(item), True
        if item.is_rows and has_changing_rows(form):
            yield from _Cells(form, enablement).of(item, answers.get(item.link_id), ())


class _Cells:
    def __init__(self, form: Form, enablement: Enablement) -> None:
        self._form = form
        self._enablement = enablement

    def of(
        self, rows: Item, given: Any, where: Where, *, there: bool = True
    ) -> Iterator[tuple[str, bool]]:
        """Yield the places of the conditional cells and texts that the rows of a group show."""
        count = len(given or ())
        for number in range(max(count, 1)):
            row = given[number] if number < count else {}
            inner = (*where, (rows.link_id, number))
            yield from self._in_row(rows, row, inner, there=there and number < count)
            for text in changing_texts(rows.children):
                if is_text_shown(self._form, self._enablement, text, inner):
                    yield place(text, inner), False

    def _in_row(
        self, rows: Item, row: Mapping[str, Any], inner: Where, *, there: bool
    ) -> Iterator[tuple[str, bool]]:
        for name, cell in row_columns(rows).items():
            if cell is rows or not is_askable(cell):
                continue
            if is_conditional(self._form, cell):
                if not self._enablement.is_shown(cell, inner):
                    continue
                yield place(cell, inner), there
            if cell.is_rows:
                yield from self.of(cell, row.get(name), inner, there=there)


def changing_texts(items: Iterable[Item], *, changing: bool = False) -> Iterator[Item]:
    """Yield what is only read in a row, not in rows within, and is there in some rows only.

    It is a text, or a question that no page can ask, with a condition, its own or of a group
    around it.
    """
    for item in items:
        own = changing or bool(item.enable_when) or item.enable_expression is not None
        if item.hidden:
            continue
        is_read = item.is_text or (not item.is_rows and is_unsupported(item))
        if is_read and own:
            yield item
        if not item.is_rows:
            yield from changing_texts(item.children, changing=own and item.is_group)


def is_unsupported(item: Item) -> bool:
    """Tell whether an item is a question for people that no page can ask."""
    if not item.is_question or item.hidden:
        return False
    return not (item.is_fillable or item.read_only or item.calculated)


def is_text_shown(form: Form, enablement: Enablement, item: Item, where: Where = ()) -> bool:
    """Tell whether a text is shown; one without a condition is shown with its question."""
    around = form.items.get(item.parent or "")
    if around is None or around.is_group or item.enable_when or item.enable_expression is not None:
        return enablement.is_shown(item, where)
    return not item.hidden and enablement.is_shown(around, where)


def page_mark(page: Item) -> str:
    """Return what is noted as asked for a page on which nothing is: that it was seen."""
    return escape(page.link_id)


def is_place_shown(form: Form, enablement: Enablement, name: str) -> bool:
    """Tell whether an item is shown at a place; there may be no such item, or no such row."""
    link_id, where = read_place(name)
    item = form.items.get(link_id)
    if item is None:
        return any(name == page_mark(page) for page in form.pages)
    if [rows.link_id for rows in _rows_around(form, item)] != [n for n, _ in where]:
        return False
    return enablement.is_shown(item, where)


def _rows_around(form: Form, item: Item) -> list[Item]:
    return [around for around in form.path(item)[:-1] if around.is_rows]
