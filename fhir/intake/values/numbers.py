"""Numbers and quantities as answers: bounds, decimal places, units."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from fhir.intake import urls
from fhir.intake.comparison import compare_quantities
from fhir.intake.values.formats import is_number, shown, whole
from fhir.intake.values.set_systems import is_excluded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhir.intake.answer_options import Unit
    from fhir.intake.items import Item
    from fhir.intake.values.formats import Fault

Json: TypeAlias = dict[str, Any]
_BELOW: Final = ("below-minimum", "less")
_ABOVE: Final = ("above-maximum", "more")


def number_faults(item: Item, value: Any) -> Iterator[Fault]:  # any JSON value
    """Yield what is wrong with a number."""
    if not is_number(value):
        yield "not-a-value", f"{shown(value)} is no number"
        return
    if item.type == "integer" and value != int(value):
        yield "not-a-value", f"{value} is no whole number"
        return
    yield from _place_faults(item, value)
    unit = f" {item.unit.display}" if item.unit else ""
    yield from _bound_faults(item, value, unit)


def quantity_faults(item: Item, value: Any) -> Iterator[Fault]:  # any JSON value
    """Yield what is wrong with a quantity: its number, its unit, its bounds."""
    if not isinstance(value, dict):
        yield "not-a-value", f"{shown(value)} is no quantity"
        return
    if "value" not in value:
        yield "no-number", "the quantity has no number"
        return
    number = value["value"]
    if not is_number(number):
        yield "not-a-value", f"{shown(number)} is no number"
        return
    yield from _place_faults(item, number)
    yield from _unit_faults(item, value)
    if item.min_quantity is None and item.max_quantity is None:
        yield from _bound_faults(item, number, _word(item, value))
    yield from _quantity_bound_faults(item, value)


def _place_faults(item: Item, value: float) -> Iterator[Fault]:
    places = whole(item.max_decimal_places)
    if places is None or isinstance(value, int):
        return
    exponent = Decimal(repr(value)).normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > places:
        yield "decimal-places", f"{value} has more than {places} decimal places"


def _bound_faults(item: Item, value: float, unit: str) -> Iterator[Fault]:
    low, high = item.min_value, item.max_value
    if is_number(low) and value < low:
        yield "below-minimum", f"{value} is less than {low}{unit}"
    if is_number(high) and value > high:
        yield "above-maximum", f"{value} is more than {high}{unit}"


def _quantity_bound_faults(item: Item, value: Json) -> Iterator[Fault]:
    for bound, wrong, (code, word) in (
        (item.min_quantity, -1, _BELOW),
        (item.max_quantity, 1, _ABOVE),
    ):
        if bound is None or value.get("comparator"):
            continue
        if not all(q.get("system") and q.get("code") for q in (value, bound)):
            yield "not-comparable", f"{_amount(value)} can not be compared: a unit has no code"
            continue
        same = value["system"] == bound["system"]
        found = compare_quantities(value, bound) if same and _is_text(value["code"]) else None
        if found is None:
            yield "not-comparable", f"{_amount(value)} can not be compared with {_amount(bound)}"
        elif found == wrong:
            yield code, f"{_number(item, value)} is {word} than {_limit(item, bound)}"


def _number(item: Item, value: Json) -> str:
    """Return the number alone where the question fixes its unit."""
    return str(value["value"]) if _is_units(item, value) else _amount(value)


def _limit(item: Item, bound: Any) -> str:  # a quantity of the form
    if item.unit is not None and _is_units(item, bound):
        return f"{bound.get('value')} {item.unit.display}"
    return _amount(bound)


def _is_units(item: Item, value: Any) -> bool:  # a quantity
    return item.unit is not None and value.get("code") == item.unit.code


def _word(item: Item, value: Json) -> str:
    unit = item.unit.display if item.unit else value.get("unit") or value.get("code")
    return f" {str(unit)[:40]}" if unit else ""


def _amount(value: Any) -> str:  # a quantity
    unit = value.get("unit") or value.get("code")
    return f"{shown(value.get('value'))} {shown(unit)[1:-1]}" if unit else shown(value.get("value"))


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _unit_faults(item: Item, value: Json) -> Iterator[Fault]:
    code, system = value.get("code"), value.get("system")
    if code is not None and system is None:
        yield "unit", f"the code {shown(code)} of the unit has no system (qty-3)"
        return
    found = next((unit for unit in item.units if _is_unit(unit, value)), None)
    if found is not None:
        if _is_text(value.get("unit")) and value["unit"] != found.display != found.code:
            message = (
                f"the unit {shown(value['unit'])} is called {shown(found.display)} in the form"
            )
            yield "unit-differs", message
        return
    if item.unit_value_set and is_excluded(item.unit_value_set, value):
        yield "unit", f"the unit {shown(value.get('unit') or code)} is none of those to choose from"
        return
    if item.unit_value_set:
        message = f"the list of units {shown(item.unit_value_set)} is not at hand"
        yield "value-set-not-found", message
    if system == urls.UCUM and _is_text(code) and not _is_known(item, str(code)):
        yield "unknown-unit", f"{shown(code)} is no unit of UCUM"
    elif item.units:
        yield from _other_unit_faults(item, value)


def _other_unit_faults(item: Item, value: Json) -> Iterator[Fault]:
    unit = value.get("unit") or value.get("code")
    allowed = ", ".join(str(unit.display) for unit in item.units[:5])
    what = f"the unit {shown(unit)}" if unit else "an amount without unit"
    if item.unit is not None and value.get("system") == item.unit.system == urls.UCUM:
        one = {"value": 1, "code": value.get("code")}
        if compare_quantities(one, {"value": 1, "code": item.unit.code}) is not None:
            yield "unit-differs", f"{what} is not the one of the form, {allowed}"
            return
    yield "unit", f"{what} is none of {allowed}"


def _is_unit(unit: Unit, value: Json) -> bool:
    if unit.system and value.get("system") != unit.system:
        return False
    return value.get("code") == unit.code if unit.code else value.get("unit") == unit.display


def _is_known(item: Item, code: str) -> bool:
    bounds = (item.min_quantity or {}, item.max_quantity or {})
    if any(bound.get("code") == code for bound in bounds):
        return True
    # Half a second to import, and most units are those of the form.
    from fhir.intake.units import is_unit  # noqa: PLC0415

    return is_unit(code)
