"""The answers that a question lets one choose from, ready to be looked up and searched."""

from __future__ import annotations

import unicodedata
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from intake.web import messages

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from fhir.intake.answer_options import Option
    from fhir.intake.items import Item

MOST_SHOWN: Final = 30
"""More answers are searched in."""
_LONGEST_QUERY: Final = 200


class Listing:
    """The answers of one question; ``other`` is what a browser sends for "Other", if it is one.

    ``language`` is that of their form, "" for that of the page.
    """

    def __init__(self, item: Item, language: str = "") -> None:
        self.language = language
        self.options = item.options
        self.by_code = {option.code: option for option in item.options}
        self._places = {option.code: number for number, option in enumerate(item.options)}
        self.is_long = len(item.options) > MOST_SHOWN
        self.other = _unlike(self.by_code, "other") if item.type == "open-choice" else None

    def place(self, option: Option) -> int:
        """Return where in the list an option stands."""
        return self._places[option.code]

    def option_of(self, answer: Any) -> Option | None:
        """Find the option that an answer in memory stands for."""
        if not isinstance(answer, dict):
            return self.by_code.get(answer) if self.other is None else self._by_text.get(answer)
        return self._by_coding.get((answer.get("system"), answer.get("code")))

    def answer(self, option: Option) -> Any:
        """Return what is kept in memory for an option."""
        if self.other is None:
            return option.code
        [(_, value)] = option.answer.items()
        return dict(value) if isinstance(value, dict) else option.code

    def find(self, query: str) -> list[Option]:
        """Return the options that hold all words of a query, whatever their case and accents."""
        words = folded(query[:_LONGEST_QUERY]).split()
        return [
            option
            for option, text in zip(self.options, self._texts, strict=True)
            if all(word in text for word in words)
        ]

    @cached_property
    def _texts(self) -> Sequence[str]:
        return [
            folded(f"{option.text(messages.LANGUAGE)}\n{option.display}\n{option.code}")
            for option in self.options
        ]

    @cached_property
    def _by_coding(self) -> dict[tuple[str | None, str | None], Option]:
        found = {}
        for option in self.options:
            coding = option.answer.get("valueCoding")
            if coding:
                found[coding.get("system"), coding.get("code")] = option
        return found

    @cached_property
    def _by_text(self) -> dict[str, Option]:
        return {o.code: o for o in self.options if isinstance(o.value, str)}


def folded(text: str) -> str:
    """Return a text in lower case, without accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))


def _unlike(taken: Collection[str], name: str) -> str:
    while name in taken:
        name = f"~{name}"
    return name
