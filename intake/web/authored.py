"""The texts of a form's author among those of the page: in their own language and direction."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Iterable

_TURNING: Final = re.compile(
    "[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufeff"
    "\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
"""What is written from right to left, or turns what stands around it."""

_BRIEF: Final = 300
"""Characters of a text where it is said again, to tell which question or section is meant."""
_ENDS: Final = ("?", "!", ".", ":", ";", ",", "\u2026", "\u061f", "\uff1f", "\uff1a", "\u3002")


def authored(text: str, lang: str = "") -> str:
    """Return an author's text so that neither its language nor its direction spills over.

    ``lang`` is its language, "" for that of the page. The result is markup where the text needs an
    element of its own, else the text itself.
    """
    if not text:
        return text
    if lang:
        return Markup('<span lang="{}" dir="auto">{}</span>').format(lang, text)
    return Markup("<bdi>{}</bdi>").format(text) if _TURNING.search(text) else text


def brief(text: str) -> str:
    """Return the beginning of a text, where it stands for what is shown in full elsewhere.

    What an author made long is then not repeated with each of a thousand questions.
    """
    return text if len(text) <= _BRIEF else f"{text[:_BRIEF].rstrip()}\u2026"


def shortened(text: str) -> str:
    """Return the beginning of a text that may be markup."""
    if not isinstance(text, Markup):
        return brief(text)
    plain = text.striptags()
    return text if len(plain) <= _BRIEF else authored(brief(plain))


def before(title: str) -> str:
    """Return a title as it stands before what is said of it, with a colon unless it has a sign."""
    plain = title.striptags() if isinstance(title, Markup) else title
    return title if plain.rstrip().endswith(_ENDS) else joined([title, ":"], "")


def joined(texts: Iterable[str], apart: str = " ") -> str:
    """Join texts of which some may be markup; the blank ones are left out."""
    found = [text for text in texts if text]
    is_plain = not any(isinstance(text, Markup) for text in found)
    return apart.join(found) if is_plain else Markup(apart).join(found)  # noqa: S704
