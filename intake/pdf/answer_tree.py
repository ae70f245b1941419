"""The answers to any form, line by line: groups and rows as they nest, blanks named."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from fhir.intake.answers import is_blank
from intake.pdf.phrases import Phrase, clip, join
from intake.pdf.wording import NOT_ANSWERED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from fhir.intake.enablement import Enablement
    from fhir.intake.items import Form, Item
    from fhir.intake.places import Where
    from intake.pdf.wording import Wording

Kind: TypeAlias = Literal["group", "answer", "blank"]
MOST_LINES: Final = 1_000
"""Lines that are printed; what a response holds beyond them is counted."""
LONGEST_LABEL: Final = 300
"""Characters of a question's text."""
NOT_ASKED: Final = "can not be asked here"


@dataclass(frozen=True, slots=True)
class Line:
    """The heading of a group or row, or a question with its answer; ``depth`` counts from 0."""

    kind: Kind
    label: Phrase
    words: Phrase
    depth: int


@dataclass(frozen=True, slots=True)
class Section:
    """A page of the form with its lines."""

    heading: Phrase
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """A line before it is put into words; ``number`` counts the rows of a group."""

    kind: Kind
    item: Item
    depth: int
    value: Any = None
    number: int | None = None


def answer_tree(
    form: Form, answers: Mapping[str, Any], enablement: Enablement, words: Wording
) -> tuple[tuple[Section, ...], int]:
    """Return the pages that have something to show, and how many lines more there would be.

    Hidden questions are left out, and what is read only or calculated and has no value.
    """
    walker = _Walker(enablement)
    sections: list[Section] = []
    left, more = MOST_LINES, 0
    for page in form.pages:
        if page.link_id in form.items and not enablement.is_shown(page):
            continue
        found = walker.below(page.children, answers)
        kept = [*islice(found, left)]
        left -= len(kept)
        more += sum(1 for _ in found)
        if kept:
            heading = words.authored(page.text or form.title)
            sections.append(Section(heading, tuple(_line(line, words) for line in kept)))
    return tuple(sections), more


class _Walker:
    """One set of answers, walked in the order of the form."""

    def __init__(self, enablement: Enablement) -> None:
        self._enablement = enablement

    def below(
        self, items: Sequence[Item], data: Mapping[str, Any], where: Where = (), depth: int = 0
    ) -> Iterator[_Found]:
        """Yield the lines of items that stand together in a row."""
        for item in items:
            if item.is_text or not self._enablement.is_shown(item, where):
                continue
            if item.is_rows:
                yield from self._rows(item, data.get(item.link_id), where, depth)
            elif item.is_group:
                yield from self._group(_Found("group", item, depth), data, where)
            else:
                yield from _asked(item, data.get(item.link_id), depth)
                yield from self.below(item.children, data, where, depth + 1)

    def _group(self, heading: _Found, data: Mapping[str, Any], where: Where) -> Iterator[_Found]:
        """Yield the lines of a group below its heading; nothing of a group without any."""
        lines = self.below(heading.item.children, data, where, heading.depth + 1)
        first = next(lines, None)
        if first is not None:
            yield heading
            yield first
            yield from lines

    def _rows(self, item: Item, rows: Any, where: Where, depth: int) -> Iterator[_Found]:
        if is_blank(rows):
            yield _Found("blank", item, depth)
            return
        for number, row in enumerate(rows):
            inside = (*where, (item.link_id, number))
            if item.is_group:
                heading = _Found("group", item, depth, number=number + 1)
                yield from self._group(heading, row, inside)
            else:
                yield from _asked(item, row.get(item.link_id), depth)
                yield from self.below(item.children, row, inside, depth + 1)


def _asked(item: Item, value: Any, depth: int) -> Iterator[_Found]:
    if not is_blank(value):
        yield _Found("answer", item, depth, value)
    elif not (item.read_only or item.calculated):
        yield _Found("blank", item, depth)


def _line(found: _Found, words: Wording) -> Line:
    return Line(found.kind, _label(found, words), _words(found, words), found.depth)


def _label(found: _Found, words: Wording) -> Phrase:
    item = found.item
    text = " ".join(filter(None, [item.prefix, item.short])) or item.link_id
    label = clip(words.authored(text), LONGEST_LABEL)
    return label if found.number is None else (*label, f" ({found.number})")


def _words(found: _Found, words: Wording) -> Phrase:
    item = found.item
    if found.kind == "answer":
        return join((words.one(item, each) for each in item.values(found.value)), "; ")
    if found.kind == "blank":
        return (NOT_ANSWERED if item.is_rows or item.is_fillable else NOT_ASKED,)
    return ()
