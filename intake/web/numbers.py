"""A typed number: plain digits and a decimal point, nothing that needs a guess."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from intake.web import form_texts, messages
from intake.web.messages import FieldError

if TYPE_CHECKING:
    from fhir.intake.items import Item

BLANKS: Final = " \t\r\n\u00a0"
"""What may stand around a typed number or date."""
_NUMBER: Final = re.compile(r"([+-]?)(?=[.0-9])([0-9]*)(?:\.([0-9]+))?")
_COMMA: Final = re.compile(r"[0-9]+,[0-9]+")
_MOST_DIGITS: Final = 15
"""Up to here a float is exact to the unit."""

_FEW_PLACES: Final = 2
"""So many are told by an example."""


def parse_number(item: Item, typed: str) -> float | None:
    """Return the number, None for a blank. Raises FieldError; limits are not checked here."""
    text = typed.strip(BLANKS)
    if not text:
        return None
    found = _NUMBER.fullmatch(text)
    if found is None:
        decimal = item.type != "integer" and _COMMA.fullmatch(text)
        raise FieldError(messages.TEXTS["error.decimal" if decimal else "error.not_number"])
    sign, whole, fraction = found[1], found[2].lstrip("0"), found[3]
    if fraction and item.type == "integer":
        raise FieldError(messages.TEXTS["error.not_whole"])
    if (sign and not _may_be_negative(item)) or len(whole) > _MOST_DIGITS:
        raise FieldError(messages.out_of_range(item))
    return float(text) if fraction else int(sign + (whole or "0"))


def number_fault(item: Item, number: float) -> str:
    """Return what a number outside the limits of its question is told.

    It is "" where the limits are in another unit than the number, which can not be said shortly.
    """
    if messages.has_other_limits(item):
        return ""
    low, high = item.min_value, item.max_value
    below = isinstance(low, int | float) and number < low
    above = isinstance(high, int | float) and number > high
    if below or above or item.type == "integer":
        return messages.out_of_range(item)
    places = item.max_decimal_places
    if places is not None and places > _FEW_PLACES:
        return form_texts.DECIMALS.format(places=places)
    return messages.TEXTS["error.decimal" if places else "error.not_whole"]


def _may_be_negative(item: Item) -> bool:
    return not isinstance(item.min_value, int | float) or item.min_value < 0
