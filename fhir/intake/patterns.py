"""Regular expressions of form authors, run by RE2: its time is linear in the text.

FHIR means the regular expressions of Java, matched against the whole text. What RE2 lacks
(look-around, back references, possessive groups) or reads in another way is not run at all.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

MAX_LENGTH: Final = 2_000
_MAX_MEMORY: Final = 1 << 20
_OTHERWISE: Final = re.compile(r"\\[vhHNRXGZ]|&&")
"""Escapes and an operator that are no error in RE2 but mean something else than in Java."""
_PART: Final = re.compile(r"\\Q.*?(?:\\E|$)|\\.|[\[\]]", re.DOTALL)


def matches(pattern: str, text: str) -> bool | None:
    """Tell whether a whole text has the form of a pattern; None where that can not be told."""
    compiled = _compile(pattern)
    if compiled is None:
        return None
    try:
        return compiled.fullmatch(text) is not None
    except UnicodeEncodeError:
        return None


def is_supported(pattern: str) -> bool:
    """Tell whether a pattern can be run."""
    return _compile(pattern) is not None


@lru_cache(maxsize=1024)
def _compile(pattern: str) -> Any | None:
    import re2  # noqa: PLC0415  # few forms have patterns

    if len(pattern) > MAX_LENGTH or _OTHERWISE.search(pattern) or _nests_classes(pattern):
        return None
    options = re2.Options()
    options.max_mem = _MAX_MEMORY
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except (re2.error, UnicodeEncodeError):
        return None


def _nests_classes(pattern: str) -> bool:
    """Tell whether a character class holds ``[``: for Java that begins a class within it."""
    is_inside = False
    for found in _PART.finditer(pattern):
        if found[0] == "[":
            if is_inside:
                return True
            is_inside = True
        elif found[0] == "]":
            is_inside = False
    return False
