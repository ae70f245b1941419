"""One answer against its question: type, characters, form, bounds, unit, list of answers.

The one place that knows what a question takes, for a response as for what a person typed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fhir.intake.values.formats import Fault, boolean_fault, is_number
from fhir.intake.values.numbers import number_faults, quantity_faults
from fhir.intake.values.objects import attachment_faults, reference_faults
from fhir.intake.values.options import option_elements, option_faults
from fhir.intake.values.texts import text_faults, url_faults
from fhir.intake.values.times import date_faults, date_time_faults, time_faults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date

    from fhir.intake.items import Item

MAX_STRING: Final = 1_048_576
"""Characters of a string that FHIR allows."""
WORDS: Final[Mapping[str, str]] = {
    "valueBoolean": "true or false",
    "valueDecimal": "a number",
    "valueInteger": "a whole number",
    "valueDate": "a date",
    "valueDateTime": "a date and time",
    "valueTime": "a time",
    "valueString": "a text",
    "valueUri": "an address",
    "valueAttachment": "an attachment",
    "valueCoding": "a coding",
    "valueQuantity": "a quantity",
    "valueReference": "a reference",
}
"""The types of answers in words, by element."""
_ELEMENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "boolean": ("valueBoolean",),
    "decimal": ("valueDecimal",),
    "integer": ("valueInteger",),
    "date": ("valueDate",),
    "dateTime": ("valueDateTime",),
    "time": ("valueTime",),
    "string": ("valueString",),
    "text": ("valueString",),
    "url": ("valueUri",),
    "attachment": ("valueAttachment",),
    "reference": ("valueReference",),
    "quantity": ("valueQuantity",),
    "open-choice": ("valueCoding", "valueString"),
}
_CHOICES: Final = ("valueCoding", "valueDate", "valueTime", "valueInteger", "valueString")


def value_faults(
    item: Item,
    element: str,
    value: Any,  # any JSON value
    *,
    on: date | None,
    max_text: int = MAX_STRING,
) -> list[Fault]:
    """Return everything wrong with one answer to a question: codes and messages.

    ``element`` is its property in a response, such as ``valueInteger``; ``on`` the day that
    ``today`` in a bound means; ``max_text`` the limit of texts where the question has none. A
    message completes "the answer ..."; ``issue_codes`` has the severity of a code.
    """
    elements = elements_of(item)
    if element not in elements:
        wanted = " or ".join(WORDS.get(name, name) for name in elements)
        return [("wrong-type", f"must be {wanted}, not {WORDS.get(element, element)}")]
    check = _CHECKS.get(element)
    found = [*check(item, value, on, max_text)] if check else []
    if not found and (item.options or item.value_set or item.type in {"choice", "open-choice"}):
        found += option_faults(item, element, value)
    return found


def elements_of(item: Item) -> tuple[str, ...]:
    """Return the properties that can hold an answer to a question."""
    own = _CHOICES if item.type == "choice" else _ELEMENTS.get(item.type, ())
    if not item.options or item.type not in {"choice", "open-choice"}:
        return own
    listed = option_elements(item)
    return (*listed,) if item.type == "choice" else (*dict.fromkeys((*own, *listed)),)


def _boolean_faults(_item: Item, value: Any, _on: date | None, _longest: int) -> Iterator[Fault]:
    fault = boolean_fault(value)
    if fault:
        yield fault


def _coding_faults(_item: Item, value: Any, _on: date | None, _longest: int) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield "not-a-value", "the answer is no coding"
    elif not value.keys() & {"code", "display"}:
        yield "not-a-value", "the coding has neither code nor display"


def _integer_faults(item: Item, value: Any, _on: date | None, _longest: int) -> Iterator[Fault]:
    yield from number_faults(item, value)
    if is_number(value) and not -(2**31) <= value < 2**31:
        yield "not-a-value", "the number is too large"


_CHECKS: Final[Mapping[str, Callable[[Item, Any, date | None, int], Iterator[Fault]]]] = {
    "valueBoolean": _boolean_faults,
    "valueCoding": _coding_faults,
    "valueInteger": _integer_faults,
    "valueDecimal": lambda item, value, _on, _longest: number_faults(item, value),
    "valueQuantity": lambda item, value, _on, _longest: quantity_faults(item, value),
    "valueDate": lambda item, value, on, _longest: date_faults(item, value, on),
    "valueDateTime": lambda item, value, on, _longest: date_time_faults(item, value, on),
    "valueTime": lambda item, value, _on, _longest: time_faults(item, value),
    "valueString": lambda item, value, _on, longest: text_faults(item, value, longest),
    "valueUri": lambda item, value, _on, longest: url_faults(item, value, longest),
    "valueAttachment": lambda item, value, _on, _longest: attachment_faults(item, value),
    "valueReference": lambda item, value, _on, _longest: reference_faults(item, value),
}
