"""FHIRPath text to tokens, each with its column."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from fhir.intake.path.errors import OutsideError, PathError

MAX_TEXT: Final = 20_000
_TIME: Final = r"\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?"
_TOKEN: Final = re.compile(
    rf"""
    (?P<blank>(?:\s|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)+)
  | (?P<date>@(?:T{_TIME}|\d{{4}}(?:-\d\d(?:-\d\d)?)?(?:T(?:{_TIME}(?:Z|[+-]\d\d:\d\d)?)?)?))
  | (?P<number>\d+(?:\.\d+)?)
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<string>'(?:[^'\\]|\\.)*')
  | (?P<quoted>`(?:[^`\\]|\\.)*`)
  | (?P<special>\$(?:this|index|total)\b)
  | (?P<sign><=|>=|!=|!~|/(?!\*)|[-+*&|=~<>.,()\[\]{{}}%])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE: Final = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", "f": "\f"} | {c: c for c in "'\"`\\/"}


@dataclass(frozen=True, slots=True)
class Token:
    """A token: its kind, its text (quotes and escapes resolved), its column from 1."""

    kind: str
    text: str
    column: int


def tokenize(text: str) -> list[Token]:
    """Return the tokens, the last of kind ``end``; raises PathError with the column."""
    if len(text) > MAX_TEXT:
        raise OutsideError(f"The expression is longer than {MAX_TEXT:,} characters.")
    tokens = []
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise PathError(_unreadable(text, at))
        kind = found.lastgroup or ""
        if kind in {"string", "quoted"}:
            tokens.append(Token(kind, _unescape(found[0][1:-1], at + 1), at + 1))
        elif kind != "blank":
            tokens.append(Token(kind, found[0], at + 1))
        at = found.end()
    tokens.append(Token("end", "", len(text) + 1))
    return tokens


def _unreadable(text: str, at: int) -> str:
    if text[at] in "'`":
        return f"The text that begins at column {at + 1} has no closing quote."
    if text.startswith("/*", at):
        return f"The comment that begins at column {at + 1} has no end."
    if text[at] == "@":
        return f"Column {at + 1}: what follows @ is no date or time."
    return f"Column {at + 1}: {text[at]!r} is not expected here."


def _unescape(raw: str, column: int) -> str:
    if "\\" not in raw:
        return _whole(raw, column)

    def plain(found: re.Match[str]) -> str:
        mark = found[1]
        if len(mark) > 1:
            return chr(int(mark[1:], 16))
        # before anything else a backslash says nothing
        return _ESCAPES.get(mark, mark)

    return _whole(_ESCAPE.sub(plain, raw), column)


def _whole(text: str, column: int) -> str:
    try:
        # \uD83D\uDE00 are two halves of one character
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise PathError(f"The text at column {column} holds half a character.") from None
