"""A date typed in three boxes: day, month and year."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final

from intake.web import messages
from intake.web.messages import FieldError
from intake.web.numbers import BLANKS

if TYPE_CHECKING:
    from collections.abc import Sequence

PARTS: Final = ("day", "month", "year")
_SHAPES: Final = (re.compile("[0-9]{1,2}"), re.compile("[0-9]{1,2}"), re.compile("[0-9]{4}"))


def parse_date(typed: Sequence[str]) -> str | None:
    """Return the ISO date of the texts of `PARTS`, None when all are blank. Raises FieldError."""
    texts = [text.strip(BLANKS) for text in typed]
    if not any(texts):
        return None
    blank = [part for part, text in zip(PARTS, texts, strict=True) if not text]
    if blank:
        key = f"missing_{blank[0]}" if len(blank) == 1 else "incomplete"
        raise FieldError(messages.TEXTS[f"error.date_{key}"])
    wrong = misshapen(typed)
    if wrong == ("year",):
        raise FieldError(messages.TEXTS["error.date_missing_year"])
    if wrong:
        raise FieldError(messages.TEXTS["error.date_invalid"])
    day, month, year = map(int, texts)
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        raise FieldError(messages.TEXTS["error.date_invalid"]) from None


def faulty_parts(typed: Sequence[str]) -> tuple[str, ...]:
    """Return the parts that are blank or no such number; all of them if it is none alone."""
    return misshapen(typed) or PARTS


def misshapen(typed: Sequence[str]) -> tuple[str, ...]:
    """Return the parts that are blank or no such number."""
    return tuple(
        part
        for part, text, shape in zip(PARTS, typed, _SHAPES, strict=True)
        if not shape.fullmatch(text.strip(BLANKS))
    )


def date_parts(iso: str) -> list[str]:
    """Return an ISO date (also a year, or a month) as the texts of `PARTS`."""
    year, month, day = (*iso.split("-"), "", "")[:3]
    return [day.lstrip("0"), month.lstrip("0"), year]
