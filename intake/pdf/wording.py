"""Answers in words: options as displayed, numbers with their units."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from fhir.intake.answers import is_blank
from intake.pdf.dates import day_words
from intake.pdf.phrases import Phrase, Said, join
from intake.pdf.text import direction, printable, printable_all
from referral.values import UNCERTAIN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fhir.intake.items import Form, Item
    from intake.pdf.fonts import Coverage

NOT_ANSWERED: Final = "not answered"
NOT_SURE: Final = "not sure"
NONE_ASKED: Final = "none (asked)"

_NO: Final = frozenset({"no", "none", "nothing", "nothing_lost", "not_pregnant"})
_LIMITS: Final = re.compile(r"\s*(\([^)]*\)|\b\d+-\d+)$")
_SCORE: Final = "{score}"


class Wording:
    """The words for one patient's answers to one form, ready to print and not escaped."""

    def __init__(self, form: Form, answers: Mapping[str, object], coverage: Coverage) -> None:
        """Make everything typed in `answers` printable, within one shared limit of length."""
        self.form = form
        self.coverage = coverage
        texts = list(dict.fromkeys(_typed(form, answers)))
        self._printed = dict(zip(texts, printable_all(texts, coverage=coverage), strict=True))

    def said(self, text: str) -> Said:
        """Return what a person typed, printable, with its writing direction."""
        printed = self._printed.get(text)
        if printed is None:
            printed = printable(text, coverage=self.coverage)
        return Said(printed, direction(text))

    def label(self, link_id: str) -> str:
        """Return the short label of a question."""
        item = self.form.items.get(link_id)
        return item.short if item else link_id.replace("_", " ")

    def topic(self, link_id: str) -> str:
        """Return the label without the unit or range in it, for use in a sentence."""
        return _LIMITS.sub("", self.label(link_id))

    def value(self, link_id: str, answer: object) -> Phrase:
        """Return an answer in words; a blank is "not answered"."""
        if is_blank(answer):
            return (NOT_ANSWERED,)
        item = self.form.items.get(link_id)
        if item is None:
            return (str(answer),)
        if isinstance(answer, list | tuple):
            return join((self._one(item, element) for element in answer), "; ")
        return self._one(item, answer)

    def told(self, link_id: str, answer: object) -> Phrase:
        """Return the topic of a question and the answer, such as "Sleep: 5 hours"."""
        return (f"{self.topic(link_id)}: ", *self.value(link_id, answer))

    def brief(self, link_id: str, answer: object) -> Phrase:
        """Return an answer alone where it speaks for itself, else with its topic."""
        bare = is_blank(answer) or isinstance(answer, bool | int | float)
        if bare or is_no(answer) or is_yes(answer) or is_unsure(answer):
            return self.told(link_id, answer)
        return self.value(link_id, answer)

    def _one(self, item: Item, answer: object) -> Phrase:
        if isinstance(answer, Mapping):
            return self._coding_or_row(item, answer)
        if isinstance(answer, bool):
            return ("Yes" if answer else "No",)
        if isinstance(answer, int | float):
            return (self._number(item, answer),)
        text = str(answer)
        if item.type == "date":
            return (day_words(text),)
        option = item.option(text) if item.type == "choice" else None
        return (option.display,) if option else (self.said(text),)

    def _coding_or_row(self, item: Item, answer: Mapping[str, object]) -> Phrase:
        if not item.is_rows:
            return (self.said(coding_text(answer)),)
        cells = ((name, cell) for name, cell in answer.items() if not is_blank(cell))
        return join((self.value(name, cell) for name, cell in cells), ", ")

    def _number(self, item: Item, number: float) -> str:
        if item.unit is None:
            return f"{number:g}"
        if item.unit.code == _SCORE:
            return f"{number:g} of {item.max_value}"
        topic = self.topic(item.link_id).casefold()
        said_before = any(word in topic for word in re.findall("[a-z]{3,}", item.unit.display))
        if said_before:
            return f"{number:g}"
        unit = item.unit.display
        return f"{number:g} {unit.removesuffix('s') if number == 1 and unit.isalpha() else unit}"


def coding_text(coding: Mapping[str, object]) -> str:
    """Return what a coding that is in no list says."""
    return str(coding.get("display") or coding.get("code") or "")


def is_unsure(answer: object) -> bool:
    """Tell whether an answer, or one of several, decides nothing: not sure, or rather not said."""
    return any(str(code) in UNCERTAIN for code in _codes(answer))


def is_no(answer: object) -> bool:
    """Tell whether an answer denies: no, none of these, nothing."""
    codes = _codes(answer)
    return bool(codes) and all(str(code) in _NO for code in codes)


def is_yes(answer: object) -> bool:
    """Tell whether an answer is a mere yes."""
    return answer is True or answer == "yes"


def named_codes(answer: object, expression: str) -> object:
    """Leave of several codes those that an expression names, if it names any of them."""
    if not isinstance(answer, list | tuple):
        return answer
    return [code for code in answer if f"'{code}'" in expression] or answer


def listed(texts: Iterable[str], limit: int, separator: str = ", ") -> str:
    """Join at most `limit` texts and the number of the others."""
    all_texts = list(texts)
    more = len(all_texts) - limit
    return separator.join(all_texts[:limit]) + (f" … +{more}" if more > 0 else "")


def _codes(answer: object) -> list[object]:
    if answer is None:
        return []
    return list(answer) if isinstance(answer, list | tuple) else [answer]


def _typed(form: Form, answers: Mapping[str, object]) -> Iterator[str]:
    """Yield every text that a person typed, in the order of the form."""
    for item in form.items.values():
        rows = form.row_group(item)
        if rows is None:
            yield from _texts(item, answers.get(item.link_id))
        elif rows.children[0] is item:
            given = answers.get(rows.link_id)
            for row in given if isinstance(given, list) else ():
                for column in rows.children:
                    yield from _texts(column, row.get(column.link_id))


def _texts(item: Item, answer: object) -> Iterator[str]:
    if item.is_group:
        return
    for value in _codes(answer):
        if isinstance(value, Mapping):
            yield coding_text(value)
        elif (
            isinstance(value, str)
            and item.type != "date"
            and not (item.type == "choice" and item.option(value))
        ):
            yield value
