"""A response as a tree of occurrences: which item of the form stands where, with which answers.

A scope is where items stand: the response itself, a group, or an answer to a question. A place is
the FHIRPath-like location of an element.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fhir.intake.items import Form, Item

Json: TypeAlias = dict[str, Any]
Typed: TypeAlias = "tuple[str, Any]"
ROOT: Final = "QuestionnaireResponse"
MAX_PLACES: Final = 100_000
"""Rows times what the form has in each: more is no response of a person."""


class TooLargeError(ValueError):
    """A response with more rows than can be looked at in time."""


@dataclass(slots=True, eq=False)
class Scope:
    """Where items stand. ``item`` is the group or question that it belongs to, None at the top.

    ``answer`` is the answer in which they stand, for a question; ``holder`` the element that has
    them as ``item``, ``items`` what the form has here. A group that is not there, but could be
    there once, has an empty scope among ``absent``: what is required in it is missing.
    """

    item: Item | None
    around: Scope | None
    place: str
    answer: Json | None = None
    occurrences: dict[str, list[Occurrence]] = field(default_factory=dict)
    items: Sequence[Item] = ()
    holder: Json = field(default_factory=dict)
    absent: list[Scope] = field(default_factory=list)

    def find(self, link_id: str) -> list[Occurrence]:
        """Return the occurrences of an item that stand just here."""
        return self.occurrences.get(link_id, [])

    def chain(self) -> Iterator[Scope]:
        """Yield the scope and those around it, to the top."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.around

    def below(self) -> Iterator[Scope]:
        """Yield the scopes just below, those of absent groups last."""
        for rows in self.occurrences.values():
            for occurrence in rows:
                yield from occurrence.scopes
        yield from self.absent


@dataclass(slots=True, eq=False)
class Occurrence:
    """An item as it stands in a response. A group has one scope, a question one for each answer.

    ``given`` are the values of answers, ``right`` those that fit the question: such as
    ``("valueInteger", 3)``.
    """

    item: Item
    around: Scope
    place: str
    element: Json
    answers: list[Json] = field(default_factory=list)
    scopes: list[Scope] = field(default_factory=list)
    given: list[Typed] = field(default_factory=list)
    right: list[Typed] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many answers have a value."""
        return sum(has_value(answer) for answer in self.answers)


def has_value(answer: Json) -> bool:
    """Tell whether an answer says something, beside what stands below it."""
    return any(key.startswith("value") for key in answer)


def occurrences(response: Json, form: Form) -> Scope:
    """Return the top scope of a response; what does not fit the form is left out.

    Nothing is raised for a response that is no FHIR, but TooLargeError for one with a hundred
    thousand places.
    """
    top = Scope(None, None, ROOT, items=form.roots, holder=response)
    stack = [top]
    places = 0
    while stack:
        scope = stack.pop()
        places += 1 + len(scope.items)
        if places > MAX_PLACES:
            raise TooLargeError(f"has more than {MAX_PLACES:,} places for answers")
        _fill(scope)
        stack.extend(scope.below())
    return top


def walk(top: Scope) -> Iterator[Scope]:
    """Yield a scope and all below it, in document order."""
    stack = [top]
    while stack:
        scope = stack.pop()
        yield scope
        stack.extend(reversed([*scope.below()]))


def _fill(scope: Scope) -> None:
    known = {item.link_id: item for item in scope.items}
    rows = scope.holder.get("item")
    for index, row in enumerate(rows if isinstance(rows, list) else ()):
        name = row.get("linkId") if isinstance(row, dict) else None
        item = known.get(name) if isinstance(name, str) else None
        if item is not None:
            found = _occurrence(item, scope, index, row)
            scope.occurrences.setdefault(item.link_id, []).append(found)
    for item in scope.items:
        if item.type == "group" and not item.repeats and item.link_id not in scope.occurrences:
            scope.absent.append(Scope(item, scope, scope.place, items=item.children))


def _occurrence(item: Item, scope: Scope, index: int, row: Json) -> Occurrence:
    place = f"{scope.place}.item[{index}]"
    found = Occurrence(item, scope, place, row)
    if item.is_group:
        found.scopes.append(Scope(item, scope, place, items=item.children, holder=row))
        return found
    rows = row.get("answer")
    for number, answer in enumerate(rows if isinstance(rows, list) else ()):
        if not isinstance(answer, dict):
            continue
        found.answers.append(answer)
        if item.children or "item" in answer:
            below = Scope(
                item,
                scope,
                f"{place}.answer[{number}]",
                answer,
                items=item.children,
                holder=answer,
            )
            found.scopes.append(below)
    return found
