"""Which items of a response are enabled, by the conditions that FHIR itself knows.

Conditions are evaluated from the top down: an item in what is disabled is disabled. A question
means its nearest occurrence: that in the smallest part of the response which holds, by the form,
both the question and the item; among several the last before the item, else the first after it.
A blank question meets only ``exists = false``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from fhir.intake.comparison import compare, is_equal
from fhir.intake.extensions import typed_value
from fhir.intake.occurrences import has_value, walk
from fhir.intake.path.errors import PathError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from fhir.intake.answer_options import EnableWhen
    from fhir.intake.expressions import Expressions
    from fhir.intake.items import Form, Item
    from fhir.intake.occurrences import Occurrence, Scope, Typed
    from referral.values import Truth

    Ruled: TypeAlias = Callable[[Item], Truth]

Json: TypeAlias = dict[str, Any]
STEPS: Final = 600_000
"""So many steps may all expressions of a form take for one response: less than a second."""
_ORDERED: Final[Mapping[str, frozenset[int]]] = {
    "<": frozenset({-1}),
    ">": frozenset({1}),
    "<=": frozenset({-1, 0}),
    ">=": frozenset({0, 1}),
}


class Enabling:
    """The conditions of a form, evaluated over one response at one time."""

    def __init__(
        self,
        form: Form,
        top: Scope,
        expressions: Expressions | None,
        *,
        ruled: Ruled | None = None,
    ) -> None:
        """Take the form, the scopes of a response, and its expressions if there are any.

        ``ruled`` judges the questions of a form that has conditions in the rule language.
        """
        self._form = form
        self._expressions = expressions
        self._ruled = ruled
        self._known: dict[tuple[int, str], bool] = {}
        self._seen: dict[tuple[int, str, bool], list[Typed]] = {}
        self._met: dict[tuple[int, int], bool] = {}
        self._order = {link_id: number for number, link_id in enumerate(form.items)}
        scopes = _scopes_by_parent(top)
        # What a condition asks for comes before it, so that nothing here goes deep.
        for item in form.enabling_order:
            for scope in scopes.get(item.parent, ()):
                self._known[id(scope), item.link_id] = self._is_enabled(item, scope)

    def is_enabled(self, item: Item, scope: Scope) -> bool:
        """Tell whether an item is enabled where it stands, or would stand, in a scope."""
        return self._known[id(scope), item.link_id]

    def _is_enabled(self, item: Item, scope: Scope) -> bool:
        around = scope.around
        if around is not None and not self.is_enabled(cast("Item", scope.item), around):
            return False
        if self._ruled is not None:
            return not (item.is_question or item.is_rows) or self._ruled(item) is True
        if item.enable_when and not self._meets(item, scope):
            return False
        return item.enable_expression is None or self._holds(item, item.enable_expression, scope)

    def _meets(self, item: Item, scope: Scope) -> bool:
        met = (self._is_met(condition, item, scope) for condition in item.enable_when)
        return all(met) if item.enable_behavior == "all" else any(met)

    def _is_met(self, condition: EnableWhen, item: Item, scope: Scope) -> bool:
        """Tell whether a condition is met, once for all items that see the same answers."""
        answers = self._answers_of(condition.question, item, scope)
        if not answers:
            return _is_met(condition, answers)
        key = id(answers), id(condition)
        if key not in self._met:
            self._met[key] = _is_met(condition, answers)
        return self._met[key]

    def _answers_of(self, question: str, item: Item, scope: Scope) -> list[Typed]:
        """Return the answers that an item sees of a question, if that is enabled."""
        asked = self._form.items.get(question)
        if asked is None:
            return []
        path = self._form.path(asked)
        for around in scope.chain():
            if around.item is None or around.item in path:
                last = self._order[asked.link_id] < self._order[item.link_id]
                key = id(around), question, last
                if key not in self._seen:
                    found = self._nearest(around, asked, path, last=last)
                    self._seen[key] = [typed_value(a, "value") for a in found if has_value(a)]
                return self._seen[key]
        return []

    def _nearest(
        self, around: Scope, asked: Item, path: list[Item], *, last: bool
    ) -> Sequence[Json]:
        if around.item is asked:
            return [around.answer] if around.answer is not None else []
        found = next(self._found(around, asked, path, last=last), None)
        return found.answers if found else []

    def _found(
        self, scope: Scope, asked: Item, path: list[Item], *, last: bool
    ) -> Iterator[Occurrence]:
        """Yield the enabled occurrences of a question in a scope, the last or the first first."""
        step = path[0] if scope.item is None else path[path.index(scope.item) + 1]
        found = scope.find(step.link_id)
        if not found or not self.is_enabled(step, scope):
            return
        for occurrence in reversed(found) if last else found:
            if step is asked:
                yield occurrence
                continue
            for below in reversed(occurrence.scopes) if last else occurrence.scopes:
                yield from self._found(below, asked, path, last=last)

    def _holds(self, item: Item, expression: str, scope: Scope) -> bool:
        """Tell whether an expression is true; a question is asked if that can not be told."""
        try:
            return self.evaluate(item, expression, scope, as_truth=True) is True
        except PathError:
            return True

    def evaluate(self, item: Item, expression: str, scope: Scope, *, as_truth: bool = False) -> Any:
        """Evaluate a FHIRPath for an item where it stands: a collection, or its truth.

        Raises PathError where the expression can not be evaluated exactly.
        """
        if self._expressions is None:
            raise PathError("The expressions of this form are not evaluated here.")
        return self._expressions.evaluate(item, expression, scope, as_truth=as_truth)


def form_expressions(
    form: Form, response: Json, *, now: datetime, steps: int = STEPS
) -> Expressions | None:
    """Return the expressions of a form over a response, None if it has none.

    ``steps`` are those that they may take together.
    """
    if not form.has_expressions:
        return None
    # Few forms have expressions.
    from fhir.intake.expressions import Expressions  # noqa: PLC0415
    from fhir.intake.path import Tree  # noqa: PLC0415

    return Expressions(form, Tree(response, steps), now=now)


def _is_met(condition: EnableWhen, answers: Sequence[Typed]) -> bool:
    wanted = (condition.element.replace("answer", "value", 1), condition.answer)
    if condition.operator == "exists":
        return bool(answers) is condition.answer
    if condition.operator == "=":
        return any(is_equal(answer, wanted) for answer in answers)
    if condition.operator == "!=":
        return bool(answers) and not any(is_equal(answer, wanted) for answer in answers)
    wished = _ORDERED.get(condition.operator, frozenset())
    return any(compare(answer, wanted) in wished for answer in answers)


def _scopes_by_parent(top: Scope) -> dict[str | None, list[Scope]]:
    """Return all scopes, by the link id of the item that they belong to, in document order."""
    found: dict[str | None, list[Scope]] = {}
    for scope in walk(top):
        found.setdefault(scope.item.link_id if scope.item else None, []).append(scope)
    return found
