"""The pages of a form: groups as their author made them, long ones split, loose items gathered."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from fhir.intake.items import Item

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST: Final = 25
"""So many questions stand on a page before it is split."""
CHUNK: Final = 12
_PAGE_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,60}")
_TAKEN: Final = frozenset({"person"})
"""Pages that are no part of the Questionnaire."""


def lay_out(roots: Sequence[Item], title: str) -> tuple[Item, ...]:
    """Return the pages: groups of the form, or groups made here that hold items of it.

    A group keeps its own page and name if the name can stand in an address; an author's own page
    of up to 25 questions is never split.
    """
    pages = [page for content in _pages(roots, title) for page in _named(*content)]
    return tuple(
        page if page.link_id else replace(page, link_id=f"~{number}")
        for number, page in enumerate(pages, 1)
    )


def _pages(items: Sequence[Item], title: str) -> Iterator[tuple[str, tuple[Item, ...]]]:
    """Yield title and content of each page; loose items between groups stand together."""
    loose: list[Item] = []
    for item in items:
        if item.is_group and not item.is_rows and not item.hidden:
            if loose:
                yield title, tuple(loose)
                loose = []
            yield from _group_pages(item, title)
        else:
            loose.append(item)
    if loose:
        yield title, tuple(loose)


def _group_pages(group: Item, title: str) -> Iterator[tuple[str, tuple[Item, ...]]]:
    if _weight([group]) <= MOST:
        yield group.text or title, (group,)
        return
    yield from _pages(group.children, group.text or title)


def _named(title: str, content: tuple[Item, ...]) -> Iterator[Item]:
    first = content[0]
    if len(content) == 1 and first.is_group and not first.is_rows:
        if _PAGE_NAME.fullmatch(first.link_id) and first.link_id not in _TAKEN:
            yield first
        else:
            yield _page(title, first.children)
        return
    for part in _chunks(content):
        yield _page(title, part)


def _chunks(items: Sequence[Item]) -> Iterator[tuple[Item, ...]]:
    """Yield the items in portions; a question keeps those below it, and a text what follows it."""
    chunk: list[Item] = []
    weight = 0
    split = _weight(items) > MOST
    for item in items:
        weight += _weight([item])
        if split and chunk and weight > CHUNK and not chunk[-1].is_text:
            yield tuple(chunk)
            chunk, weight = [], _weight([item])
        chunk.append(item)
    if chunk:
        yield tuple(chunk)


def _weight(items: Sequence[Item]) -> int:
    return sum(1 for item in items for each in item.walk() if each.is_question)


def _page(title: str, content: tuple[Item, ...]) -> Item:
    return Item(link_id="", type="group", text=title, children=content)
