"""Answers in words: options as displayed, numbers with their units."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from fhir.intake.answers import is_blank
from fhir.intake.record import is_datetime
from intake.pdf.dates import moment_words
from intake.pdf.phrases import Phrase, Said, join
from intake.pdf.text import direction, printable, printable_all
from referral.values import UNCERTAIN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fhir.intake.answer_options import Option
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
            return join((self._element(item, element) for element in answer), "; ")
        return self._element(item, answer)

    def told(self, link_id: str, answer: object) -> Phrase:
        """Return the topic of a question and the answer, such as "Sleep: 5 hours"."""
        return (f"{self.topic(link_id)}: ", *self.value(link_id, answer))

    def brief(self, link_id: str, answer: object) -> Phrase:
        """Return an answer alone where it speaks for itself, else with its topic."""
        bare = is_blank(answer) or isinstance(answer, bool | int | float)
        if bare or is_no(answer) or is_yes(answer) or is_unsure(answer):
            return self.told(link_id, answer)
        return self.value(link_id, answer)

    def authored(self, text: str) -> Phrase:
        """Return a text of the form; that of a form which others wrote is made printable."""
        return (text,) if self.form.is_ruled else (self.said(text),)

    def one(self, item: Item, answer: object) -> Phrase:
        """Return a single answer to a question, or one in a row, in words."""
        if isinstance(answer, Mapping):
            return (self.said(object_text(answer)),)
        if isinstance(answer, bool):
            return ("Yes" if answer else "No",)
        if isinstance(answer, int | float):
            return self._number(item, answer)
        text = str(answer)
        if is_moment(item, text):
            return (moment_words(text),)
        if item.type == "time" and not item.options:
            return (time_words(text),)
        option = chosen(item, text)
        return self.authored(option.display) if option else (self.said(text),)

    def _element(self, item: Item, answer: object) -> Phrase:
        """Return an answer of several, which may be a row of answers."""
        if not (item.is_rows and isinstance(answer, Mapping)):
            return self.one(item, answer)
        cells = ((name, cell) for name, cell in answer.items() if not is_blank(cell))
        return join(
            (
                self.one(item, cell) if name == item.link_id else self.value(name, cell)
                for name, cell in cells
            ),
            ", ",
        )

    def _number(self, item: Item, number: float) -> Phrase:
        if self.form.is_ruled:
            return (self._rounded(item, number),)
        unit = item.unit.display if item.unit else ""
        return (f"{exact(number)} ", *self.authored(unit)) if unit else (exact(number),)

    def _rounded(self, item: Item, number: float) -> str:
        """Return a number as our own form asks for it, its unit left out where that is said."""
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


def object_text(answer: Mapping[str, object]) -> str:
    """Return what an answer says that FHIR writes as an object.

    It is a coding that is in no list, a quantity with its own unit, an attachment or a reference.
    """
    value = answer.get("value")
    if isinstance(value, int | float):
        parts = (answer.get("comparator"), exact(value), answer.get("unit") or answer.get("code"))
        return " ".join(str(part) for part in parts if part)
    names = ("display", "code", "title", "url", "reference", "contentType")
    return next((str(answer[name]) for name in names if answer.get(name)), "")


def exact(number: float) -> str:
    """Return a number with all its digits and no exponent."""
    return format(Decimal(str(number)), "f")


def time_words(time: str) -> str:
    """Return a time of day such as 14:30, without seconds that are zero."""
    return time.removesuffix(":00") if time.count(":") > 1 else time


def is_moment(item: Item, text: str) -> bool:
    """Tell whether an answer is a date or a time of a day, and not a text."""
    return item.type in {"date", "dateTime"} and is_datetime(text)


def chosen(item: Item, answer: object) -> Option | None:
    """Return the option of its list for which an answer stands; None for what was typed."""
    if not isinstance(answer, str) or item.type == "open-choice":
        return None
    return item.option(answer)


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
    """Yield every text that a person typed, in the order of the form.

    Of a form that others wrote also the answers to choose from that were chosen.
    """
    for item in form.items.values():
        if form.row_group(item) is None:
            yield from _texts(form, item, answers.get(item.link_id))


def _texts(form: Form, item: Item, answer: object) -> Iterator[str]:
    for value in _codes(answer):
        if item.is_rows and isinstance(value, Mapping):
            for name, cell in value.items():
                below = form.items.get(name)
                if below is item:
                    yield from _values(form, item, cell)
                elif below is not None:
                    yield from _texts(form, below, cell)
        else:
            yield from _values(form, item, value)


def _values(form: Form, item: Item, value: object) -> Iterator[str]:
    option = chosen(item, value)
    if isinstance(value, Mapping):
        yield object_text(value)
    elif option is not None and not form.is_ruled:
        yield option.display
    elif isinstance(value, str) and option is None and not is_moment(item, value):
        yield value
