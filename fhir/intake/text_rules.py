"""What counts as text from a person: any Unicode but control characters, with something to see."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_CONTROL: Final = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_BLANK: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0\u034f")
"""Letters and symbols by category that nevertheless show nothing."""
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp", "Cs"})
"""Unassigned characters count as visible: they may be newer than this Python."""


def text_fault(text: str, max_length: int | None = None) -> str | None:
    """Return what is wrong with a text, None when it is acceptable."""
    control = _CONTROL.search(text)
    if control:
        return f"holds the control character U+{ord(control[0]):04X}"
    if not any(_is_visible(character) for character in text):
        return "holds nothing that can be read"
    if max_length is not None and len(text) > max_length:
        return f"is longer than {max_length} characters"
    return None


def _is_visible(character: str) -> bool:
    return character not in _BLANK and unicodedata.category(character) not in _INVISIBLE
