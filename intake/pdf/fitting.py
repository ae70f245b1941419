"""How much room a text takes, reckoned without laying it out.

The face sheet must be one page. Its text is set in DejaVu Sans, whose advance widths are known,
so lines are broken here as the layout will break them. Lengths are in em, the font's size.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

LINE: Final = 1.26
"""The height of a line; `line-height` of the stylesheet."""

_WORD: Final = re.compile(r"[^ \n\u200b]*?[/-](?=[^\W\d])|[^ \n\u200b]+[ \n\u200b]*")
"""A word with the blank after it; a line may also end after a hyphen or slash."""

_BOLD: Final = 1.12
_OTHER: Final = 1.05
"""A character of another script; wide ones (CJK) count twice by way of their bytes."""
_ADVANCES: Final = {
    char: width / 1000
    for width, chars in {
        278: "ijl'",
        295: "IJ",
        318: " \u00a0,.·",
        337: ":;|/\\",
        352: "f",
        361: "-",
        390: "()[]",
        392: "t",
        401: "!",
        411: "r",
        500: '"*_`\u2013“”',
        521: "sz",
        531: "?",
        550: "cL",
        592: "Fkvxy",
        612: "aeoPTY",
        636: "bdghnpquSE0123456789{}$",
        685: "AVXZBKRC",
        770: "UNHDG&",
        787: "OQ",
        838: "w#+<=>^~→",
        974: "Mm%",
        989: "W@…—",
        0: "\u200b",
    }.items()
    for char in chars
}


@lru_cache(maxsize=8192)
def width(word: str) -> float:
    """Return the width of a word in em."""
    return sum(_ADVANCES.get(char, _OTHER if ord(char) < 0x2E80 else 1.0) for char in word)


@lru_cache(maxsize=4096)
def line_count(text: str, room: float, *, bold: str = "") -> int:
    """Return how many lines `bold`, set in bold type, and then `text` take in `room` em."""
    lines, used = 1, 0.0
    for words, scale in ((bold, _BOLD), (text, 1.0)):
        for word in _WORD.findall(words):
            size = width(word.rstrip(" \n\u200b")) * scale
            if used and used + size > room:
                lines += 1
                used = 0
            used += size + (_ADVANCES[" "] if word[-1] in " \n" else 0)
    return lines
