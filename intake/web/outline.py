"""The answers of a page as they are read: by group and row, each question with its values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from fhir.intake.answers import is_blank
from intake.asking import is_askable, is_unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from fhir.intake.enablement import Enablement
    from fhir.intake.items import Form, Item
    from fhir.intake.places import Where

Path = tuple[tuple["Item", int | None], ...]
"""The groups and rows around a line, from the outside; rows with their number from 1."""


class Line(NamedTuple):
    """A question that is shown, with its values; of rows without any, the rows themselves.

    ``is_asked`` tells whether a person can answer it on a page.
    """

    item: Item
    where: Where
    values: tuple[Any, ...]
    is_asked: bool


class Block(NamedTuple):
    """Lines that stand together below a page, or below a group or a row on it."""

    path: Path
    lines: tuple[Line, ...]


def outline(
    form: Form,
    page: Item,
    enablement: Enablement,
    answers: Mapping[str, Any],
    *,
    every: bool = False,
) -> tuple[Block, ...]:
    """Return the answers of a page in document order, with the questions that are blank.

    What is hidden is left out, and what nobody can answer unless it has a value; with ``every``
    also questions that no page can ask are there.
    """
    blocks: list[tuple[Path, list[Line]]] = []
    for path, line in _Outline(form, enablement, every=every).lines(page.children, answers, (), ()):
        if not blocks or blocks[-1][0] != path:
            blocks.append((path, []))
        blocks[-1][1].append(line)
    return tuple(Block(path, tuple(lines)) for path, lines in blocks)


class _Outline:
    def __init__(self, form: Form, enablement: Enablement, *, every: bool) -> None:
        self._form = form
        self._every = every
        self._enablement = enablement

    def lines(
        self, items: Sequence[Item], data: Mapping[str, Any], where: Where, path: Path
    ) -> Iterator[tuple[Path, Line]]:
        for item in items:
            if item.is_text:
                continue
            if item.is_rows and not self._form.is_ruled:
                yield from self._rows(item, data, where, path)
            elif item.is_group and not item.is_rows:
                inner = (*path, (item, None)) if item.text else path
                yield from self.lines(item.children, data, where, inner)
            else:
                yield from self._question(item, data, where, path)
                yield from self.lines(item.children, data, where, path)

    def _question(
        self, item: Item, data: Mapping[str, Any], where: Where, path: Path
    ) -> Iterator[tuple[Path, Line]]:
        value = data.get(item.link_id)
        is_asked = is_askable(item)
        is_left_out = is_blank(value) and not is_asked
        if is_left_out and not (self._every and is_unsupported(item)):
            return
        if not self._enablement.is_shown(item, where):
            return
        given = () if is_blank(value) else value if isinstance(value, list) else (value,)
        yield path, Line(item, where, tuple(given), is_asked)

    def _rows(
        self, item: Item, data: Mapping[str, Any], where: Where, path: Path
    ) -> Iterator[tuple[Path, Line]]:
        if not self._enablement.is_shown(item, where):
            return
        rows = data.get(item.link_id) or ()
        if not rows and is_askable(item):
            yield path, Line(item, where, (), is_asked=True)
        for number, row in enumerate(rows):
            inner = (*path, (item, number + 1))
            here = (*where, (item.link_id, number))
            if item.is_question:
                value = row.get(item.link_id)
                given = () if is_blank(value) else (value,)
                yield inner, Line(item, here, given, is_askable(item))
            yield from self.lines(item.children, row, here, inner)
