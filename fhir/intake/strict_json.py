"""JSON in and out: one reader, with bounds, for what comes from strangers, and one writer."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from typing import Any, Final

import orjson

MAX_BYTES: Final = 2_000_000
MAX_DEPTH: Final = 60
MAX_DIGITS: Final = 18
_STRUCTURE: Final = re.compile(r'\\.|["\[\]{}]', re.DOTALL)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


class JsonError(ValueError):
    """Not acceptable as JSON; the message says why, in one sentence."""


def strict_loads(data: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> Any:
    """Parse UTF-8 JSON.

    Raises JsonError for more than ``max_bytes`` or ``max_depth`` levels, a key given twice, NaN
    and infinities, integers over 18 digits, text that is no Unicode, and anything after the end.
    """
    if len(data) > max_bytes:
        raise JsonError(f"is larger than {max_bytes // 1_000_000} MB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise JsonError(f"is not UTF-8 (byte {error.start + 1})") from None
    _check_depth(text, max_depth)
    try:
        value = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_int=_integer,
            parse_float=_finite,
        )
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise JsonError(f"is not JSON: {error.msg[:1].lower()}{error.msg[1:]} ({place})") from None
    if "\\u" in text:
        _check_unicode(value)
    return value


def _check_depth(text: str, max_depth: int) -> None:
    depth = 0
    in_text = False
    for found in _STRUCTURE.finditer(text):
        mark = found[0]
        if mark == '"':
            in_text = not in_text
        elif not in_text and len(mark) == 1:
            depth += 1 if mark in "[{" else -1
            if depth > max_depth:
                raise JsonError(f"is nested deeper than {max_depth} levels")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise JsonError(f"holds the key {twice[:60]!r} twice in one object")
    return found


def _no_constant(name: str) -> Any:
    raise JsonError(f"holds {name}, which is no JSON number")


def _integer(digits: str) -> int:
    if len(digits.lstrip("-")) > MAX_DIGITS:
        raise JsonError(f"holds a number of more than {MAX_DIGITS} digits")
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise JsonError(f"holds {digits[:20]}, which is too large")
    return number


def _check_unicode(value: object) -> None:
    if isinstance(value, str) and _SURROGATE.search(value):
        raise JsonError("holds half a character (a lone surrogate)")
    if isinstance(value, dict):
        for key, element in value.items():
            _check_unicode(key)
            _check_unicode(element)
    elif isinstance(value, list):
        for element in value:
            _check_unicode(element)


def dump_json(data: Any) -> bytes:
    """Write JSON data as UTF-8: indented, keys in the order given, a line feed at the end."""
    return orjson.dumps(data, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
