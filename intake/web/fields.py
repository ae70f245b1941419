"""The fields of a form, one class for each way in which an answer is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fhir.intake.answers import MAX_TEXT
from fhir.intake.text_rules import text_fault
from intake.pdf.wording import time_words
from intake.web import components, form_texts, messages
from intake.web.box_fields import DateField, MeasureField, MomentField
from intake.web.measures import written_unit
from intake.web.messages import FieldError
from intake.web.numbers import BLANKS, number_fault, parse_number
from intake.web.question_field import QuestionField
from intake.web.times import parse_time

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from fhir.intake.items import Item


class ChoiceField(QuestionField):
    """One of a list: radio buttons."""


class YesNoField(QuestionField):
    """Yes or no."""

    def show(self, answer: Any) -> list[str]:
        """Return the value of the button."""
        return [] if answer is None else ["true" if answer else "false"]

    def parse(self, text: str) -> Any:
        """Return the truth that a button stands for."""
        return {"true": True, "false": False}.get(text)


class ChoicesField(QuestionField):
    """Any of a list: checkboxes, some of which stand alone."""

    def show(self, answer: Any) -> list[str]:
        """Return the codes."""
        return [str(code) for code in answer] if isinstance(answer, list) else []

    def answer(self, on: date) -> Any:
        """Return the codes in the order sent, None when there is none."""
        del on
        codes = [code for code in self.typed if code]
        options = []
        for code in codes:
            option = self.item.option(code)
            if option is None or option in options:
                raise FieldError(messages.TEXTS["error.option_unknown"])
            options.append(option)
        alone = next((option for option in options if option.exclusive), None)
        if alone is not None and len(options) > 1:
            raise FieldError(messages.alone(alone))
        check_count(self.item, len(options))
        return [option.code for option in options] or None


def text_message(item: Item, text: str, reason: str) -> str:
    """Return what makes a text acceptable; ``reason`` completes "the answer ..."."""
    most = item.max_length or MAX_TEXT
    if len(text) > most:
        return messages.text("error.too_long", max=most)
    if text_fault(text) is not None:
        # With a letter there is something to see, so that only a control character can be wrong.
        control = text_fault(f"{text}a") is not None
        return messages.TEXTS["error.invalid_characters" if control else "error.required_text"]
    if len(text) < (item.min_length or 0):
        return form_texts.TOO_SHORT.format(min=item.min_length)
    if item.regex and item.entry_format:
        return form_texts.OTHER_FORM.format(form=item.entry_format)
    if item.type == "url" and not item.regex:
        return form_texts.NOT_ADDRESS
    return form_texts.NO_SUCH_FORM if item.regex else form_texts.ELSE.format(fault=reason)


def check_count(item: Item, number: int) -> None:
    """Check the number of answers to a question. Raises FieldError when it does not fit."""
    if item.max_occurs is not None and number > item.max_occurs:
        raise FieldError(form_texts.too_many(item, item.max_occurs))
    if 0 < number < (item.min_occurs or 0):
        raise FieldError(form_texts.too_few(item))


class NumberField(QuestionField):
    """A number, whole or with a decimal point."""

    def show(self, answer: Any) -> list[str]:
        """Return the digits."""
        return [messages.number_words(answer)] if isinstance(answer, int | float) else []

    def parse(self, text: str) -> Any:
        """Return the number."""
        return parse_number(self.item, text)

    def fault(self, answer: Any, on: date, reason: str) -> str:
        """Return the numbers that the question takes."""
        del on
        return number_fault(self.item, answer) or form_texts.ELSE.format(fault=reason)


class AmountField(NumberField):
    """A number in the one unit of its limits; the answer is a quantity."""

    def show(self, answer: Any) -> list[str]:
        """Return the digits."""
        return super().show(answer.get("value") if isinstance(answer, dict) else answer)

    def answer(self, on: date) -> Any:
        """Return the quantity."""
        number = super().answer(on)
        assert self.item.unit is not None
        return None if number is None else {"value": number, **written_unit(self.item.unit)}


class TextField(QuestionField):
    """A text, kept exactly as it was sent."""

    def show(self, answer: Any) -> list[str]:
        """Return the text; of a coding, the words."""
        if isinstance(answer, dict):
            return [str(answer.get("display") or answer.get("code") or "")]
        return super().show(answer)

    def is_blank(self, text: str) -> bool:
        """Tell whether nothing at all was typed."""
        return not text

    def fault(self, answer: Any, on: date, reason: str) -> str:
        """Return what makes the text acceptable."""
        del on
        return text_message(self.item, answer, reason)


class AddressField(TextField):
    """The address of a page; blanks around it do not matter."""

    def is_blank(self, text: str) -> bool:
        """Tell whether a typed text is none."""
        return not text.strip(BLANKS)

    def parse(self, text: str) -> Any:
        """Return the address."""
        return text.strip(BLANKS)


class TimeField(QuestionField):
    """A time of day."""

    def show(self, answer: Any) -> list[str]:
        """Return hours and minutes, and seconds that are not zero."""
        return [time_words(answer)] if isinstance(answer, str) else []

    def parse(self, text: str) -> Any:
        """Return ``HH:MM:SS``."""
        return parse_time(text)


_FIELDS: Final[Mapping[str, type[QuestionField]]] = {
    "choice": ChoiceField,
    "boolean": YesNoField,
    "integer": NumberField,
    "decimal": NumberField,
    "quantity": NumberField,
    "date": DateField,
    "dateTime": MomentField,
    "time": TimeField,
    "string": TextField,
    "text": TextField,
    "url": AddressField,
    "open-choice": TextField,
}


def field_of(item: Item) -> Callable[..., Any]:
    """Return the class of field for a question with one answer, or several of a list.

    Raises ValueError when there is none.
    """
    if components.is_chosen(item) and item.type != "boolean":
        return ChoicesField if item.repeats else ChoiceField
    if item.type not in _FIELDS or item.repeats:
        several = "several answers of " if item.repeats else ""
        raise ValueError(f"{item.link_id}: there is no field for {several}type {item.type}")
    if item.type == "quantity" and item.unit is None:
        return MeasureField
    return _FIELDS[item.type]
