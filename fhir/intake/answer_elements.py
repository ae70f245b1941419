"""One answer in memory as an element of a response."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from fhir.intake.items import Item

Json: TypeAlias = dict[str, Any]
_VALUES: Final = {
    "boolean": "valueBoolean",
    "decimal": "valueDecimal",
    "integer": "valueInteger",
    "date": "valueDate",
    "dateTime": "valueDateTime",
    "time": "valueTime",
    "url": "valueUri",
}
_OBJECTS: Final = {
    "attachment": "valueAttachment",
    "reference": "valueReference",
    "quantity": "valueQuantity",
}


def answer_of(item: Item, value: Any) -> Json:  # an answer in memory
    """Return one answer as a response holds it: ``{"valueInteger": 3}``."""
    if isinstance(value, dict):
        return {_OBJECTS.get(item.type, "valueCoding"): dict(value)}
    option = item.option(value) if isinstance(value, str) and item.options else None
    # What is typed for an open choice is a text, even if it is the code of a coding.
    if option is not None and (item.type != "open-choice" or option.element != "valueCoding"):
        return dict(option.answer)
    if item.type == "quantity":
        unit = item.unit
        measured = {"unit": unit.display, "system": unit.system, "code": unit.code} if unit else {}
        return {"valueQuantity": {"value": value, **{k: v for k, v in measured.items() if v}}}
    return {_VALUES.get(item.type, "valueString"): value}
