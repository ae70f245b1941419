"""Names and literals as FHIRPath writes them."""

from __future__ import annotations

import re
from decimal import Decimal
from math import isfinite
from typing import Final

_KEYWORDS: Final = frozenset(
    {"and", "or", "xor", "implies", "div", "mod", "true", "false"}
    | {
        f"{unit}{s}"
        for unit in ("year", "month", "week", "day", "hour", "minute")
        for s in ("", "s")
    }
    | {"second", "seconds", "millisecond", "milliseconds"}
)
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9]{0,63}")
_ESCAPES: Final = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\f": "\\f"}
_TO_ESCAPE: Final = re.compile(r"[\\'\x00-\x1f\x7f-\uffff]")
MAX_INTEGER: Final = 2**31 - 1


class UnwritableError(ValueError):
    """Something that FHIRPath can not say as it is meant; the message says what."""


def camel_case(name: str) -> str:
    """``twitch_weeks`` to ``twitchWeeks``: R4 allows no underscore in a variable's name."""
    first, *rest = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


def variable(name: str) -> str:
    """Return the variable of a name of the rule language, as an expression reads it.

    Raises UnwritableError for a name that R4 does not allow.
    """
    short = camel_case(name)
    if not _NAME.fullmatch(short):
        raise UnwritableError(f"{name!r:.80} can not name a variable: letters and digits only")
    return f"%`{short}`" if short in _KEYWORDS else f"%{short}"


def text(value: str) -> str:
    """Write a string, with escapes for all that is not ASCII or needs more than 16 bits."""
    return "'" + _TO_ESCAPE.sub(_escaped, value) + "'"


def _escaped(found: re.Match[str]) -> str:
    character = found[0]
    return _ESCAPES.get(character) or f"\\u{ord(character):04x}"


def number(value: float) -> str:
    """Write a number, never with an exponent. Raises UnwritableError for an infinity."""
    if not isfinite(value):
        raise UnwritableError(f"{value} is no number of FHIRPath")
    if isinstance(value, int):
        return str(value) if abs(value) <= MAX_INTEGER else f"{value}.0"
    return format(Decimal(repr(value)), "f")


def constant(value: str | float) -> str:
    """Write a code or a number."""
    return text(value) if isinstance(value, str) else number(value)


def union(values: list[str]) -> str:
    """Write a collection of expressions that are already written; ``{}`` for none."""
    return " | ".join(values) if values else "{}"
