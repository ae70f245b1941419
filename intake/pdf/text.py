"""A patient's words made safe to lay out, without losing a character of what was written.

WeasyPrint drops what does not fit the page (62 of 10,000 characters are left of an unbroken
word) and needs minutes for a few pathological inputs, so both are settled before the layout.
The element that holds an answer needs `white-space: pre-wrap; overflow-wrap: anywhere` and,
where `direction` says "rtl", `direction: rtl`: WeasyPrint knows neither `dir=auto` nor
`unicode-bidi`, and lays out every element's text by itself, as an isolate would be.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import accumulate, islice
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from intake.pdf.fonts import Coverage

BREAK = "\u200b"
"""Zero width space: the line may be broken here."""

_WORD_LENGTH = 20
_LEAST_BYTES = 500
# Longer than any real cluster; keeps a chain of joiners from making an unbreakable word.
_CLUSTER_LENGTH = 64
_LINE_END = re.compile("\r\n|[\r\n\u2028\u2029]")
_WORD = re.compile(r"[^ \t\n]+")
_LAYOUT = frozenset("\t\n\r\u2028\u2029")
_VIRAMA = 9
_JOINER = "\u200d"
_EMOJI_STYLE = "\ufe0f"
_OGHAM_SPACE = "\u1680"
_NONCHARACTER = 0xFFFE  # this and the next, in every plane
_LONGEST_CODE = len("[U+10FFFF]")
# Vowel and final jamo, and skin tones, which form one sign with what they follow.
_FOLLOWER = re.compile("[\u1160-\u11ff\ud7b0-\ud7fb\U0001f3fb-\U0001f3ff]")

# Default-ignorable characters that Pango leaves invisible, whatever the fonts have.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2060-\u2065\u206a-\u206f"
    "\ufe00-\ufe0f\ufeff\ufff0-\ufff8\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# Nothing, or nothing with an agreed meaning, would be seen of these even if a font has them:
# controls; embeddings, overrides and isolates, which could reorder the words around the answer;
# surrogates; private use; noncharacters; and the glyphs that were found blank when printed.
_ALWAYS_AS_CODE = re.compile(
    "[\0-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef"
    "\ufb37\ufb3d\ufb3f\ufb42\ufb45\ufff9-\ufffc\U000110bd\U000110cd\U00011d45"
    "\U00011d97\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d159\U000f0000-\U0010ffff]"
)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much of an answer is laid out; all of it is in the record."""

    max_chars: int = 12_000
    """Characters of an answer."""
    max_lines: int = 500
    """Lines of an answer."""
    max_marks: int = 30
    """Combining marks and invisible characters in a row."""
    max_colour: int = 200
    """Characters drawn as colour images; in an answer with more, all are shown as codes."""
    max_bytes: int = 200_000
    """UTF-8 length of the result, without the closing announcement."""


DEFAULT = Limits()


def printable(text: str, *, coverage: Coverage, limits: Limits = DEFAULT) -> str:
    r"""Return `text` ready for layout, not escaped, with `\n` as its only line end.

    Words get a `BREAK` every 20 characters; a character that no font has, and a control that
    would move other words, becomes its code, such as `[U+1F9FF]`; what exceeds `limits` is cut
    and counted in a last line such as "… 12 more characters in the record".
    """
    head = text[: limits.max_chars]
    lines_end = _end_of_lines(head, limits.max_lines)
    shown = _replacements(head[:lines_end], coverage, limits.max_colour)
    end = _affordable(head[:lines_end], shown, limits.max_bytes)
    kept = _LINE_END.sub("\n", head[:end])
    thinned = _thin(kept, limits.max_marks)
    dropped = len(kept) - len(thinned)
    notes = []
    if end == lines_end < len(head):
        notes = _more(_count_lines(text[end:]), "line")
    else:
        dropped += len(text) - end
    notes += _more(dropped, "character")
    body = _breakable(thinned, shown)
    return "\n".join([body.removesuffix("\n")] * bool(body) + notes) if notes else body


def printable_all(
    texts: Iterable[str], *, coverage: Coverage, limits: Limits = DEFAULT
) -> list[str]:
    """Return all answers of a document `printable`, sharing one `max_bytes` and `max_colour`.

    However long the others are, every answer keeps its first 500 bytes.
    """
    done: list[str] = []
    left = limits
    for text in texts:
        answer = printable(text, coverage=coverage, limits=left)
        done.append(answer)
        left = replace(
            left,
            max_bytes=max(_LEAST_BYTES, left.max_bytes - len(answer.encode())),
            max_colour=max(0, left.max_colour - _count(answer, _colours(answer, coverage))),
        )
    return done


def direction(text: str) -> Literal["ltr", "rtl"]:
    """Return the writing direction of the first letter that has one, as `dir=auto` would."""
    for char in text:
        match unicodedata.bidirectional(char):
            case "L":
                return "ltr"
            case "R" | "AL":
                return "rtl"
    return "ltr"


def _end_of_lines(text: str, count: int) -> int:
    """Return the index after `count` lines."""
    ends = islice(_LINE_END.finditer(text), max(0, count - 1), None)
    return last.end() if (last := next(ends, None)) else len(text)


def _count_lines(text: str) -> int:
    return _LINE_END.sub("\n", text).removesuffix("\n").count("\n") + 1


def _more(count: int, what: str) -> list[str]:
    return [f"… {count} more {what}{'s' * (count != 1)} in the record"] if count else []


def _replacements(text: str, coverage: Coverage, max_colour: int) -> dict[int, str]:
    """Map the code points that cannot stand for themselves to what is shown instead."""
    colour = _colours(text, coverage)
    plain = _count(text, colour) > max_colour
    shown = {}
    for char in set(text) - _LAYOUT:
        if char == _EMOJI_STYLE:
            if plain or not coverage.has(char):
                shown[ord(char)] = ""
        elif (plain and char in colour) or not _stands(char, coverage):
            shown[ord(char)] = f"[U+{ord(char):04X}]"
    return shown


def _colours(text: str, coverage: Coverage) -> set[str]:
    """Return the distinct characters of `text` that are, or ask for, a colour image."""
    images = {char for char in set(text) if coverage.is_colour(char)}
    return {char for char in images if not _INVISIBLE.match(char)} | {_EMOJI_STYLE}


def _count(text: str, chars: set[str]) -> int:
    return sum(map(chars.__contains__, text)) if chars else 0


def _stands(char: str, coverage: Coverage) -> bool:
    """Tell whether `char` can be left as it is."""
    if _ALWAYS_AS_CODE.match(char) or ord(char) & 0xFFFE == _NONCHARACTER:
        return False
    if _INVISIBLE.match(char) or (char.isspace() and char != _OGHAM_SPACE):
        return True
    return coverage.has(char)


def _affordable(text: str, shown: Mapping[int, str], budget: int) -> int:
    """Return how many characters of `text` fit into `budget` bytes as they are `shown`."""
    if len(text) * _LONGEST_CODE <= budget:
        return len(text)
    cost = {char: len(shown.get(ord(char), char).encode()) for char in set(text)}
    return bisect_right(list(accumulate(map(cost.__getitem__, text))), budget)


def _thin(text: str, limit: int) -> str:
    """Leave at most `limit` marks or invisible characters in a row."""
    run = _one_of(char for char in set(text) if _is_mark(char))
    return re.sub(f"({run}{{{limit}}}){run}+", r"\1", text)


def _breakable(text: str, shown: Mapping[int, str]) -> str:
    """Put `shown` in place, and a `BREAK` between the clusters of long words."""
    clusters = _cluster_pattern(text)

    def fit(word: re.Match[str]) -> str:
        if len(short := word[0].translate(shown)) <= _WORD_LENGTH:
            return short
        return BREAK.join(_chunks(clusters.findall(word[0]), shown))

    return _WORD.sub(fit, text)


def _chunks(clusters: Iterable[str], shown: Mapping[int, str]) -> Iterator[str]:
    chunk = ""
    for cluster in clusters:
        piece = cluster.translate(shown)
        if chunk and len(chunk) + len(piece) > _WORD_LENGTH:
            yield chunk
            chunk = ""
        chunk += piece
    yield chunk


def _cluster_pattern(text: str) -> re.Pattern[str]:
    """Return what matches, in `text`, a base with all that must stay on its line."""
    chars = set(text)
    clinging = _one_of(char for char in chars if _is_mark(char) or _FOLLOWER.match(char))
    binding = _one_of(c for c in chars if c == _JOINER or unicodedata.combining(c) == _VIRAMA)
    start = "[\U0001f1e6-\U0001f1ff]{2}|[\u1100-\u115f\ua960-\ua97c]{1,8}|."
    return re.compile(f"(?:{start})(?:{clinging}|(?<={binding}).){{0,{_CLUSTER_LENGTH - 1}}}")


def _is_mark(char: str) -> bool:
    return unicodedata.category(char)[0] == "M" or bool(_INVISIBLE.match(char))


def _one_of(chars: Iterable[str]) -> str:
    """Return the pattern of one character out of `chars`; of nothing when there are none."""
    members = "".join(sorted(chars))
    return f"[{re.escape(members)}]" if members else "(?!)"
