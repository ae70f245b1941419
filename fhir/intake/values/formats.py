"""The forms of R4's primitive types: what a JSON value must be to be one of them."""

from __future__ import annotations

import math
import re
from datetime import date
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeGuard

from fhir.intake.text_rules import text_fault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Fault: TypeAlias = "tuple[str, str]"
"""A code, and a message that completes "the answer ..."."""
Check: TypeAlias = "Callable[[Any], Fault | None]"
"""Tells what keeps a JSON value from being of a primitive type."""
_SHOWN: Final = 60
_YEAR: Final = r"(?!0000)[0-9]{4}"
_CLOCK: Final = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]{1,20})?"
_ZONE: Final = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_DATE: Final = re.compile(rf"({_YEAR})(?:-([0-9]{{2}})(?:-([0-9]{{2}}))?)?")
_DATE_TIME: Final = re.compile(rf"({_YEAR}(?:-[0-9]{{2}}(?:-[0-9]{{2}}(?:T{_CLOCK}{_ZONE})?)?)?)")
_INSTANT: Final = re.compile(rf"{_YEAR}-[0-9]{{2}}-[0-9]{{2}}T{_CLOCK}{_ZONE}")
_TIME: Final = re.compile(_CLOCK)
_CODE: Final = re.compile(r"\S+(?: \S+)*")
_ID: Final = re.compile(r"[A-Za-z0-9.-]{1,64}")
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_OID: Final = re.compile(r"[0-2](?:\.(?:0|[1-9][0-9]*))+")
_SPACE: Final = re.compile(r"\s")
_INTEGERS: Final = {"integer": -(2**31), "unsignedInt": 0, "positiveInt": 1}
"""The least number of each type; the greatest is 2**31 - 1."""


def shown(value: object) -> str:
    """Return a value for a message: quoted if it is a text, escaped, and cut."""
    if isinstance(value, int) and value.bit_length() > 200:  # 60 digits
        return "a very large number"
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    text = repr(value[: _SHOWN + 1]) if isinstance(value, str) else str(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."


def is_number(value: object) -> TypeGuard[int | float]:
    """Tell whether a JSON value is a number that can be reckoned with."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) if isinstance(value, float) else True


def whole(value: object) -> int | None:
    """Return a whole number of a form; None for what an author gave instead of one."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def date_fault(value: Any) -> Fault | None:  # any JSON value
    """Return what is wrong with a date, which may be a year or a month."""
    found = _DATE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return "not-a-value", f"{shown(value)} is no date such as 1980-03-27"
    return _calendar_fault(value, *found.groups())


def date_time_fault(value: Any) -> Fault | None:  # any JSON value
    """Return what is wrong with a date, or a date and time with its zone."""
    if not isinstance(value, str) or not _DATE_TIME.fullmatch(value):
        return (
            "not-a-value",
            f"{shown(value)} is no date and time such as 2026-11-22T09:30:00+01:00",
        )
    return _calendar_fault(value, *[*value[:10].split("-"), None, None][:3])


def _instant_fault(value: Any) -> Fault | None:
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        return (
            "not-a-value",
            f"{shown(value)} is no date and time such as 2026-11-22T09:30:00+01:00",
        )
    return date_time_fault(value)


def _calendar_fault(value: str, year: str | None, *rest: str | None) -> Fault | None:
    month, day = (int(part) if part else 1 for part in rest)
    try:
        date(int(year or 0), month, day)
    except ValueError:
        return "not-a-value", f"{shown(value)} is no date of the calendar"
    return None


def time_fault(value: Any) -> Fault | None:  # any JSON value
    """Return what is wrong with a time of day."""
    if isinstance(value, str) and _TIME.fullmatch(value):
        return None
    return "not-a-value", f"{shown(value)} is no time such as 09:30:00"


def string_fault(value: Any) -> Fault | None:  # any JSON value
    """Return what is wrong with a text, whatever its length."""
    if not isinstance(value, str):
        return "not-a-value", f"{shown(value)} is no text"
    if value.isascii() and value.isprintable() and not value.isspace():
        return None if value else ("bad-text", "the text is empty")
    fault = text_fault(value)
    return ("bad-text", f"the text {fault}") if fault else None


def uri_fault(value: Any) -> Fault | None:  # any JSON value
    """Return what is wrong with a URI, which may be relative."""
    fault = string_fault(value)
    if fault:
        return fault
    scheme, _, rest = value.partition(":")
    rest = rest.partition("|")[0].partition("#")[0] if scheme == "urn" else rest
    if _SPACE.search(value):
        return "url", f"{shown(value)} is no address: it has a space"
    if scheme in {"oid", "uuid"}:
        return "url", f"{shown(value)} should begin with urn:{scheme}:"
    if scheme == "urn" and rest.startswith("uuid:") and not _UUID.fullmatch(rest[5:]):
        return "url", f"{shown(value)} is no UUID in lower case"
    if scheme == "urn" and rest.startswith("oid:") and not _OID.fullmatch(rest[4:]):
        return "url", f"{shown(value)} is no OID"
    return None


def boolean_fault(value: Any) -> Fault | None:  # any JSON value
    """Return what keeps a value from being true or false."""
    if isinstance(value, bool):
        return None
    return "not-a-value", f"{shown(value)} is neither true nor false"


def _decimal_fault(value: Any) -> Fault | None:
    return None if is_number(value) else ("not-a-value", f"{shown(value)} is no number")


def _integer_check(kind: str) -> Check:
    def check(value: Any) -> Fault | None:
        if not is_number(value):
            return "not-a-value", f"{shown(value)} is no number"
        if not isinstance(value, int):
            return "not-a-value", f"{value} is no whole number"
        if not _INTEGERS[kind] <= value < 2**31:
            return "not-a-value", f"{shown(value)} is out of the range of a FHIR {kind}"
        return None

    return check


def _pattern_check(pattern: re.Pattern[str], what: str) -> Check:
    def check(value: Any) -> Fault | None:
        if not isinstance(value, str):
            return "not-a-value", f"{shown(value)} is no text"
        if not pattern.fullmatch(value):
            return "not-a-value", f"{shown(value)} is no {what}"
        return None

    return check


CHECKS: Final[Mapping[str, Check]] = {
    "boolean": boolean_fault,
    "decimal": _decimal_fault,
    **{kind: _integer_check(kind) for kind in _INTEGERS},
    **dict.fromkeys(("string", "markdown", "xhtml", "base64Binary"), string_fault),
    **dict.fromkeys(("uri", "url", "canonical", "oid", "uuid"), uri_fault),
    "date": date_fault,
    "dateTime": date_time_fault,
    "instant": _instant_fault,
    "time": time_fault,
    "code": _pattern_check(_CODE, "code"),
    "id": _pattern_check(_ID, "id"),
}
