"""A question with several answers: a box for each, added and removed by buttons, no script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from intake.web import form_texts, row_components
from intake.web.names import row_name
from intake.web.rows import RowsField

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from intake.web.components import Component
    from intake.web.row_plan import Asked
    from intake.web.rows import Cell, Faults
    from intake.web.sheet import Sheet


class AnswersField(RowsField):
    """The answers to a question; each is a row of one cell, and there is always one to show."""

    def process(self, formdata: Any, data: object = None, extra_filters: object = None) -> None:
        """Take the answers that were typed, else those of the answer `data`."""
        answers = data if isinstance(data, list) else []
        rows = [{self.item.link_id: answer} for answer in answers]
        super().process(formdata, rows, extra_filters)

    def sent(self, sheet: Sheet) -> list[int]:
        """Return the numbers of the boxes that were sent."""
        return sheet.sent.boxes(self.name)

    @property
    def component(self) -> Component:
        """The boxes, with a title for all."""
        return row_components.answers(self)

    def read(self, on: date, place: str) -> tuple[Any, Faults]:
        """Return the answers (None when there is none) and the faults by place."""
        answers: list[Any] = []
        faults: Faults = {}
        for number, [cell] in enumerate(self.typed_rows, 1):
            value, found = cell.read(on, f"{place}[{number}]")
            faults |= found
            answers.append(value)
        if wrong := self.number_fault(len(answers)):
            faults[place] = [wrong]
        return answers or None, faults

    @property
    def full(self) -> str:
        """What is said when there can be no further answer."""
        return form_texts.FULL if self.sheet.is_full else form_texts.too_many(self.item, self.most)

    def title(self, number: int) -> str:
        """Return what a box is called."""
        return form_texts.BOX.format(n=number)

    def places(self, place: str) -> Iterator[tuple[str, Cell]]:
        """Yield the field and its boxes with their places."""
        yield place, self
        for number, [cell] in enumerate(self.typed_rows, 1):
            yield f"{place}[{number}]", cell

    def asked(self, place: str, *, typed: bool) -> Iterator[str]:
        """Yield nothing: boxes come and go with their question."""
        del place, typed
        return iter(())

    def name_of(self, number: int, asked: Asked) -> str:
        """Return the name of a box."""
        del asked
        return row_name(self.name, number)
