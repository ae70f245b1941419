"""Dates and times as answers: the calendar, bounds, and what must not lie in the future."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fhir.intake.comparison import compare
from fhir.intake.values.formats import date_fault, date_time_fault, time_fault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from fhir.intake.items import Item
    from fhir.intake.values.formats import Fault


def date_faults(item: Item, value: Any, on: date | None) -> Iterator[Fault]:  # any JSON value
    """Yield what is wrong with a date; ``on`` is the day that the form calls today."""
    fault = date_fault(value)
    if fault:
        yield fault
    else:
        yield from _bound_faults(item, "valueDate", value, on)


def date_time_faults(item: Item, value: Any, on: date | None) -> Iterator[Fault]:  # any JSON value
    """Yield what is wrong with a date and time."""
    fault = date_time_fault(value)
    if fault:
        yield fault
    else:
        yield from _bound_faults(item, "valueDateTime", value, on)


def time_faults(item: Item, value: Any) -> Iterator[Fault]:  # any JSON value
    """Yield what is wrong with a time of day."""
    fault = time_fault(value)
    if fault:
        yield fault
    else:
        yield from _bound_faults(item, "valueTime", value, None)


def _bound_faults(item: Item, element: str, value: str, on: date | None) -> Iterator[Fault]:
    low, high = item.min_value, item.max_value
    if high == "today":
        # The day is compared as the person wrote it, in their own zone.
        day = ("valueDate", value[:10])
        if on is not None and compare(day, ("valueDate", on.isoformat())) == 1:
            yield "in-the-future", f"{value} is in the future (the form is of {on})"
        high = None
    if compare((element, value), (element, low)) == -1:
        yield "below-minimum", f"{value} is before {low}"
    if compare((element, value), (element, high)) == 1:
        yield "above-maximum", f"{value} is after {high}"
