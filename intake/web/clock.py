"""The time at the clinic, which decides the day of a form."""

from __future__ import annotations

from datetime import UTC, datetime

from intake.state import get_state
from intake.web.moments import at_clinic


def clinic_now() -> datetime:
    """Return the present time in the clinic's time zone, else in the server's."""
    return at_clinic(datetime.now(UTC), get_state().settings.time_zone)
