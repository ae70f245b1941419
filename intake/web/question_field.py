"""What every question's field does: keep what was typed as it was typed, and read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from wtforms.fields import Field

from fhir.intake.answers import AnswerError, check_value
from intake.web import components, form_texts, messages
from intake.web.messages import FieldError
from intake.web.numbers import BLANKS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from werkzeug.datastructures import MultiDict

    from fhir.intake.items import Item
    from intake.web.components import Component
    from intake.web.rows import RowsField

    FormData: TypeAlias = MultiDict[str, str]


class QuestionField(Field):  # type: ignore[misc]
    """A question with one answer; subclasses say how it is typed and read.

    ``typed`` holds the texts that a browser sent, or those that stand for a stored answer;
    ``errors`` what the person is told about them.
    """

    def __init__(self, item: Item, face: Component, **options: Any) -> None:
        super().__init__(item.text, **options)
        self.item = item
        self.face = face
        self.typed: list[str] = []
        self.errors: list[str] = []
        self.around: RowsField | None = None
        """The rows in one of which it stands."""

    def process(
        self, formdata: FormData | None, data: object = None, extra_filters: object = None
    ) -> None:
        """Take what was typed, else the texts that stand for the answer `data`."""
        del extra_filters
        known = data if isinstance(data, str | int | float | list | dict) else None
        self.errors = []
        self.typed = self.show(known) if formdata is None else self.take(formdata)

    @property
    def data(self) -> list[str]:
        """What was typed, under the name that WTForms uses."""
        return self.typed

    @property
    def component(self) -> Component:
        """The component of the kit that asks this question, as it now stands."""
        return components.fill(self.face, self.name, self.typed, self.error)

    @property
    def words(self) -> str:
        """The title of the question, or its beginning, perhaps as markup."""
        return components.brief_title(self.face)

    @property
    def error(self) -> str | None:
        """What the person is told, None when nothing is wrong."""
        return " ".join(self.errors) or None

    @property
    def first_control(self) -> str:
        """The id of the control to which an error leads."""
        return str(self.name)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed."""
        return all(map(self.is_blank, self.typed))

    def take(self, formdata: FormData) -> list[str]:
        """Return what a browser sent."""
        return formdata.getlist(self.name)

    def show(self, answer: Any) -> list[str]:
        """Return the texts that stand for an answer."""
        return [] if answer is None else [str(answer)]

    def is_blank(self, text: str) -> bool:
        """Tell whether a typed text is none."""
        return not text.strip(BLANKS)

    def answer(self, on: date) -> Any:
        """Return the answer, None for a blank. Raises FieldError when it can not be taken."""
        if len(self.typed) > 1:
            raise FieldError(messages.ONE_ANSWER)
        if self.is_empty:
            return None
        answer = self.parse(self.typed[0])
        self.check(answer, on)
        return answer

    def check(self, answer: Any, on: date) -> None:
        """Check an answer against its question. Raises FieldError where it does not fit."""
        try:
            check_value(self.item, answer, on=on)
        except AnswerError as error:
            raise FieldError(self.fault(answer, on, str(error))) from None

    def read(self, on: date, place: str) -> tuple[Any, dict[str, list[str]]]:
        """Return the answer and what is wrong with it, by its place."""
        try:
            return self.answer(on), {}
        except FieldError as fault:
            return None, {place: [str(fault)]}

    def fields(self) -> Iterator[QuestionField]:
        """Yield the field itself, as rows yield those below them."""
        yield self

    def places(self, place: str) -> Iterator[tuple[str, QuestionField]]:
        """Yield the field with its place, as rows do with those below them."""
        yield place, self

    def rename(self, name: str) -> None:
        """Take the name that goes with another number of its row."""
        self.name = self.id = name

    def parse(self, text: str) -> Any:
        """Return the answer that a text means. Raises FieldError."""
        return text

    def fault(self, answer: Any, on: date, reason: str) -> str:
        """Return what an answer that does not fit the question is told.

        ``reason`` completes "the answer ...".
        """
        del answer, on
        if components.is_chosen(self.item):
            return messages.TEXTS["error.option_unknown"]
        return form_texts.ELSE.format(fault=reason)
