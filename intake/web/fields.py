"""The fields of a form, one class for each way in which an answer is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fhir.intake.answers import MAX_TEXT, AnswerError, check_value
from fhir.intake.text_rules import text_fault
from intake.web import components, messages
from intake.web.dates import PARTS, date_parts, faulty_parts, parse_date
from intake.web.messages import FieldError
from intake.web.numbers import number_fault, parse_number
from intake.web.question_field import QuestionField

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from fhir.intake.items import Item
    from intake.web.components import Component
    from intake.web.question_field import FormData


class ChoiceField(QuestionField):
    """One of a list: radio buttons, or a select when it is long."""


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
        return [option.code for option in options] or None


class NumberField(QuestionField):
    """A number, whole or with a decimal point."""

    def show(self, answer: Any) -> list[str]:
        """Return the digits."""
        return [messages.number_words(answer)] if isinstance(answer, int | float) else []

    def parse(self, text: str) -> Any:
        """Return the number."""
        return parse_number(self.item, text)

    def fault(self, answer: Any, on: date) -> str:
        """Return the numbers that the question takes."""
        del on
        return number_fault(self.item, answer)


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

    def fault(self, answer: Any, on: date) -> str:
        """Return what makes the text acceptable."""
        del on
        most = self.item.max_length or MAX_TEXT
        if len(answer) > most:
            return messages.text("error.too_long", max=most)
        # With a letter there is something to see, so that only a control character can be wrong.
        control = text_fault(f"{answer}a") is not None
        return messages.TEXTS["error.invalid_characters" if control else "error.required_text"]


class DateField(QuestionField):
    """A date in three boxes; ``typed`` are their texts in the order of `PARTS`."""

    def take(self, formdata: FormData) -> list[str]:
        """Return what a browser sent; a box that was sent twice holds no number."""
        return [" ".join(formdata.getlist(f"{self.name}-{part}")) for part in PARTS]

    def show(self, answer: Any) -> list[str]:
        """Return day, month and year."""
        return date_parts(answer if isinstance(answer, str) else "")

    def answer(self, on: date) -> Any:
        """Return the ISO date."""
        iso = parse_date(self.typed)
        if iso is None:
            return None
        try:
            check_value(self.item, iso, on=on)
        except AnswerError:
            raise FieldError(messages.date_out_of_range(self.item, iso, on)) from None
        return iso

    @property
    def component(self) -> Component:
        """The three boxes, of which the faulty ones are marked."""
        wrong = faulty_parts(self.typed)
        return components.fill(self.face, self.name, self.typed, self.error, wrong)

    @property
    def first_control(self) -> str:
        """The id of the first box that is wrong."""
        return f"{self.name}-{faulty_parts(self.typed)[0]}"


_FIELDS: Final[Mapping[str, type[QuestionField]]] = {
    "choice": ChoiceField,
    "boolean": YesNoField,
    "integer": NumberField,
    "decimal": NumberField,
    "quantity": NumberField,
    "date": DateField,
    "string": TextField,
    "text": TextField,
    "open-choice": TextField,
}


def field_of(item: Item) -> Callable[..., Any]:
    """Return the class of field for a question. Raises ValueError when there is none."""
    if item.type == "choice" and item.repeats:
        return ChoicesField
    if item.type not in _FIELDS or item.repeats:
        several = "several answers of " if item.repeats else ""
        raise ValueError(f"{item.link_id}: there is no field for {several}type {item.type}")
    return _FIELDS[item.type]
