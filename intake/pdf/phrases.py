"""Sentences made of our words and the patient's, kept apart so that each is laid out safely."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True, slots=True)
class Said:
    """What a person typed, printable but not escaped, with its writing direction."""

    text: str
    direction: Literal["ltr", "rtl"]


DOT: Final = "\u00a0· "
"""Between the parts of a line; the no-break space keeps it from beginning the next line."""

Phrase: TypeAlias = tuple["str | Said", ...]
"""A line of text in reading order; whatever is not ours is a `Said`."""


def plain(phrase: Phrase) -> str:
    """Return the text of a phrase without the marks of who said what."""
    return "".join(part if isinstance(part, str) else part.text for part in phrase)


def join(phrases: Iterable[Phrase], separator: str) -> Phrase:
    """Put phrases into one, with a separator between them; empty ones are left out."""
    joined: list[str | Said] = []
    for phrase in phrases:
        if phrase:
            joined += [separator] * bool(joined)
            joined += phrase
    return tuple(joined)


def unbroken(phrase: Phrase) -> Phrase:
    """Keep our words of a short phrase on one line."""
    return tuple(p.replace(" ", "\u00a0") if isinstance(p, str) else p for p in phrase)


def clip(phrase: Phrase, limit: int) -> Phrase:
    """Cut a phrase to at most `limit` characters and an ellipsis, where possible at a blank."""
    if len(plain(phrase)) <= limit:
        return phrase
    kept = [*_parts_within(phrase, limit)]
    while kept and isinstance(kept[-1], str) and not kept[-1].strip(" ·;,:"):
        kept.pop()
    return (*kept, "…")


def _parts_within(phrase: Phrase, limit: int) -> Iterator[str | Said]:
    first = True
    for part in phrase:
        text = part if isinstance(part, str) else part.text
        whole = len(text) <= limit
        head = text if whole else _head(text, limit, whole_words=not first)
        if head:
            yield head if isinstance(part, str) else Said(head, part.direction)
        if not whole:
            return
        first = False
        limit -= len(text)


def _head(text: str, limit: int, *, whole_words: bool) -> str:
    """Return whole words of a text; of a first, longer word as much as there is room for."""
    head = text[:limit]
    blank = len(head) if text[limit].isspace() else head.rfind(" ")
    return head[: blank if blank > 0 or whole_words else limit].rstrip(" ·;,:")
