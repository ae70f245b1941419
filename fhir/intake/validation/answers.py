"""The answers to one question of a response: each value, and all of them together."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from fhir.intake.comparison import is_equal
from fhir.intake.extensions import typed_value
from fhir.intake.issue_codes import is_error
from fhir.intake.occurrences import walk
from fhir.intake.path.errors import PathError
from fhir.intake.path.quantity import Quantity
from fhir.intake.values.formats import is_number, shown
from fhir.intake.values.options import find_option
from fhir.intake.values.rules import WORDS, value_faults

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from fhir.intake.items import Item
    from fhir.intake.occurrences import Occurrence, Scope, Typed
    from fhir.intake.validation.items import Case

Json: TypeAlias = dict[str, Any]
Found: TypeAlias = "tuple[str, str, str]"
"""A code, a place, and a message."""


def judge(top: Scope, bad: frozenset[str], on: date | None) -> dict[str, list[Found]]:
    """Return the faults of each value by the place of its item, and note what is given and right.

    ``bad`` are places of values that are no R4 at all: no answer.
    """
    found: dict[str, list[Found]] = {}
    for scope in walk(top):
        for rows in scope.occurrences.values():
            for occurrence in rows:
                if occurrence.answers and occurrence.item.type != "question":
                    faults = [*_value_faults(occurrence, bad, on)]
                    if faults:
                        found[occurrence.place] = faults
    return found


def _value_faults(occurrence: Occurrence, bad: frozenset[str], on: date | None) -> Iterator[Found]:
    item = occurrence.item
    for index, row in enumerate(occurrence.element["answer"]):
        typed = typed_value(row, "value") if isinstance(row, dict) else ("", None)
        if typed[0] not in WORDS:
            continue
        where = f"{occurrence.place}.answer[{index}].value"
        if where in bad:
            continue
        occurrence.given.append(typed)
        faults = value_faults(item, *typed, on=on)
        if not any(is_error(code) for code, _ in faults):
            occurrence.right.append(typed)
        for code, message in faults:
            yield code, where, message


def answer_faults(case: Case, occurrence: Occurrence) -> Iterator[Found]:
    """Yield what is wrong with the answers of one occurrence of a question."""
    item, place = occurrence.item, occurrence.place
    rows = occurrence.element.get("answer")
    if not isinstance(rows, list):
        return
    if item.type == "question" and rows:
        yield "answered-abstract", place, "is of the abstract type question, which takes no answers"
        return
    if len(rows) > 1 and not item.repeats:
        yield "too-many-answers", place, f"takes one answer, not {len(rows)}"
    yield from case.value_faults.get(place, ())
    if len(occurrence.given) > 1:
        yield from _together_faults(item, place, occurrence.given)
    if item.calculated or (item.read_only and item.initial):
        yield from _own_value_faults(case, occurrence)


def _together_faults(item: Item, place: str, given: list[Typed]) -> Iterator[Found]:
    """Yield answers that can not stand together."""
    seen: set[object] = set()
    for typed in given:
        key = _key(typed)
        if key in seen and key is not None:
            yield "duplicate-answer", place, f"has the answer {_word(typed)} twice"
        seen.add(key)
        option = find_option(item, *typed)
        if option is not None and option.exclusive:
            message = f"the answer {_word(typed)} can not stand with other answers"
            yield "exclusive-option", place, message


def _key(typed: Typed) -> object:
    element, value = typed
    if element == "valueCoding":
        code = value.get("code") if isinstance(value, dict) else None
        return (element, str(value.get("system")), str(code)) if code is not None else None
    return (element, value) if isinstance(value, str | int | float) else None


def _word(typed: Typed) -> str:
    value = typed[1]
    if isinstance(value, dict):
        value = value.get("display") or value.get("code") or value.get("reference")
    return shown(value)


def _own_value_faults(case: Case, occurrence: Occurrence) -> Iterator[Found]:
    """Yield where an answer is another than the form itself gives."""
    item, given = occurrence.item, occurrence.given
    if not given:
        return
    if not item.calculated:
        alike = len(given) == len(item.initial) and all(map(is_equal, given, item.initial))
        if not alike:
            message = "is read-only and does not hold its initial value"
            yield "read-only-changed", occurrence.place, message
        return
    try:
        values = case.enabling.evaluate(item, item.calculated, occurrence.around)
    except PathError:
        return
    if len(values) == len(given) and all(map(_is_result, given, values)):
        return
    message = f"does not hold what is calculated from the other answers, {_results(values)}"
    yield "calculated-differs", occurrence.place, message


def _is_result(typed: Typed, value: Any) -> bool:  # a FHIRPath value
    """Tell whether an answer is a result, to as many decimal places as it has."""
    answer = typed[1]
    if isinstance(value, Quantity):
        value = value.value
    if isinstance(answer, dict):
        if isinstance(value, dict):
            return bool(answer.get("code") == value.get("code"))
        answer = answer.get("value")
    if is_number(answer) and isinstance(value, int | Decimal) and not isinstance(value, bool):
        number = Decimal(repr(answer)) if isinstance(answer, float) else Decimal(answer)
        try:
            return number == Decimal(value).quantize(number)
        except ArithmeticError:
            return number == value
    return bool(answer == value) if isinstance(value, bool) else str(answer) == str(value)


def _results(values: list[Any]) -> str:
    return ", ".join(shown(str(value)) for value in values[:3]) if values else "which is nothing"
