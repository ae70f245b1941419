"""Answers brought into order: initial values, calculated values, nothing that is not enabled."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from fhir.intake import urls
from fhir.intake.answer_options import option_index
from fhir.intake.answers import AnswerError, Answers, check_value, is_blank
from fhir.intake.enablement import Enablement
from fhir.intake.path import PathError, Quantity
from fhir.intake.path.quantity import CALENDAR_CODES
from fhir.intake.places import escape
from fhir.intake.stable_answers import stable_answers, without
from fhir.intake.values.rules import elements_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from fhir.intake.items import Form, Item
    from fhir.intake.native_enablement import NativeEnablement
    from fhir.intake.places import Where

_CODING: Final = ("system", "version", "code", "display")
_CALENDAR: Final = {"week": "wk", "millisecond": "ms"} | {w: c for c, w in CALENDAR_CODES.items()}
"""UCUM for the words of FHIRPath."""
_NO_UNIT: Final = "1"


def settle(
    form: Form, answers: Mapping[str, Any], on: date, *, asked: Collection[str] = ()
) -> Answers:
    """Return the answers of enabled questions, with initial and calculated values.

    An initial value is the answer until its question is asked, and again if the question was
    not enabled meanwhile; what a person cleared stays blank. ``asked`` are places.
    """
    if form.is_ruled or not form.has_own_values:
        return Enablement(form, answers, on).keep()[0]
    calculated = frozenset(name for name, item in form.items.items() if item.calculated)
    filler = _Filler(frozenset(asked), on)
    return stable_answers(form, without(answers, calculated), on, filler.fill)


def initial_answer(item: Item) -> Any:  # an answer in memory
    """Return the answer that a question begins with, None where it begins blank.

    Of a question that is answered in rows it is that of the first.
    """
    values = _initial_answers(item)
    if not values:
        return None
    return values if item.repeats and not item.is_rows else values[0]


def _initial_answers(item: Item) -> list[Any]:
    selected = option_index(item.options).initial
    given = [*item.initial, *((o.element, o.answer[o.element]) for o in selected)]
    return [in_memory(item, element, value) for element, value in given]


def in_memory(item: Item, element: str, value: Any) -> Any:  # any JSON value
    """Return a value of a Questionnaire, such as ``valueCoding``, as an answer in memory."""
    option = item.option_of(element, value)
    is_coding = element == "valueCoding" and isinstance(value, dict)
    if option is not None and not (item.type == "open-choice" and is_coding):
        return option.code
    if option is not None:
        value = option.answer[element]
    if is_coding:
        return {key: value[key] for key in _CODING if key in value}
    if element == "valueQuantity" and item.unit is not None and isinstance(value, dict):
        return value.get("value") if value.get("code") in (item.unit.code, None) else value
    return value


class _Filler:
    """Gives questions the values that the form has for them."""

    def __init__(self, asked: frozenset[str], on: date) -> None:
        self._asked = asked
        self._on = on

    def fill(self, item: Item, value: Any, where: Where, enablement: NativeEnablement) -> Any:
        is_rows = item.is_rows and not (where and item.link_id == where[-1][0])
        if item.calculated and not is_rows:
            return self._calculated(item, item.calculated, where, enablement)
        if not is_blank(value) or where or escape(item.link_id) in self._asked:
            return value
        if is_rows:
            return [{item.link_id: each} for each in self._fitting(item, _initial_answers(item))]
        if item.initial_expression:
            return self._calculated(item, item.initial_expression, where, enablement)
        values = self._fitting(item, _initial_answers(item))
        return values if item.repeats else next(iter(values), None)

    def _calculated(
        self, item: Item, expression: str, where: Where, enablement: NativeEnablement
    ) -> Any:
        """Return what an expression gives, None where it gives no answer to the question."""
        try:
            found = enablement.calculate(item, expression, where)
        except PathError:
            return None
        values = [as_answer(item, value) for value in found]
        if not values or len(self._fitting(item, values)) < len(values):
            return None
        return values if item.repeats and not item.is_rows else values[0]

    def _fitting(self, item: Item, values: list[Any]) -> list[Any]:
        return [value for value in values if self._fits(item, value)]

    def _fits(self, item: Item, value: Any) -> bool:
        try:
            check_value(item, value, on=self._on)
        except AnswerError:
            return False
        return True


def as_answer(item: Item, value: Any) -> Any:  # a FHIRPath value
    """Return a calculated value as an answer of a type of question, None if it can be none."""
    plain = _plain(item, value)
    for element in elements_of(item) if item.options else ():
        option = item.option_of(element, plain)
        if option is not None and not (item.type == "open-choice" and isinstance(plain, dict)):
            return option.code
    return plain


def _plain(item: Item, value: Any) -> Any:  # a FHIRPath value
    if isinstance(value, Quantity):
        return _quantity(item, value)
    if isinstance(value, Decimal):
        value = _number(item, value)
    if item.type == "quantity" and isinstance(value, int | float) and item.unit is None:
        return {"value": value}
    if isinstance(value, dict) and item.type in {"choice", "open-choice"}:
        return {key: value[key] for key in _CODING if key in value}
    return value if isinstance(value, bool | int | float | dict) else str(value)


def _quantity(item: Item, quantity: Quantity) -> Any:
    number = _number(item, quantity.value)
    code = _CALENDAR.get(quantity.unit, quantity.unit)
    if item.type != "quantity":
        return number if code == _NO_UNIT else None
    if item.unit is None:
        coded = {"unit": quantity.unit, "system": urls.UCUM, "code": code}
        return {"value": number, **(coded if code != _NO_UNIT else {})}
    if code in (item.unit.code, _NO_UNIT):
        return number
    from fhir.intake.units import convert  # noqa: PLC0415  # half a second, and few units differ

    converted = convert(quantity.value, code, item.unit.code)
    return None if converted is None else _number(item, converted)


def _number(item: Item, value: Decimal) -> int | float:
    if item.type == "integer" and value == value.to_integral_value():
        return int(value)
    return float(value)
