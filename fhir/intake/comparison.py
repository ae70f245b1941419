"""Answers compared with the answers that a condition asks for, or with bounds."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from math import isfinite
from typing import Any, Final, TypeAlias

from fhir.intake.answer_options import is_same_value

Json: TypeAlias = dict[str, Any]
Typed: TypeAlias = "tuple[str, Any]"
"""Such as ``("valueInteger", 3)``."""
_NUMBERS: Final = frozenset({"valueInteger", "valueDecimal"})
_TEXTS: Final = frozenset({"valueString", "valueUri", "valueUrl"})
_TIME: Final = re.compile(
    r"(?P<day>[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?)"
    r"(T(?P<clock>[0-9]{2}:[0-9]{2}(:[0-9]{2})?)(\.(?P<part>[0-9]+))?"
    r"(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})?)?"
)
_SECONDS: Final = 6
"""Parts of a time that is given to the second."""


def is_equal(one: Typed, other: Typed) -> bool:
    """Tell whether two answers are the same: codings by system and code, numbers by value."""
    (kind, value), (other_kind, wanted) = one, other
    if kind == other_kind == "valueCoding":
        return isinstance(value, dict) and isinstance(wanted, dict) and _is_coding(value, wanted)
    if kind == other_kind and kind not in _NUMBERS and kind != "valueQuantity":
        if kind in {"valueDate", "valueDateTime", "valueTime"}:
            return value == wanted or compare(one, other) == 0
        return is_same_value(value, wanted)
    return compare(one, other) == 0


def _is_coding(value: Json, wanted: Json) -> bool:
    if "system" not in wanted or "system" not in value:
        return value.get("code") == wanted.get("code") and "code" in wanted
    return is_same_value(value, wanted)


def compare(one: Typed, other: Typed) -> int | None:
    """Return -1, 0 or 1 for less, equal or more; None for what can not be compared.

    Dates of different precision compare only where they differ in what both say; quantities if
    their units are the same or convert into each other.
    """
    (kind, value), (other_kind, wanted) = one, other
    if kind in _NUMBERS and other_kind in _NUMBERS:
        return _order(_number(value), _number(wanted))
    if kind == other_kind == "valueQuantity":
        return compare_quantities(value, wanted)
    if kind in {"valueDate", "valueDateTime"} and other_kind in {"valueDate", "valueDateTime"}:
        return _compare_times(value, wanted)
    if kind == other_kind and kind in {*_TEXTS, "valueTime"}:
        return _order(value, wanted) if isinstance(value, str) and isinstance(wanted, str) else None
    return None


def compare_quantities(one: Any, other: Any) -> int | None:  # any JSON values
    """Compare two quantities; None where their units can not be converted."""
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return None
    left, right = _number(one.get("value")), _number(other.get("value"))
    if left is None or right is None or "comparator" in one or "comparator" in other:
        return None
    units = [quantity.get("code") or quantity.get("unit") for quantity in (one, other)]
    if units[0] == units[1]:
        return _order(left, right)
    # Half a second to import, and few forms mix units.
    from fhir.intake.units import convert  # noqa: PLC0415

    converted = convert(left, str(units[0]), str(units[1]))
    return None if converted is None else _order(converted, right)


def _number(value: Any) -> Decimal | None:  # any JSON value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float):
        return Decimal(repr(value)) if isfinite(value) else None
    return Decimal(value)


def _order(one: Any, other: Any) -> int | None:  # two values of one kind
    if one is None or other is None:
        return None
    return int(one > other) - int(one < other)


def _compare_times(one: Any, other: Any) -> int | None:  # any JSON values
    left, right = (_TIME.fullmatch(v) if isinstance(v, str) else None for v in (one, other))
    if left is None or right is None:
        return None
    if left["zone"] and right["zone"]:
        return _order(_moment(left), _moment(right))
    return _compare_parts(_parts(left), _parts(right))


def _moment(found: re.Match[str]) -> tuple[datetime, str] | None:
    """Return the moment to the second, and the fraction of it."""
    text = f"{found['day']}T{found['clock']}{found['zone']}"
    try:
        return datetime.fromisoformat(text).astimezone(UTC), (found["part"] or "").rstrip("0")
    except (ValueError, OverflowError):
        return None


def _parts(found: re.Match[str]) -> list[str]:
    clock = found["clock"].split(":") if found["clock"] else []
    fraction = [found["part"].rstrip("0")] if found["part"] else []
    return [*found["day"].split("-"), *clock, *fraction]


def _compare_parts(one: list[str], other: list[str]) -> int | None:
    """Compare by what both say; what is equal so far but not equally precise is not known."""
    for left, right in zip(one, other, strict=False):
        if left != right:
            return _order(left, right)
    # A fraction of a second that is not said is none.
    short, long = sorted((one, other), key=len)
    is_alike = len(short) == len(long) or len(short) == _SECONDS
    if not is_alike:
        return None
    return 0 if len(one) == len(other) or not long[-1] else -1 if one is short else 1
