"""The item tree: a Questionnaire as frozen records, in document order, with parents and pages.

Form, validation, response, review page and PDF are driven by it; nothing else names a
question's text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any, Final

from fhir.intake.answer_options import option_index
from fhir.intake.rule_questions import rule_questions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fhir.intake.answer_options import EnableWhen, Interrupt, Option, Unit
    from referral import Question

CLINICIAN: Final = "clinician"
"""The audience of a page that is not the patient's."""
NOT_FILLED: Final = frozenset({"attachment", "reference", "question"})
"""Types of questions that no page can ask; the last is an abstract one."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Item:
    """One item of a Questionnaire: a group (page or rows), a question, or a text to read.

    ``type`` is the R4 item type; ``initial`` are pairs such as ``("valueInteger", 3)``;
    ``value_set`` names a list of answers that is not at hand; ``calculated``,
    ``initial_expression`` and ``enable_expression`` are FHIRPath, ``variables`` what they may use,
    by name; ``condition`` is the three-valued expression of the referral language. The texts of
    ``hint`` and of display items below a question belong to it.
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
    value_set: str | None = None
    unit: Unit | None = None
    units: tuple[Unit, ...] = ()
    unit_value_set: str | None = None
    min_value: str | float | None = None
    max_value: str | float | None = None
    min_quantity: Mapping[str, Any] | None = None
    max_quantity: Mapping[str, Any] | None = None
    min_length: int | None = None
    max_length: int | None = None
    regex: str | None = None
    entry_format: str | None = None
    max_decimal_places: int | None = None
    min_occurs: int | None = None
    max_occurs: int | None = None
    mime_types: tuple[str, ...] = ()
    max_size: float | None = None
    reference_types: tuple[str, ...] = ()
    initial: tuple[tuple[str, Any], ...] = ()
    hidden: bool = False
    prefix: str | None = None
    initial_expression: str | None = None
    calculated: str | None = None
    variables: tuple[tuple[str, str], ...] = ()
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
        """Whether the item is answered by a list of rows.

        So is a repeating group, and a repeating question with questions below its answers: a row
        holds such an answer under the question's own link id.
        """
        return self.repeats and (self.is_group or any(not c.is_text for c in self.children))

    @property
    def is_text(self) -> bool:
        """Whether the item is only read."""
        return self.type == "display"

    @property
    def is_fillable(self) -> bool:
        """Whether a person can answer the question on a page."""
        if self.hidden or self.read_only or self.calculated or not self.is_question:
            return False
        has_list = bool(self.options) or self.type == "open-choice"
        return self.type not in NOT_FILLED and (has_list or self.type != "choice")

    @property
    def has_own_value(self) -> bool:
        """Whether the form itself gives the question a value, at first or for good."""
        return bool(
            self.initial
            or self.calculated
            or self.initial_expression
            or option_index(self.options).initial
        )

    def values(self, value: Any) -> list[Any]:  # an answer in memory
        """Return the answers of a question, of which several stand in a list."""
        return value if self.repeats and isinstance(value, list) else [value]

    @property
    def short(self) -> str:
        """The label for a summary, else the whole text."""
        return self.label or self.text

    def wording(self, language: str) -> str:
        """Return the text in a language, else in the Questionnaire's own."""
        return self.translations.get(language, self.text)

    def has_text(self, text: object) -> bool:
        """Tell whether a text is one of the item's wordings.

        A text to read that names what a clinic fills in may say anything in its place.
        """
        fills = self.is_text and "{" in self.text
        return fills or text in (self.text, *self.translations.values())

    def option(self, code: str) -> Option | None:
        """Find an option by its code, or by ``system|code``."""
        return option_index(self.options).option(code) if self.options else None

    def option_of(self, element: str, value: Any) -> Option | None:  # any JSON value
        """Find the option that an answer in a response stands for."""
        return option_index(self.options).option_of(element, value) if self.options else None

    def walk(self) -> Iterator[Item]:
        """Yield the item and all below it, in document order."""
        yield self
        for child in self.children:
            yield from child.walk()

    def columns(self) -> Iterator[Item]:
        """Yield the questions and rows that stand in the same row, or on the same page, below."""
        for child in self.children:
            if child.is_rows or child.is_question:
                yield child
            if not child.is_rows:
                yield from child.columns()


@dataclass(frozen=True, eq=False)
class Form:
    """A Questionnaire, ready for use: its identity, its items, and its pages.

    ``roots`` are the items as the Questionnaire nests them. A page is one of them or stands for
    some: then it is a group that is in no response.
    """

    url: str
    version: str
    title: str
    name: str
    language: str
    roots: tuple[Item, ...]
    pages: tuple[Item, ...]
    status: str = "active"
    subject_types: tuple[str, ...] = ()
    effective: tuple[str | None, str | None] = (None, None)
    variables: tuple[tuple[str, str], ...] = ()

    @property
    def canonical(self) -> str:
        """``url|version``, as a response names its Questionnaire."""
        return f"{self.url}|{self.version}" if self.version else self.url

    @property
    def is_about_patient(self) -> bool:
        """Whether a response may have a patient as its subject."""
        return not self.subject_types or "Patient" in self.subject_types

    @cached_property
    def is_ruled(self) -> bool:
        """Whether conditions of the referral language say what is shown."""
        return any(item.condition for item in self.items.values())

    @cached_property
    def has_expressions(self) -> bool:
        """Whether items have FHIRPath that is evaluated."""
        return any(
            item.calculated or item.enable_expression or item.initial_expression
            for item in self.items.values()
        )

    @cached_property
    def has_own_values(self) -> bool:
        """Whether questions have initial or calculated values."""
        return any(item.has_own_value for item in self.items.values())

    @cached_property
    def has_enable_expressions(self) -> bool:
        """Whether FHIRPath says of an item whether it is enabled."""
        return any(item.enable_expression for item in self.items.values())

    @cached_property
    def items(self) -> Mapping[str, Item]:
        """All items by link id, in document order."""
        return {item.link_id: item for root in self.roots for item in root.walk()}

    @cached_property
    def top(self) -> Mapping[str, Item]:
        """The questions and rows that stand in no rows, by link id, in document order."""
        whole = Item(link_id="", type="group", text="", children=self.roots)
        return {item.link_id: item for item in whole.columns()}

    @cached_property
    def enabling_order(self) -> tuple[Item, ...]:
        """All items, each after those around it and those that its ``enableWhen`` asks for.

        Raises ValueError for conditions that depend on each other.
        """
        items = self.items
        needs = {
            name: {q for q in (item.parent, *(c.question for c in item.enable_when)) if q in items}
            for name, item in items.items()
        }
        try:
            return tuple(items[name] for name in TopologicalSorter(needs).static_order() if name)
        except CycleError as error:
            names = ", ".join(map(repr, error.args[1]))
            raise ValueError(f"its conditions depend on each other: {names:.200}") from None

    def path(self, item: Item) -> list[Item]:
        """Return the items around one, and itself, from the top."""
        return [*self._around.get(item.link_id, ()), item]

    @cached_property
    def _around(self) -> Mapping[str, tuple[Item, ...]]:
        """The items around each, from the top."""
        found: dict[str, tuple[Item, ...]] = {}
        for item in self.items.values():
            parent = item.parent
            found[item.link_id] = (*found[parent], self.items[parent]) if parent else ()
        return found

    @cached_property
    def hidden(self) -> frozenset[str]:
        """The link ids of what is never shown: what is hidden, and all in it."""
        found = self._around
        return frozenset(
            name
            for name, item in self.items.items()
            if item.hidden or any(around.hidden for around in found[name])
        )

    @cached_property
    def page_of(self) -> Mapping[str, Item]:
        """The page on which each item stands."""
        return {item.link_id: page for page in self.pages for item in page.walk()}

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """What a rule pack must know of the form, in document order."""
        return tuple(rule_questions(self))

    def row_group(self, item: Item) -> Item | None:
        """Return the rows around an item, the innermost."""
        around = self._around.get(item.link_id, ())
        return next((each for each in reversed(around) if each.is_rows), None)
