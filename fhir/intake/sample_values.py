"""Values that may answer a question, to be tried one after the other."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from fhir.intake.answers import MAX_TEXT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhir.intake.items import Item

_TEXTS: Final = (
    "Some words",
    "x",
    "12",
    "123",
    "12345",
    "0123456789",
    "A1",
    "1.5",
    "2026-01-31",
    "10:30",
    "a@example.org",
    "+1 202 555 0100",
    "202-555-0100",
    "http://example.org/",
    "AB12 3CD",
    "12345-6789",
)
"""Some of what an author's pattern may ask for."""
_FIRST_DAY: Final = "0001-01-01"


def sample_values(item: Item, on: date) -> Iterator[Any]:
    """Yield answers in memory of a question's type, most of which fit its bounds."""
    if item.type == "open-choice":
        yield from (o.value if isinstance(o.value, dict) else o.code for o in item.options)
        yield _TEXTS[0]
    elif item.options:
        yield from (option.code for option in item.options)
    elif item.type == "boolean":
        yield from (True, False)
    elif item.type in {"integer", "decimal"}:
        yield from _numbers(item)
    elif item.type == "quantity":
        yield from (_quantity(item, number) for number in _numbers(item))
    elif item.type in {"date", "dateTime"}:
        tail = "T10:30:00+00:00" if item.type == "dateTime" else ""
        yield from (f"{day.isoformat()}{tail}" for day in _days(item, on))
    elif item.type == "time":
        yield from (str(v) for v in (item.min_value, item.max_value, "10:30:00") if v)
    elif item.type == "url":
        yield "http://example.org/"
    else:
        yield from _texts(item)


def _numbers(item: Item) -> Iterator[int | float]:
    low, high = item.min_value, item.max_value
    ends = [bound for bound in (low, high) if isinstance(bound, int | float)]
    middle = [Decimal(str(ends[0])) + 1, Decimal(str(ends[-1])) - 1] if ends else []
    numbers: list[Decimal | float] = [*middle, *ends, 1, 2, 0]
    for number in numbers:
        yield int(number) if number == int(number) else float(number)


def _quantity(item: Item, number: float) -> Any:
    if item.unit is not None:
        return number
    unit = item.units[0] if item.units else None
    limit = item.min_quantity or item.max_quantity or {}
    if unit is not None:
        known = {"unit": unit.display, "system": unit.system, "code": unit.code}
    else:
        known = {key: limit[key] for key in ("unit", "system", "code") if key in limit}
    return {"value": number} | {key: value for key, value in known.items() if value}


def _days(item: Item, on: date) -> Iterator[date]:
    for bound in (item.min_value, item.max_value):
        text = str(bound)[:10] if bound else ""
        try:
            # A month or year begins with its first day.
            day = date.fromisoformat(text + _FIRST_DAY[len(text) :])
            yield from (day, day + timedelta(1), day - timedelta(1), day + timedelta(400))
        except (ValueError, OverflowError):
            continue
    yield from (on - timedelta(400), on, on + timedelta(400))


def _texts(item: Item) -> Iterator[str]:
    least = min(item.min_length or 0, MAX_TEXT)
    for text in _TEXTS:
        yield text if len(text) >= least else text.ljust(least, "x")
    if item.max_length:
        yield "x" * min(item.max_length, MAX_TEXT)
