"""A compiled expression."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from fhir.intake.path.compiling import Compiler
from fhir.intake.path.errors import PathError
from fhir.intake.path.evaluation import Frame, Run, truth
from fhir.intake.path.node import Tree, plain, root
from fhir.intake.path.parser import parse

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from fhir.intake.path.evaluation import Evaluate

BUILT_IN: Final = frozenset({"resource", "context", "rootResource", "questionnaire", "qitem"})
_NONE: Final[Mapping[str, list[Any]]] = MappingProxyType({})
_TOO_DEEP: Final = "The expression, or what it reads, is nested too deep."


@dataclass(frozen=True, slots=True)
class Path:
    """An expression: its text, the variables that it reads, the linkIds that it names."""

    text: str
    names: frozenset[str]
    link_ids: frozenset[str]
    _evaluate: Evaluate = field(repr=False, compare=False)

    def evaluate(
        self,
        resource: Any,
        *,
        context: Any = None,
        variables: Mapping[str, list[Any]] = _NONE,
        now: datetime,
    ) -> list[Any]:
        """Return the result as Python values.

        They are bool, int, Decimal, str, ``Temporal`` (its ``str`` is FHIR's text), ``Quantity``,
        or the JSON of an element; elements without a value are left out. ``context`` is the
        element that a path starts from, by default the resource. ``variables`` hold such values,
        or, where the FHIR type of an element matters, what ``collect`` returned. For many
        expressions over one response give ``Tree(response)``. Raises PathError.
        """
        found = self.collect(resource, context=context, variables=variables, now=now)
        return [value for value in map(plain, found) if value is not None]

    def truth(
        self,
        resource: Any,
        *,
        context: Any = None,
        variables: Mapping[str, list[Any]] = _NONE,
        now: datetime,
    ) -> bool | None:
        """Return the result as a truth value: None when empty, True for one that is no boolean.

        Raises PathError, also for several items.
        """
        found = self.collect(resource, context=context, variables=variables, now=now)
        return truth(found, "A condition")

    def collect(
        self,
        resource: Any,
        *,
        context: Any = None,
        variables: Mapping[str, list[Any]] = _NONE,
        now: datetime,
    ) -> list[Any]:
        """Return the result with elements as ``Node``, which keep their FHIR type."""
        whole = [] if resource is None else [root(resource)]
        focus = whole if context is None else [root(context)]
        bound = {"resource": whole, "rootResource": whole, "context": focus}
        for name in self.names:
            if name in variables:
                bound[name] = [root(value) for value in variables[name]]
            elif name not in bound:
                raise PathError(f"The variable %{name} has no value here.")
        run = Run(bound, now)
        budget = run.left
        if isinstance(resource, Tree) and resource.left is not None:
            budget = run.left = max(0, min(run.left, resource.left))
        try:
            return [*self._evaluate(Frame(run, focus))]
        except RecursionError:
            raise PathError(_TOO_DEEP) from None
        finally:
            if isinstance(resource, Tree) and resource.left is not None:
                resource.left -= budget - run.left


def compile_path(text: str, *, names: Collection[str] = ()) -> Path:
    """Compile an expression that may read the variables of these names.

    %resource, %rootResource, %context, %questionnaire, %qitem, %ucum, %sct and %loinc are always
    known. Raises PathError with the column, or with what is outside the subset.
    """
    return _compiled(text, frozenset(names))


@lru_cache(maxsize=1024)
def _compiled(text: str, names: frozenset[str]) -> Path:
    compiler = Compiler(names | BUILT_IN)
    try:
        evaluate = compiler.compile(parse(text), frozenset({"this"}))
    except RecursionError:
        raise PathError(_TOO_DEEP) from None
    return Path(text, frozenset(compiler.names), frozenset(compiler.link_ids), evaluate)
