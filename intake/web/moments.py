"""Stored times in words, at the clinic."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from intake.pdf.dates import moment_words

if TYPE_CHECKING:
    from datetime import datetime


def moment_at_clinic(moment: datetime, zone: str | None) -> str:
    """Return a time in a zone of the IANA list, None for the server's, with its UTC offset."""
    local = moment.astimezone(ZoneInfo(zone) if zone else None)
    return moment_words(local.isoformat(timespec="seconds"))
