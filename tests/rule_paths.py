"""Exported rules under our own FHIRPath engine, as the software of another would apply them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from fhir.intake.path import compile_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.rule_truths import Case, Exported

NOW = datetime(2026, 11, 22, tzinfo=UTC)


class Applied:
    """Conditions over variables that are bound once for each response."""

    def __init__(self, rules: Exported) -> None:
        names = frozenset(name for name, _ in rules.variables)
        self.variables = [(name, compile_path(path, names=names)) for name, path in rules.variables]
        self.conditions = [(i, compile_path(path, names=names)) for i, path in rules.conditions]

    def differences(self, case: Case) -> Iterator[str]:
        bound: dict[str, list[Any]] = {}
        for name, path in self.variables:
            bound[name] = path.evaluate(case.response, variables=bound, now=NOW)
        assert [name for name, _ in self.conditions] == [*case.truths]
        for name, path in self.conditions:
            found = path.truth(case.response, variables=bound, now=NOW)
            if found is not case.truths[name]:
                yield f"{case.id}: {name} is {case.truths[name]}, in FHIRPath {found}"
        for name, value in case.values.items():
            found_values = sorted(bound[name]) if name == "drugClasses" else bound[name]
            if found_values != value:
                yield f"{case.id}: %{name} is {value}, in FHIRPath {found_values}"
