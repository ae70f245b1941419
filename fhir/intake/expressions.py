"""The FHIRPath of a form's items over one response, each variable of an element once.

All expressions share a number of steps, so that no form can keep a server busy.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from fhir.intake.path import PathError, Tree, compile_path

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from fhir.intake.items import Form, Item
    from fhir.intake.occurrences import Scope
    from fhir.intake.path import Path

Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """The variables that can be read at an element; of some it is known why they have no value."""

    values: dict[str, list[Any] | PathError] = field(default_factory=dict)
    names: frozenset[str] = frozenset()

    def read(self, path: Path) -> dict[str, list[Any]]:
        """Return what an expression reads. Raises the PathError of a variable."""
        found = {}
        for name in path.names & self.names:
            value = self.values[name]
            if isinstance(value, PathError):
                raise PathError(f"The variable %{name} has no value: {value}")
            found[name] = value
        return found


class Expressions:
    """The expressions of a form, evaluated over one response at one time."""

    def __init__(self, form: Form, response: Tree, *, now: datetime) -> None:
        """Take the form and the response, which has the steps that may still be taken."""
        self._response = response
        self._now = now
        self._top = self._defined(_Known(), form.variables, None)
        self._known: dict[int, _Known] = {}

    @property
    def steps_left(self) -> int:
        """How many steps may still be taken."""
        return self._response.left or 0

    def evaluate(self, item: Item, expression: str, scope: Scope, *, as_truth: bool) -> Any:
        """Evaluate a FHIRPath for an item where it stands: a collection, or its truth.

        Raises PathError where the expression can not be evaluated exactly.
        """
        found = scope.find(item.link_id)
        context = found[0].element if found else {"linkId": item.link_id}
        known = self._defined(self._around(scope), item.variables, context)
        path = compile_path(expression, names=known.names)
        run = path.truth if as_truth else path.evaluate
        variables = known.read(path)
        return run(self._response, context=context, variables=variables, now=self._now)

    def _around(self, scope: Scope) -> _Known:
        """Return what can be read in a scope."""
        if scope.item is None or scope.around is None:
            return self._top
        if id(scope) not in self._known:
            around = self._around(scope.around)
            self._known[id(scope)] = self._defined(around, scope.item.variables, scope.holder)
        return self._known[id(scope)]

    def _defined(
        self, known: _Known, variables: Sequence[tuple[str, str]], context: Json | None
    ) -> _Known:
        """Return what can be read in an element: each of its variables may read those before."""
        for name, text in variables:
            value = self._value(known, text, context)
            known = _Known(known.values | {name: value}, known.names | {name})
        return known

    def _value(self, known: _Known, text: str, context: Json | None) -> list[Any] | PathError:
        try:
            path = compile_path(text, names=known.names)
            variables = known.read(path)
            return path.collect(self._response, context=context, variables=variables, now=self._now)
        except PathError as error:
            return error
