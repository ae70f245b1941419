"""A typed time of day, and moments at the clinic."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from intake.pdf.dates import day_words, moment_words
from intake.pdf.wording import time_words
from intake.state import get_state
from intake.web import form_texts
from intake.web.dates import date_parts
from intake.web.messages import FieldError
from intake.web.numbers import BLANKS

if TYPE_CHECKING:
    from datetime import date

_TIME: Final = re.compile(
    r"([0-9]{1,2})[:.]([0-9]{2})(?:[:.]([0-9]{2}))?(?:\s?([ap])\.?m\.?)?", re.ASCII | re.IGNORECASE
)
_HALF: Final = 12
_ISO: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}.*")


def parse_time(typed: str) -> str | None:
    """Return ``HH:MM:SS``, None for a blank. Raises FieldError; limits are not checked here."""
    text = typed.strip(BLANKS)
    if not text:
        return None
    found = _TIME.fullmatch(text)
    if found is None:
        raise FieldError(form_texts.NOT_TIME)
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if found[4]:
        if not 1 <= hour <= _HALF:
            raise FieldError(form_texts.NOT_TIME)
        hour = hour % _HALF + (_HALF if found[4].lower() == "p" else 0)
    try:
        return time(hour, minute, second).isoformat()
    except ValueError:
        raise FieldError(form_texts.NOT_TIME) from None


def moment(day: str, clock: str) -> str:
    """Return an ISO date and a time of day at the clinic as one moment, with its offset."""
    local = datetime.fromisoformat(f"{day}T{clock}")
    zone = _zone()
    moment = local.replace(tzinfo=zone) if zone else local.astimezone()
    # The way there and back turns a time that the clocks leave out into the one that they show.
    return moment.astimezone(UTC).astimezone(zone).isoformat(timespec="seconds")


def moment_parts(iso: str) -> list[str]:
    """Return day, month, year and time at the clinic; a date alone has no time."""
    if not _ISO.fullmatch(iso):
        return [*date_parts(iso.partition("T")[0]), ""]
    try:
        moment = datetime.fromisoformat(iso)
        local = moment.astimezone(_zone()) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        return [*date_parts(iso[:10]), iso[11:]]
    shown = local.strftime("%H:%M:%S")
    return [*date_parts(local.date().isoformat()), time_words(shown)]


def clinic_words(iso: str) -> str:
    """Return a date or a moment in words, as the clock of the clinic shows it."""
    if not _ISO.fullmatch(iso) or iso.endswith("T00:00:00Z"):
        return moment_words(iso)
    day, month, year, clock = moment_parts(iso)
    return f"{day_words(f'{year}-{month:0>2}-{day:0>2}')}, {clock}"


def day_of(iso: str) -> date | None:
    """Return the day at the clinic of a moment, None where it is none."""
    try:
        return datetime.fromisoformat(iso).date()
    except ValueError:
        return None


def _zone() -> ZoneInfo | None:
    name = get_state().settings.time_zone
    return ZoneInfo(name) if name else None
