"""A repeating group: a fieldset for each row, rows added and removed by buttons, no script."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from wtforms.fields import Field

from intake.web import components, messages
from intake.web.fields import field_of
from intake.web.messages import FieldError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from fhir.intake.items import Item
    from intake.web.components import Component
    from intake.web.question_field import FormData, QuestionField

COMMAND: Final = "rows"
"""The name of the buttons that add and remove rows."""
_PLACE: Final = re.compile(r"(?P<group>.+?)\[(?P<number>[1-9][0-9]{0,3})\]\.(?P<column>.+)")
_NUMBER: Final = re.compile("[1-9][0-9]{0,3}")
_MOST: Final = 100
"""So many rows are shown where the form itself sets no limit."""


class RowCommand(NamedTuple):
    """A pressed button: add a row to a group, or remove its row of a number."""

    group: str
    remove: int | None


def parse_command(text: str) -> RowCommand | None:
    """Read ``add:medication`` or ``remove:medication:1``, None when it is neither."""
    action, _, rest = text.partition(":")
    if action == "add" and rest:
        return RowCommand(rest, None)
    group, _, number = rest.rpartition(":")
    if action == "remove" and group and _NUMBER.fullmatch(number):
        return RowCommand(group, int(number))
    return None


class RowsField(Field):  # type: ignore[misc]
    """The rows of a group; there is always one to show.

    Rows are numbered from 1 as shown. Places such as ``medication[2].med_name`` number only the
    rows in which something was typed, because the others are no rows of the answer.
    """

    def __init__(self, item: Item, faces: Mapping[str, Component], **options: Any) -> None:
        super().__init__(item.text, **options)
        self.item = item
        self.faces = faces
        self.columns = [column for column in item.children if column.is_question]
        self.rows: list[list[QuestionField]] = []
        self.errors: list[str] = []
        self.most: int = item.max_occurs or _MOST
        self._left_out = False

    def process(
        self, formdata: FormData | None, data: object = None, extra_filters: object = None
    ) -> None:
        """Take the rows that were typed, else those of the answer `data`."""
        del extra_filters
        self.errors = []
        if formdata is None:
            answers = data if isinstance(data, list) else []
            self.rows = [self._row(number, row) for number, row in enumerate(answers, 1)]
        else:
            sent = self._sent(formdata)
            self._left_out = len(sent) > self.most
            self.rows = [self._row(number, {}, formdata) for number in sent[: self.most]]
        self._number()

    @property
    def data(self) -> list[list[list[str]]]:
        """What was typed, under the name that WTForms uses."""
        return [[cell.typed for cell in row] for row in self.rows]

    @property
    def error(self) -> str | None:
        """What the person is told about the rows as a whole."""
        return " ".join(self.errors) or None

    @property
    def first_control(self) -> str:
        """The id of the control to which an error leads."""
        return self.rows[0][0].first_control

    @property
    def typed_rows(self) -> list[list[QuestionField]]:
        """The rows in which something was typed, as the places of answers number them."""
        return [row for row in self.rows if not all(cell.is_empty for cell in row)]

    @property
    def component(self) -> Component:
        """The parameters of the rows; their cells are fields with components of their own."""
        lists = filter(None, map(components.datalist, self.columns))
        return components.rows(self.item, self.rows, self.error, [*lists])

    def read(self, on: date) -> tuple[Any, dict[str, list[str]]]:
        """Return the rows without blanks (None when there is none) and the faults by place."""
        rows: list[dict[str, Any]] = []
        faults: dict[str, list[str]] = {}
        for number, row in enumerate(self.typed_rows, 1):
            values = {}
            for cell in row:
                try:
                    values[cell.item.link_id] = cell.answer(on)
                except FieldError as fault:
                    place = f"{self.item.link_id}[{number}].{cell.item.link_id}"
                    faults[place] = [str(fault)]
            rows.append({name: value for name, value in values.items() if value is not None})
        if self._left_out:
            faults[self.item.link_id] = [self.full]
        return rows or None, faults

    @property
    def full(self) -> str:
        """What is said when there can be no further row."""
        return messages.row_texts(self.item).full.format(max=self.most)

    def titled_cells(self) -> Iterator[tuple[str, QuestionField]]:
        """Yield every cell with the title of its row."""
        for number, row in enumerate(self.rows, 1):
            for cell in row:
                yield messages.row_texts(self.item).title.format(n=number), cell

    def cell(self, place: str) -> QuestionField | None:
        """Return the cell at a place such as ``medication[2].med_name``."""
        found = _PLACE.fullmatch(place)
        if found is None or found["group"] != self.item.link_id:
            return None
        rows, index = self.typed_rows, int(found["number"]) - 1
        row: Sequence[QuestionField] = rows[index] if index < len(rows) else ()
        return next((cell for cell in row if cell.item.link_id == found["column"]), None)

    def change(self, command: RowCommand) -> None:
        """Add or remove a row; all other rows stay as typed."""
        if command.remove is not None:
            del self.rows[command.remove - 1 : command.remove]
        elif len(self.rows) >= self.most:
            self.errors.append(self.full)
        else:
            self.rows.append(self._row(len(self.rows) + 1, {}))
        self._number()

    def _sent(self, formdata: FormData) -> list[int]:
        head = re.compile(rf"{re.escape(self.name)}-([1-9][0-9]{{0,3}})-.+", re.DOTALL)
        return sorted({int(found[1]) for found in map(head.fullmatch, formdata) if found})

    def _row(
        self, number: int, answers: Mapping[str, Any], formdata: FormData | None = None
    ) -> list[QuestionField]:
        row = []
        for column in self.columns:
            cell = field_of(column)(
                column,
                self.faces[column.link_id],
                name=self._name(number, column),
                _form=self._form,
                _meta=self.meta,
            )
            cell.process(formdata, answers.get(column.link_id))
            row.append(cell)
        return row

    def _number(self) -> None:
        """Give the rows numbers from 1 without a gap, and see that there is one."""
        if not self.rows:
            self.rows = [self._row(1, {})]
        for number, row in enumerate(self.rows, 1):
            for cell in row:
                cell.name = cell.id = self._name(number, cell.item)

    def _name(self, number: int, column: Item) -> str:
        return f"{self.name}-{number}-{column.link_id}"
