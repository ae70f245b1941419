"""Answers in memory judged by the conditions that FHIR itself knows."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

from fhir.intake.answer_scopes import answer_scopes
from fhir.intake.enabling import STEPS, Enabling, form_expressions
from fhir.intake.response import response_items

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from fhir.intake.items import Form, Item
    from fhir.intake.places import Where


class NativeEnablement:
    """Which items are enabled in which row, for one set of answers on one day."""

    def __init__(
        self, form: Form, answers: Mapping[str, Any], on: date, *, steps: int = STEPS
    ) -> None:
        """Take the form, the answers and the day of the form, which begins at midnight UTC.

        ``steps`` are those that its expressions may take together.
        """
        response = {
            "resourceType": "QuestionnaireResponse",
            "authored": on.isoformat(),
            "item": response_items(form.roots, answers) if form.has_expressions else [],
        }
        now = datetime.combine(on, time(), UTC)
        self._scopes = answer_scopes(form, answers)
        self._expressions = form_expressions(form, response, now=now, steps=steps)
        self._enabling = Enabling(form, self._scopes.top, self._expressions)

    @property
    def steps_left(self) -> int:
        """How many steps are left to expressions over further answers."""
        return self._expressions.steps_left if self._expressions else STEPS

    def is_enabled(self, item: Item, where: Where = ()) -> bool:
        """Tell whether an item is enabled, and the questions that it stands below are answered."""
        scope = self._scopes.scope(item, where)
        if scope is None or not self._enabling.is_enabled(item, scope):
            return False
        return all(around.answer is None or bool(around.answer) for around in scope.chain())

    def calculate(self, item: Item, expression: str, where: Where = ()) -> list[Any]:
        """Return the values of an expression. Raises PathError if there is no exact result."""
        scope = self._scopes.scope(item, where)
        if scope is None:
            return []
        found: list[Any] = self._enabling.evaluate(item, expression, scope)
        return found
