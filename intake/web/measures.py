"""The unit of a typed quantity, where the question leaves it open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fhir.intake.answer_options import Unit
from fhir.intake.text_rules import text_fault
from intake.web import form_texts, messages
from intake.web.components import unit_value
from intake.web.messages import FieldError
from intake.web.numbers import BLANKS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fhir.intake.items import Item

_LONGEST = 100


def shown_unit(item: Item, quantity: Mapping[str, Any]) -> str:
    """Return the unit of a quantity as its box holds it, "" where the list has no such unit."""
    if not item.units:
        return str(quantity.get("unit") or quantity.get("code") or "")
    told = {"code": quantity.get("code"), "display": quantity.get("unit")}
    same = next((unit for unit in item.units if unit.code and unit.code == told["code"]), None)
    same = same or next((unit for unit in item.units if unit.display == told["display"]), None)
    return unit_value(same) if same else ""


def unit_of(item: Item, typed: str) -> dict[str, str]:
    """Return the unit of a quantity as FHIR writes it, nothing for none. Raises FieldError."""
    text = typed.strip(BLANKS)
    if item.units:
        if not text:
            raise FieldError(form_texts.NO_UNIT)
        listed = next((unit for unit in item.units if unit_value(unit) == typed), None)
        if listed is None:
            raise FieldError(messages.TEXTS["error.option_unknown"])
        return written_unit(listed)
    if not text:
        return {}
    if len(text) > _LONGEST:
        raise FieldError(messages.text("error.too_long", max=_LONGEST))
    if text_fault(text):
        raise FieldError(messages.TEXTS["error.invalid_characters"])
    return next((known for known in _known(item) if text in known.values()), {"unit": text})


def written_unit(unit: Unit) -> dict[str, str]:
    """Return a unit as FHIR writes it in a quantity."""
    written = {"unit": unit.display, "system": unit.system, "code": unit.code}
    return {key: value for key, value in written.items() if value}


def bound_unit(item: Item) -> Unit | None:
    """Return the unit in which an amount is asked because its limits are in that unit.

    None where the form fixes or offers units, or begins with an amount in another one. An amount
    whose unit has no code can not be compared with a limit.
    """
    bounds = [bound for bound in (item.min_quantity, item.max_quantity) if bound is not None]
    if item.type != "quantity" or item.unit or item.units or item.unit_value_set or not bounds:
        return None
    if not all(isinstance(bounds[0].get(key), str) for key in ("system", "code")):
        return None
    system, code = bounds[0]["system"], bounds[0]["code"]
    if any((known.get("system"), known.get("code")) != (system, code) for known in _known(item)):
        return None
    return Unit(code=code, display=str(bounds[0].get("unit") or code), system=system)


def _known(item: Item) -> Iterator[dict[str, str]]:
    """Yield the units that the form itself names, with their codes."""
    begun = [value for element, value in item.initial if element == "valueQuantity"]
    for quantity in (*begun, item.min_quantity, item.max_quantity):
        if isinstance(quantity, dict):
            keys = ("unit", "system", "code")
            yield {key: quantity[key] for key in keys if isinstance(quantity.get(key), str)}
