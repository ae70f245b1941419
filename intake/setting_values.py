"""How the value of a setting is read.

Each function raises ValueError with the end of a sentence that begins with the setting's name.
None of them quotes the value, which may be a secret.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from fhir.intake.text_rules import text_fault

if TYPE_CHECKING:
    from collections.abc import Callable

_TRUTHS: Final = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off"), False),
}
_LINE_BREAK: Final = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]")
_PATH: Final = re.compile(r"(/(?!\.{1,2}(/|$))[A-Za-z0-9._~-]+)*")
_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s|<>\"{}^`\\]+")
_ADDRESS: Final = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~/-]*)?")
_COUNT: Final = re.compile(r"[0-9]{1,2}")
_MOST: Final = 10


def read_truth(value: Any) -> bool:
    """Return a truth value, from one or from a word for it."""
    found = value if isinstance(value, bool) else _TRUTHS.get(_text(value).strip().lower())
    if found is None:
        raise ValueError("must be true or false (or 1, 0, yes, no, on, off)")
    return found


def read_line(longest: int, *, may_be_empty: bool = False) -> Callable[[Any], str]:
    """Return a reader of one line that shows something, of at most ``longest`` characters."""

    def read(value: Any) -> str:
        text = _text(value).strip()
        if not text and may_be_empty:
            return text
        fault = text_fault(text, longest) if text else "is empty"
        if fault is None and _LINE_BREAK.search(text):
            fault = "must be one line"
        if fault:
            raise ValueError(fault)
        return text

    return read


def read_choice(*options: str) -> Callable[[Any], str]:
    """Return a reader of one of some words."""

    def read(value: Any) -> str:
        if value not in options:
            raise ValueError(f"must be {' or '.join(options)}")
        return str(value)

    return read


def read_prefix(value: Any) -> str:
    """Return a path under which pages stand: "" or one that begins, and does not end, with "/"."""
    return _matching(_PATH, value, 'must be a path such as /intake, or "" for the root')


def read_uri(value: Any) -> str:
    """Return an absolute URI."""
    return _matching(_URI, value, "must be a URI")


def read_address(value: Any) -> str:
    """Return an http address without a slash at its end."""
    return _matching(_ADDRESS, value, "must be an http address").rstrip("/")


def read_zone(value: Any) -> str:
    """Return the name of a time zone that this computer knows."""
    name = _text(value)
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("must be a time zone such as Europe/Madrid") from None
    return name


def read_count(value: Any) -> int:
    """Return a small number."""
    fault = f"must be a number from 0 to {_MOST}"
    count = int(_matching(_COUNT, value, fault))
    if count > _MOST:
        raise ValueError(fault)
    return count


def _text(value: Any) -> str:
    """Return a text; of a whole number, as which digits may have been read, its digits."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return str(value)
    if not isinstance(value, str):
        raise ValueError(f"must be a text, not {type(value).__name__}")  # noqa: TRY004  # as others
    return value


def _matching(pattern: re.Pattern[str], value: Any, fault: str) -> str:
    text = _text(value)
    if not pattern.fullmatch(text):
        raise ValueError(fault)
    return text
