"""Fields whose answer is typed in several boxes: a date, a moment, a number with its unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from intake.web import components, form_texts, measures, messages
from intake.web.dates import PARTS, date_parts, faulty_parts, misshapen, parse_date
from intake.web.messages import FieldError
from intake.web.numbers import parse_number
from intake.web.question_field import QuestionField
from intake.web.times import moment, moment_parts, parse_time

if TYPE_CHECKING:
    from datetime import date

    from intake.web.components import Component
    from intake.web.question_field import FormData


class BoxesField(QuestionField):
    """An answer in several boxes; ``typed`` are their texts in the order of ``PARTS``."""

    PARTS: ClassVar[tuple[str, ...]]

    def take(self, formdata: FormData) -> list[str]:
        """Return what a browser sent; a box that was sent twice holds nothing that fits."""
        return [" ".join(formdata.getlist(f"{self.name}-{part}")) for part in self.PARTS]

    @property
    def component(self) -> Component:
        """The boxes, of which the faulty ones are marked."""
        return components.fill(self.face, self.name, self.typed, self.error, self.faulty)

    @property
    def first_control(self) -> str:
        """The id of the first box that is wrong."""
        return f"{self.name}-{self.faulty[0]}"

    @property
    def faulty(self) -> tuple[str, ...]:
        """The boxes that are wrong if the answer is; all of them if it is none alone."""
        raise NotImplementedError


class DateField(BoxesField):
    """A date in three boxes."""

    PARTS = PARTS

    def show(self, answer: Any) -> list[str]:
        """Return day, month and year."""
        return date_parts(answer if isinstance(answer, str) else "")

    def answer(self, on: date) -> Any:
        """Return the ISO date."""
        iso = parse_date(self.typed)
        if iso is not None:
            self.check(iso, on)
        return iso

    def fault(self, answer: Any, on: date, reason: str) -> str:
        """Return the dates that the question takes."""
        return messages.date_out_of_range(self.item, answer, on) or super().fault(
            answer, on, reason
        )

    @property
    def faulty(self) -> tuple[str, ...]:
        """The parts that are blank or no such number."""
        return faulty_parts(self.typed)


class MomentField(BoxesField):
    """A date, and a time of that day at the clinic, which may be left blank."""

    PARTS = (*PARTS, "time")

    def show(self, answer: Any) -> list[str]:
        """Return day, month, year and time at the clinic."""
        return moment_parts(answer if isinstance(answer, str) else "")

    def answer(self, on: date) -> Any:
        """Return the date, with the time and its offset if there is one."""
        *day, clock = self.typed
        iso, time = parse_date(day), parse_time(clock)
        if iso is None:
            if time is not None:
                raise FieldError(messages.TEXTS["error.date_incomplete"])
            return None
        try:
            answer = moment(iso, time) if time else iso
        except OverflowError:  # at the ends of the calendar
            raise FieldError(messages.TEXTS["error.date_invalid"]) from None
        self.check(answer, on)
        return answer

    @property
    def faulty(self) -> tuple[str, ...]:
        """The parts of the date that are wrong, and the time if that is."""
        *day, clock = self.typed
        try:
            parse_time(clock)
        except FieldError:
            return (*misshapen(day), "time")
        return misshapen(day) or self.PARTS


class MeasureField(BoxesField):
    """A number with the unit that was selected or typed."""

    PARTS = ("amount", "unit")

    def show(self, answer: Any) -> list[str]:
        """Return the digits and the unit."""
        if isinstance(answer, int | float):
            return [messages.number_words(answer), ""]
        if not isinstance(answer, dict):
            return ["", ""]
        number = answer.get("value")
        amount = messages.number_words(number) if isinstance(number, int | float) else ""
        return [amount, measures.shown_unit(self.item, answer)]

    @property
    def is_empty(self) -> bool:
        """Whether there is no number; a unit alone may come from a list."""
        return self.is_blank(self.typed[0]) and (bool(self.item.units) or not self.typed[1])

    def answer(self, on: date) -> Any:
        """Return the quantity."""
        if self.is_empty:
            return None
        amount, unit = self.typed
        number = parse_number(self.item, amount)
        if number is None:
            raise FieldError(form_texts.NO_NUMBER)
        quantity = {"value": number, **measures.unit_of(self.item, unit)}
        self.check(quantity, on)
        return quantity

    @property
    def faulty(self) -> tuple[str, ...]:
        """The number, unless only the unit is missing."""
        amount, unit = self.typed
        try:
            missing = bool(self.item.units) and parse_number(self.item, amount) is not None
        except FieldError:
            missing = False
        return ("unit",) if missing and not unit else ("amount",)
