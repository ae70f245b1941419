"""Answers in memory as the scopes in which conditions are evaluated.

Unlike in a response, every group is there, and a scope for what would stand below an answer that
is not given yet.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from fhir.intake.answer_elements import answer_of
from fhir.intake.answers import is_blank
from fhir.intake.occurrences import Occurrence, Scope
from fhir.intake.response import response_items

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fhir.intake.items import Form, Item
    from fhir.intake.places import Where

Json: TypeAlias = dict[str, Any]


@dataclass(slots=True)
class AnswerScopes:
    """The top scope, and each scope by the rows around it and the item to which it belongs."""

    top: Scope
    has_expressions: bool
    by_place: dict[tuple[Where, str | None], Scope] = field(default_factory=dict)

    def scope(self, item: Item, where: Where = ()) -> Scope | None:
        """Return the scope in which an item stands in a row; None if there is no such row."""
        return self.by_place.get((where, item.parent))

    def element(self, item: Item, data: Mapping[str, Any]) -> Json:
        """Return an item as it will stand in the response, as far as expressions may read it."""
        below: Json = {}
        if item.is_group and self.has_expressions:
            below = {"item": response_items(item.children, data)}
        return {"linkId": item.link_id} | below


def answer_scopes(form: Form, answers: Mapping[str, Any]) -> AnswerScopes:
    """Lay out the scopes of a set of answers."""
    scopes = AnswerScopes(Scope(None, None, "", items=form.roots), form.has_expressions)
    _fill(scopes, scopes.top, form.roots, answers, ())
    return scopes


def _fill(
    scopes: AnswerScopes, scope: Scope, items: Sequence[Item], data: Mapping[str, Any], where: Where
) -> None:
    parent = scope.item.link_id if scope.item else None
    scopes.by_place[where, parent] = scope
    for item in items:
        if item.is_text:
            continue
        value = data.get(item.link_id)
        if item.is_rows:
            _fill_rows(scopes, scope, item, value if isinstance(value, list) else [], where)
            continue
        found = Occurrence(item, scope, "", scopes.element(item, data))
        scope.occurrences[item.link_id] = [found]
        if item.is_question and not is_blank(value):
            found.answers = [answer_of(item, each) for each in item.values(value)]
            found.element["answer"] = found.answers
        if item.children:
            answer = None if item.is_group else (found.answers or [{}])[0]
            inner = Scope(item, scope, "", answer, items=item.children, holder=found.element)
            found.scopes.append(inner)
            # What would stand below an answer counts for nothing without it.
            is_there = item.is_group or bool(found.answers)
            _fill(scopes, inner, item.children, data if is_there else {}, where)


def _fill_rows(
    scopes: AnswerScopes, scope: Scope, item: Item, rows: Sequence[Any], where: Where
) -> None:
    found = scope.occurrences.setdefault(item.link_id, [])
    for number, row in enumerate(rows):
        if item.is_group or not found:
            found.append(Occurrence(item, scope, "", scopes.element(item, row)))
        value = row.get(item.link_id)
        answer = None if item.is_group else {} if is_blank(value) else answer_of(item, value)
        if answer is not None:
            found[-1].answers.append(answer)
        holder = found[-1].element
        inner = Scope(item, scope, "", answer, items=item.children, holder=holder)
        found[-1].scopes.append(inner)
        inside = (*where, (item.link_id, number))
        _fill(scopes, inner, item.children, row if answer != {} else {}, inside)
