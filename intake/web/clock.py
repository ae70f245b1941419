"""The time at the clinic, which decides the day of a form."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from intake.state import get_state


def clinic_now() -> datetime:
    """Return the present time in the clinic's time zone, else in the server's."""
    zone = get_state().settings.time_zone
    now = datetime.now(UTC)
    return now.astimezone(ZoneInfo(zone) if zone else None)
