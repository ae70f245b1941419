"""What an item is made of: its answers to choose from, units, conditions, interruptions."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping


@dataclass(frozen=True, slots=True)
class Region:
    """The part of the body map that an option stands for."""

    area: str
    side: str
    views: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One answer of a list, with its wording in other languages.

    ``code`` names it among the answers of its question: the code of a coding, ``system|code``
    where two codings share a code, the text of what is no coding, with ``#2`` if that is another's
    too. ``value`` is what a response
    holds under ``element``, such as ``valueCoding``, where the other fields do not say it.
    """

    code: str
    display: str
    system: str | None = None
    element: str = "valueCoding"
    value: Any = None
    exclusive: bool = False
    initial: bool = False
    region: Region | None = None
    translations: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """``system|code``, by which a file may name it too."""
        code = self.value.get("code") if isinstance(self.value, dict) else None
        return f"{self.system or ''}|{self.code if code is None else code}"

    @property
    def answer(self) -> dict[str, Any]:
        """The option as an answer of a response: ``{"valueCoding": {...}}``."""
        if self.value is not None:
            return {self.element: self.value}
        coding = {"system": self.system, "code": self.code, "display": self.display}
        return {self.element: {key: value for key, value in coding.items() if value}}

    def text(self, language: str) -> str:
        """Return the wording in a language, else in the Questionnaire's own."""
        return self.translations.get(language, self.display)


@dataclass(frozen=True, slots=True)
class Unit:
    """A UCUM unit with the word for it."""

    code: str
    display: str
    system: str


@dataclass(frozen=True, slots=True)
class EnableWhen:
    """One native condition: a question, an operator, and the answer to compare with."""

    question: str
    operator: str
    answer: object
    element: str = ""


@dataclass(frozen=True, slots=True)
class Interrupt:
    """A page that interrupts the form at once when its condition is TRUE."""

    condition: str
    title: Mapping[str, str]
    text: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OptionIndex:
    """The answers of a list by what may name them; the first of several of a name is meant."""

    by_code: Mapping[str, Option]
    by_key: Mapping[str, Option]
    by_value: Mapping[tuple[str, Hashable], Option]
    codes: frozenset[Hashable]
    elements: frozenset[str]
    initial: tuple[Option, ...]

    def option(self, code: str) -> Option | None:
        """Find an option by its code, else by ``system|code``."""
        return self.by_code.get(code) or self.by_key.get(code)

    def option_of(self, element: str, value: Any) -> Option | None:  # any JSON value
        """Find the option that an answer in a response stands for."""
        return self.by_value.get((element, value_key(value)))

    def has_code(self, code: Any) -> bool:  # any JSON value
        """Tell whether a coding of the list, of whatever system, has a code."""
        return _plain(code) in self.codes


def option_index(options: tuple[Option, ...]) -> OptionIndex:
    """Return the index of a list, which is made once for it."""
    return _index(OptionList(options))


@dataclass(frozen=True, slots=True, eq=False)
class OptionList:
    """A list of options that is the same only as itself, so that none is compared."""

    options: tuple[Option, ...]

    def __hash__(self) -> int:
        return id(self.options)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OptionList) and other.options is self.options


@lru_cache(maxsize=4096)
def _index(options: OptionList) -> OptionIndex:
    # The first of a name is to win, so it is written last.
    rows = options.options[::-1]
    values = [(option, option.answer[option.element]) for option in rows]
    return OptionIndex(
        by_code={option.code: option for option in rows},
        by_key={option.key: option for option in rows},
        by_value={(option.element, value_key(value)): option for option, value in values},
        initial=tuple(option for option in options.options if option.initial),
        elements=frozenset(option.element for option in rows),
        codes=frozenset(
            _plain(v["code"]) for _, v in values if isinstance(v, dict) and "code" in v
        ),
    )


def value_key(value: Any) -> Hashable:  # any JSON value
    """Return what is equal for values that are the same answer: of a coding system and code."""
    if isinstance(value, dict) and "code" in value:
        return ("coding", *(_plain(value.get(key)) for key in ("system", "code")))
    return (type(value).__name__, _plain(value))


def _plain(value: Any) -> Hashable:  # any JSON value
    if isinstance(value, dict | list):
        return json.dumps(value, sort_keys=True, default=str)
    hashable: Hashable = value
    return hashable


def is_same_value(one: Any, other: Any) -> bool:  # any JSON values
    """Tell whether two values are the same answer: codings by system and code."""
    return value_key(one) == value_key(other)
