"""The answers of a response as the rule language sees them, to judge the conditions of our form.

Only what is right counts as an answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fhir.intake.enablement import Enablement
from fhir.intake.values.options import find_option

if TYPE_CHECKING:
    from datetime import date

    from fhir.intake.answers import Answers
    from fhir.intake.enabling import Ruled
    from fhir.intake.items import Form, Item
    from fhir.intake.occurrences import Occurrence, Scope, Typed


def ruled(form: Form, top: Scope, on: date) -> Ruled:
    """Return what judges the conditions of a form that has them in the rule language."""
    answers: Answers = {}
    _collect(top, answers)
    return Enablement(form, answers, on).shown


def _collect(scope: Scope, into: Answers) -> None:
    for found in scope.occurrences.values():
        for occurrence in found:
            if occurrence.item.is_rows:
                into.setdefault(occurrence.item.link_id, []).extend(_rows(occurrence))
            else:
                _collect_one(occurrence, into)


def _collect_one(occurrence: Occurrence, into: Answers) -> None:
    item = occurrence.item
    values = [value for typed in occurrence.right if (value := _in_memory(item, typed)) is not None]
    if values:
        into[item.link_id] = values if item.repeats else values[0]
    for scope in occurrence.scopes:
        _collect(scope, into)


def _rows(occurrence: Occurrence) -> list[Answers]:
    rows: list[Answers] = []
    for scope in occurrence.scopes:
        row: Answers = {}
        _collect(scope, row)
        if row:
            rows.append(row)
    return rows


def _in_memory(item: Item, typed: Typed) -> Any:
    """Return an answer as it is in memory, None for one that the rule language has no use for."""
    element, value = typed
    if item.options and item.type != "open-choice":
        option = find_option(item, element, value)
        return option.code if option else None
    if element == "valueQuantity":
        if item.unit is None:
            return dict(value)
        return value["value"] if value.get("code") == item.unit.code else None
    return dict(value) if isinstance(value, dict) else value
