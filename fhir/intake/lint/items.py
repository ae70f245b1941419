"""Findings about single items: lists, bounds, values, units, what can not be asked here."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from fhir.intake import urls
from fhir.intake.answers import AnswerError, check_value
from fhir.intake.comparison import compare, compare_quantities
from fhir.intake.items import NOT_FILLED
from fhir.intake.patterns import is_supported
from fhir.intake.settling import initial_answer
from fhir.intake.units import is_unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhir.intake.items import Form, Item

_DAY: Final = date(9999, 12, 31)
"""So that no date is in the future."""
_MOST_UNITS: Final = 40
"""Units that are looked up, each of which takes a millisecond."""


def item_findings(item: Item) -> Iterator[tuple[str, str]]:
    """Yield code and sentence of what is wrong with, or not supported of, an item."""
    if item.type in NOT_FILLED:
        yield "not-supported", f"A question of type {item.type} can not be answered here."
    if item.value_set:
        yield "no-list", f"The answers {item.value_set} are not at hand: it can not be asked here."
    elif item.type == "choice" and not item.options and not _has_value(item):
        yield "no-options", "A choice needs answers to choose from."
    if item.unit_value_set:
        yield "no-list", f"The units {item.unit_value_set} are not at hand: any unit is taken."
    yield from _bounds(item)
    yield from _occurs(item)
    yield from _initial(item)
    if _is_never_answered(item):
        yield "never-answered", "It is required, but hidden or read only and without a value."
    if item.regex is not None and not is_supported(item.regex):
        yield "bad-pattern", f"The pattern {item.regex!r:.60} can not be run and is not enforced."


def unit_findings(form: Form) -> Iterator[tuple[str, str]]:
    """Yield linkId and sentence of each unit that UCUM does not have, as far as there is time."""
    known: dict[str, bool] = {}
    for item in form.items.values():
        # A long list of units is no work of the form's author.
        for unit in item.units[:_MOST_UNITS]:
            if unit.system == urls.UCUM and (unit.code in known or len(known) < _MOST_UNITS):
                if unit.code not in known:
                    known[unit.code] = is_unit(unit.code)
                if not known[unit.code]:
                    yield item.link_id, f"{unit.code!r:.60} is no unit of UCUM."


def _has_value(item: Item) -> bool:
    """Tell whether nobody has to choose: the value is given, calculated, or comes later."""
    return bool(item.hidden or item.read_only or item.calculated or item.initial)


def _is_never_answered(item: Item) -> bool:
    if not (item.required and item.is_question) or item.calculated:
        return False
    return (item.hidden or item.read_only) and initial_answer(item) is None


def _bounds(item: Item) -> Iterator[tuple[str, str]]:
    pairs = (
        ("Length", item.min_length, item.max_length),
        ("Occurs", item.min_occurs, item.max_occurs),
        ("Value", item.min_value, item.max_value),
    )
    for name, low, high in pairs:
        if low is None or high is None or high == "today":
            continue
        if _order(item, name, low, high) == 1:
            yield "bounds", f"min{name} {low} is more than max{name} {high}."


def _occurs(item: Item) -> Iterator[tuple[str, str]]:
    if (item.min_occurs or 0) > 1 and not item.repeats:
        yield "bounds", f"It needs {item.min_occurs} answers and takes only one."
    if item.max_occurs is not None and item.max_occurs < 1:
        yield "bounds", "It takes no answer at all: maxOccurs is less than 1."


def _order(item: Item, name: str, low: object, high: object) -> int | None:
    if name == "Value" and item.min_quantity and item.max_quantity:
        return compare_quantities(item.min_quantity, item.max_quantity)
    kind = "valueDecimal" if isinstance(low, int | float) else _kind(item)
    return compare((kind, low), (kind, high))


def _kind(item: Item) -> str:
    return {"date": "valueDate", "dateTime": "valueDateTime"}.get(item.type, "valueTime")


def _initial(item: Item) -> Iterator[tuple[str, str]]:
    if item.is_rows or not item.is_question:
        return
    value = initial_answer(item)
    for each in [] if value is None else item.values(value):
        try:
            check_value(item, each, on=_DAY)
        except AnswerError as error:
            yield "bad-initial", f"The initial value does not fit: {error}."
