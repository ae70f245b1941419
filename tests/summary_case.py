"""Answers made into a case for the summary, as its tests need it."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, Final

from fhir.intake.answers import check_answers
from fhir.intake.enablement import Enablement
from fhir.intake.record import RESPONSE_SYSTEM, Identifier, Patient, Record
from intake.content import standard_content
from intake.pdf.case import Case, make_case
from intake.pdf.fonts import LATIN_1
from referral import assess
from tests.cases import FORM_DAY, VIGNETTES

if TYPE_CHECKING:
    from collections.abc import Mapping

RECORD = Record(
    identifier=Identifier(system=RESPONSE_SYSTEM, value="7kq4m2xd-0001"),
    patient=Patient(
        identifier=Identifier(system="https://clinic.example/mrn", value="00-4711"),
        name="Mark Example",
    ),
    authored="2026-11-22T09:14:00+01:00",
    language="en",
)


def vignette(name: str, **changes: Any) -> dict[str, Any]:
    """Return a vignette's answers with some changed; None takes one away."""
    answers = {**VIGNETTES[name]["answers"], **changes}
    return {key: value for key, value in answers.items() if value is not None}


def parts(answers: Mapping[str, Any], record: Record = RECORD) -> dict[str, Any]:
    """Return the arguments of `summary_html` for answers that fit the form."""
    content = standard_content()
    checked, problems = check_answers(answers, content.form, on=FORM_DAY)
    assert not problems
    kept, _ = Enablement(content.form, checked, FORM_DAY).keep()
    assessment = assess(kept, pack=content.pack, on=FORM_DAY)
    found = {"form": content.form, "answers": kept, "record": record}
    return {**found, "assessment": assessment, "pack": content.pack}


def case(answers: Mapping[str, Any], record: Record = RECORD) -> Case:
    """Return what the presenters read."""
    return make_case(**parts(answers, record), coverage=LATIN_1)


class VisibleText(HTMLParser):
    """The text of a summary's HTML in reading order, marks and all: one block or row per line.

    `head` and `foot` are what every page but the first, and every page, says besides.
    """

    _BLOCKS: Final = frozenset({"div", "h1", "h2", "h3", "p", "text", "tr", "table", "svg"})
    _CELLS: Final = frozenset({"td", "th", "span"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.head = self.foot = ""
        self._parts: list[str] = []
        self._in_title = self._in_row = False
        self.feed(html)
        self.close()
        lines = (" ".join(line.split()) for line in "".join(self._parts).split("\0"))
        self.lines = [line.removesuffix(" |") for line in lines if line]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.foot = given.get("data-foot") or self.foot
        self.head = given.get("data-who") or self.head
        self._in_title = tag == "title"
        self._end_line(tag)
        self._in_row |= tag == "tr"

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False
        self._in_row &= tag != "tr"
        self._end_line(tag)
        self._parts += [" | "] * (tag in self._CELLS)

    def _end_line(self, tag: str) -> None:
        self._parts += [" " if self._in_row else "\0"] * (tag in self._BLOCKS)

    def handle_data(self, data: str) -> None:
        self._parts += [] if self._in_title else [data]


MANY_MEDICINES: dict[str, Any] = {
    "takes_medicines": "both",
    "medication": [
        {"med_name": "warfarin", "med_dose": "3 mg at night", "med_since": "gt_3m"},
        {"med_name": "salbutamol", "med_dose": "2 puffs as needed", "med_since": "w2_12"},
        {"med_name": "Sertralin", "med_dose": "50 mg", "med_since": "lt_2w"},
        {"med_name": "zorblax"},
    ],
    "supplements": ["magnesium", "b6"],
    "b6_mg_day": 100,
    "conditions": ["diabetes", "kidney", "heart_bp"],
    "family_history": ["als_mnd", "thyroid"],
    "family_history_who": "My father, he was 61",
    "your_words": "I keep dropping the mug. Is it the keyboard, or my neck? " * 12,
}
