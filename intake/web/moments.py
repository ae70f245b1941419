"""Times at the clinic, and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from intake.pdf.dates import day_words, moment_words

if TYPE_CHECKING:
    from datetime import datetime


def at_clinic(moment: datetime, zone: str | None) -> datetime:
    """Return a time in a zone of the IANA list, None for the server's."""
    return moment.astimezone(ZoneInfo(zone) if zone else None)


def moment_at_clinic(moment: datetime, zone: str | None) -> str:
    """Return a time at the clinic in words, with its UTC offset."""
    return moment_words(at_clinic(moment, zone).isoformat(timespec="seconds"))


def clinic_day(moment: datetime, *, zone: str | None) -> str:
    """Return the day of a time at the clinic, such as "22 Nov 2026"."""
    return day_words(at_clinic(moment, zone).date().isoformat())
