"""Dates and times in words, such as 22 Nov 2026, from the ISO texts of a record."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

_MONTHS: Final = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)
_PARTS: Final = 3
_WEEKS_BY_DAY: Final = 8
"""Up to how many weeks back a day is named, and not the month alone."""


def day_words(text: str) -> str:
    """Return an ISO date (also a year, or a month) such as "22 Nov 2026"."""
    year, month, day = (*text.split("-"), "", "")[:_PARTS]
    name = _MONTHS[int(month) - 1] if month else ""
    return " ".join(filter(None, [day.lstrip("0"), name, year]))


def moment_words(authored: str) -> str:
    """Return a FHIR dateTime as written, such as "22 Nov 2026, 09:14 (UTC+1)".

    Midnight UTC to the second is what a file without a time gets, so only its day is said.
    """
    day, _, time = authored.partition("T")
    if time in {"", "00:00:00Z"}:
        return day_words(day)
    zone = re.sub(r"^.*?(Z|[+-]\d\d:\d\d)$", r"\1", time)
    hours = zone if zone not in {"Z", "+00:00", "-00:00"} else ""
    return f"{day_words(day)}, {time[:5]} (UTC{hours.replace('+0', '+').removesuffix(':00')})"


def later_words(on: date, days: int) -> str:
    """Return the day so many days later in words; "" when the calendar ends before it."""
    try:
        return day_words((on + timedelta(days=days)).isoformat())
    except OverflowError:
        return ""


def began_words(weeks: float, on: date) -> str:
    """Return when something began that has lasted so many weeks, as exactly as weeks allow."""
    try:
        began = on - timedelta(weeks=weeks)
    except OverflowError:
        return ""
    month = f"{_MONTHS[began.month - 1]} {began.year}"
    return f"about {month}" if weeks > _WEEKS_BY_DAY else f"about {began.day} {month}"
