"""The item tree: a Questionnaire as frozen records, in document order, with parents and pages.

Form, validation, response, review page and PDF are driven by it; nothing else names a
question's text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from referral import Question

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from referral.questions import Kind

CLINICIAN: Final = "clinician"
"""The audience of a page that is not the patient's."""
Texts = "Mapping[str, str]"


@dataclass(frozen=True, slots=True)
class Region:
    """The part of the body map that an option stands for."""

    area: str
    side: str
    views: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One answer of a list: a coding, with its wording in other languages."""

    code: str
    display: str
    system: str | None = None
    exclusive: bool = False
    region: Region | None = None
    translations: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """``system|code``, which is unique among all lists."""
        return f"{self.system or ''}|{self.code}"

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


@dataclass(frozen=True, slots=True)
class Interrupt:
    """A page that interrupts the form at once when its condition is TRUE."""

    condition: str
    title: Mapping[str, str]
    text: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of a Questionnaire: a group (page or rows), a question, or a text to read.

    ``type`` is the R4 item type. ``labels`` and ``texts`` map languages to the short label and
    the wording; ``condition`` is the three-valued expression of the referral language.
    """

    link_id: str
    type: str
    text: str
    parent: str | None = None
    children: tuple[Item, ...] = ()
    translations: Mapping[str, str] = field(default_factory=dict)
    label: str | None = None
    hint: Item | None = None
    why: str | None = None
    codes: tuple[Mapping[str, str], ...] = ()
    required: bool = False
    repeats: bool = False
    read_only: bool = False
    options: tuple[Option, ...] = ()
    unit: Unit | None = None
    min_value: str | float | None = None
    max_value: str | float | None = None
    max_length: int | None = None
    max_decimal_places: int | None = None
    max_occurs: int | None = None
    slider_step: int | None = None
    control: str | None = None
    audience: str | None = None
    condition: str | None = None
    enable_when: tuple[EnableWhen, ...] = ()
    enable_behavior: str | None = None
    enable_expression: str | None = None
    interrupts: tuple[Interrupt, ...] = ()

    @property
    def is_group(self) -> bool:
        """Whether the item only holds others."""
        return self.type == "group"

    @property
    def is_question(self) -> bool:
        """Whether the item can be answered."""
        return self.type not in {"group", "display"}

    @property
    def is_rows(self) -> bool:
        """Whether the item is a repeating group, answered by a list of rows."""
        return self.is_group and self.repeats

    @property
    def short(self) -> str:
        """The label for a summary, else the whole text."""
        return self.label or self.text

    def wording(self, language: str) -> str:
        """Return the text in a language, else in the Questionnaire's own."""
        return self.translations.get(language, self.text)

    def option(self, code: str) -> Option | None:
        """Find an option by its code, or by ``system|code``."""
        for option in self.options:
            if code in (option.code, option.key):
                return option
        return None

    def walk(self) -> Iterator[Item]:
        """Yield the item and all below it, in document order."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, eq=False)
class Form:
    """A Questionnaire, ready for use: its identity and its items."""

    url: str
    version: str
    title: str
    name: str
    language: str
    pages: tuple[Item, ...]

    @property
    def canonical(self) -> str:
        """``url|version``, as a response names its Questionnaire."""
        return f"{self.url}|{self.version}"

    @cached_property
    def items(self) -> Mapping[str, Item]:
        """All items by link id, in document order."""
        return {item.link_id: item for page in self.pages for item in page.walk()}

    @cached_property
    def page_of(self) -> Mapping[str, Item]:
        """The page on which each item stands."""
        return {item.link_id: page for page in self.pages for item in page.walk()}

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """What a rule pack must know of the form, in document order."""
        return tuple(_questions(self))

    def row_group(self, item: Item) -> Item | None:
        """Return the repeating group around an item."""
        parent = self.items.get(item.parent or "")
        while parent is not None and not parent.is_rows:
            parent = self.items.get(parent.parent or "")
        return parent


_KINDS: Final[Mapping[str, Kind]] = {
    "integer": "number",
    "decimal": "number",
    "quantity": "number",
    "date": "date",
    "boolean": "boolean",
    "choice": "choice",
    "open-choice": "open_choice",
}


def _questions(form: Form) -> Iterator[Question]:
    for item in form.items.values():
        if not (item.is_question or item.is_rows):
            continue
        rows = form.row_group(item)
        kind: Kind = "rows" if item.is_rows else _KINDS.get(item.type, "text")
        if kind == "choice" and item.repeats:
            kind = "multi_choice"
        codes = frozenset(option.code for option in item.options)
        parent = rows.link_id if rows else None
        yield Question(item.link_id, kind, codes, item.condition, parent)
