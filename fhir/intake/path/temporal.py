"""Dates, dateTimes and times as written, with the precision that was written."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Final

from fhir.intake.path.errors import PathError

DATE, DATE_TIME, TIME = "Date", "DateTime", "Time"
_CLOCK: Final = r"(\d\d)(?::(\d\d)(?::(\d\d(?:\.\d+)?))?)?"
_DATE_TIME: Final = re.compile(
    rf"(\d{{4}})(?:-(\d\d)(?:-(\d\d))?)?(T(?:{_CLOCK}(Z|[+-]\d\d:\d\d)?)?)?", re.ASCII
)
_TIME: Final = re.compile(rf"T?{_CLOCK}", re.ASCII)
_HOUR: Final = 4  # parts of a dateTime that reaches to the hour


@dataclass(frozen=True, slots=True)
class Temporal:
    """A date, dateTime or time.

    ``parts`` go from the largest to the smallest that is known (year, month, day, hour, minute,
    second; seconds are Decimal); ``offset`` is minutes east of UTC, None where not said.
    """

    kind: str
    parts: tuple[int | Decimal, ...]
    offset: int | None = None

    def __str__(self) -> str:
        """Return the text as FHIR writes it."""
        clock = self.parts if self.kind == TIME else self.parts[3:]
        time = ":".join(_two(part) for part in clock)
        if self.kind == TIME:
            return time
        day = "-".join([f"{self.parts[0]:04}", *map(_two, self.parts[1:3])])
        return f"{day}T{time}{_zone(self.offset)}" if clock else day


def _two(part: int | Decimal) -> str:
    whole, dot, fraction = str(part).partition(".")
    return f"{int(whole):02}{dot}{fraction}"


def _zone(offset: int | None) -> str:
    if offset is None:
        return ""
    return "Z" if offset == 0 else f"{'+' if offset > 0 else '-'}{_clock(abs(offset))}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def parse_temporal(text: str, kind: str) -> Temporal | None:
    """Read a text as the given kind; None when it is not one."""
    if kind == TIME:
        found = _TIME.fullmatch(text)
        parts = _parts(found.groups()) if found else ()
        return Temporal(TIME, parts) if parts and _is_clock(parts) else None
    found = _DATE_TIME.fullmatch(text)
    if found is None or (kind == DATE and found[4] is not None):
        return None
    if found[4] not in {None, "T"} and not found[3]:
        return None
    parts = _parts(found.groups()[:3] + found.groups()[4:7])
    offset = _offset(found[8])
    if not _is_day(parts[:3]) or not _is_clock(parts[3:]) or not -900 <= (offset or 0) <= 900:
        return None
    return Temporal(kind, parts, offset)


def _parts(groups: tuple[str | None, ...]) -> tuple[int | Decimal, ...]:
    last = len(groups) - 1
    return tuple(
        Decimal(text) if position == last else int(text)
        for position, text in enumerate(groups)
        if text is not None
    )


def _offset(text: str | None) -> int | None:
    if text is None:
        return None
    if text == "Z":
        return 0
    return (1 if text[0] == "+" else -1) * (int(text[1:3]) * 60 + int(text[4:6]))


def _is_day(parts: tuple[int | Decimal, ...]) -> bool:
    year, month, day = (int(part) for part in (*parts, 1, 1)[:3])
    return year >= 1 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]


def _is_clock(parts: tuple[int | Decimal, ...]) -> bool:
    hour, minute, second = (*parts, 0, 0, 0)[:3]
    return hour < 24 and minute < 60 and second < 60


def moment(now: datetime) -> Temporal:
    """Return a dateTime of full precision; a time without zone is taken as UTC."""
    aware = now if now.tzinfo else now.replace(tzinfo=UTC)
    second = Decimal(aware.second) + Decimal(aware.microsecond // 1000).scaleb(-3)
    minutes = int((aware.utcoffset() or timedelta()).total_seconds()) // 60
    parts = (aware.year, aware.month, aware.day, aware.hour, aware.minute, second)
    return Temporal(DATE_TIME, parts, minutes)


def compare(left: Temporal, right: Temporal, zone: tzinfo) -> int | None:
    """Return -1, 0 or 1, or None when the precision does not tell.

    ``zone`` holds where a dateTime names none. Raises PathError where a time is compared with
    a date, or no exact conversion is possible.
    """
    if (left.kind == TIME) != (right.kind == TIME):
        raise PathError("A time cannot be compared with a date.")
    if left.offset != right.offset:
        timed = min(len(left.parts), len(right.parts)) >= _HOUR
        left, right = (_shifted(side, UTC if timed else zone, zone) for side in (left, right))
    for mine, other in zip(left.parts, right.parts, strict=False):
        if mine != other:
            return -1 if mine < other else 1
    return 0 if len(left.parts) == len(right.parts) else None


def normal(value: Temporal, zone: tzinfo) -> tuple[int | Decimal, ...]:
    """Return parts that are the same for equal values, a dateTime in UTC."""
    if value.kind == TIME or len(value.parts) < _HOUR:
        return value.parts
    return _shifted(value, UTC, zone).parts


def _shifted(value: Temporal, to: tzinfo, zone: tzinfo) -> Temporal:
    if value.kind == TIME or len(value.parts) < _HOUR:
        return value
    local = datetime(*(int(part) for part in value.parts[:5]))  # type: ignore[arg-type]  # noqa: DTZ001
    try:
        offset = value.offset
        here = timedelta(minutes=offset) if offset is not None else zone.utcoffset(local)
        there = (local - (here or timedelta())).replace(tzinfo=UTC).astimezone(to)
    except OverflowError:
        raise PathError("A date is outside the years 1 to 9999.") from None
    if len(value.parts) == _HOUR and there.minute:
        raise PathError("An hour without minutes cannot be moved to another time zone.")
    clock = (there.year, there.month, there.day, there.hour, there.minute)
    parts = (*clock[: len(value.parts)], *value.parts[5:])
    return replace(value, parts=parts, offset=0)


def add_months(value: Temporal, months: int) -> Temporal | None:
    """Move by whole months, a day past the end of the month to its last day."""
    year, month = int(value.parts[0]), int((*value.parts, 1)[1])
    count = year * 12 + month - 1 + months
    year, month = count // 12, count % 12 + 1
    if not 1 <= year <= 9999:
        return None
    moved: tuple[int | Decimal, ...] = (year, month)[: len(value.parts)]
    if len(value.parts) > 2:
        moved += (min(int(value.parts[2]), monthrange(year, month)[1]), *value.parts[3:])
    return replace(value, parts=moved)


def add_seconds(value: Temporal, seconds: Decimal) -> Temporal | None:
    """Move a date by whole days, a dateTime or time by seconds, within its precision."""
    known = value.parts
    day = known[:3] if value.kind != TIME else (2000, 1, 1)
    clock = known if value.kind == TIME else known[3:]
    hour, minute, second = (*clock, 0, 0, 0)[:3]
    total = Decimal(int(hour) * 3600 + int(minute) * 60) + second + seconds
    days, rest = divmod(total, 86400)
    days, rest = (days - 1, rest + 86400) if rest < 0 else (days, rest)
    try:
        moved = datetime(*(int(p) for p in day)) + timedelta(days=int(days))  # type: ignore[arg-type]  # noqa: DTZ001
    except OverflowError:
        return None
    whole = int(rest // 60)
    tail = (whole // 60, whole % 60, rest % 60)[: len(clock)]
    if value.kind == TIME:
        return replace(value, parts=tail)
    return replace(value, parts=(moved.year, moved.month, moved.day, *tail))
