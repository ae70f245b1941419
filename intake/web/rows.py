"""A repeating group: a fieldset for each row, rows added and removed by buttons, no script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from wtforms.fields import Field

from fhir.intake.json_walk import objects
from fhir.intake.places import escape
from fhir.intake.settling import initial_answer
from intake.web import form_texts, messages, row_components
from intake.web.authored import shortened
from intake.web.names import cell_name, marker_name, segment, shown_place
from intake.web.question_field import QuestionField
from intake.web.row_plan import BLANK, NEW, Row, said, stored_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from intake.web.commands import RowCommand
    from intake.web.components import Component
    from intake.web.question_field import FormData
    from intake.web.row_plan import Asked, RowsPlan
    from intake.web.sheet import Sheet

Faults: TypeAlias = dict[str, list[str]]
_MOST: Final = 100
"""So many rows are shown where the form itself sets no limit."""
_MOST_AT_FIRST: Final = 10


class RowsField(Field):  # type: ignore[misc]
    """The rows of a group; there is always one to show.

    Rows are numbered from 1 as shown. Places such as ``medication[2].med_name`` number only the
    rows in which something was typed, because the others are no rows of the answer.
    """

    def __init__(self, plan: RowsPlan, **options: Any) -> None:
        super().__init__(plan.item.text, **options)
        self.item = plan.item
        self.plan = plan
        self.rows: list[Row] = []
        self.stored: Sequence[Mapping[str, Any]] = ()
        self.errors: list[str] = []
        self.around: RowsField | None = None
        self.most: int = plan.item.max_occurs or _MOST
        self._left_out = False

    def process(
        self, formdata: FormData | None, data: object = None, extra_filters: object = None
    ) -> None:
        """Take the rows that were typed, else those of the answer `data`."""
        del extra_filters
        self.errors = []
        self.stored = objects(data)
        if formdata is None:
            self.rows = [self._row(n, str(n), row) for n, row in enumerate(self.stored, 1)]
        else:
            numbers, weight, take = self.sent(self.sheet), self.plan.weight, self.sheet.take
            if self.around is None:  # a first row within counts with the one around
                take(weight)
            kept = [n for n in numbers[: self.most] if n == numbers[0] or take(weight)]
            self._left_out = len(kept) < len(numbers)
            self.rows = [self._sent_row(number, formdata) for number in kept]
        self._fill_up()

    @property
    def sheet(self) -> Sheet:
        """What the fields of the page share."""
        sheet: Sheet = self._form.sheet
        return sheet

    def sent(self, sheet: Sheet) -> list[int]:
        """Return the numbers of the rows that were sent."""
        return sheet.sent.rows(self.name)

    def remember(self, data: object) -> None:
        """Take the stored answer, of which the rows keep what no page asks."""
        self.stored = objects(data)
        for row in self.rows:
            known = self._known(row.origin)
            for cell in row:
                if isinstance(cell, RowsField):
                    cell.remember(known.get(cell.item.link_id))

    @property
    def data(self) -> list[list[Any]]:
        """What was typed, under the name that WTForms uses."""
        return [[cell.data for cell in row] for row in self.rows]

    @property
    def words(self) -> str:
        """The title of the rows, or its beginning, perhaps as markup."""
        return shortened(self.plan.title["text"])

    @property
    def error(self) -> str | None:
        """What the person is told about the rows as a whole."""
        return " ".join(self.errors) or None

    @property
    def first_control(self) -> str:
        """The id of the control to which an error leads."""
        first = next(iter(self.rows[0]), None)
        return first.first_control if first is not None else str(self.name)

    @property
    def is_empty(self) -> bool:
        """Whether no row is one of the answer."""
        return not self.typed_rows

    @property
    def typed_rows(self) -> list[Row]:
        """The rows in which something was typed, as the places of answers number them."""
        return [row for row in self.rows if self._counts(row)]

    @property
    def component(self) -> Component:
        """The parameters of the rows; their cells are fields with components of their own."""
        return row_components.rows(self)

    def read(self, on: date, place: str) -> tuple[Any, Faults]:
        """Return the rows without blanks (None when there is none) and the faults by place."""
        rows: list[dict[str, Any]] = []
        faults: Faults = {}
        for number, row in enumerate(self.typed_rows, 1):
            values = self.kept(row)
            for cell in row:
                value, found = cell.read(on, f"{place}[{number}].{segment(cell.name)}")
                faults |= found
                if value is not None:
                    values[cell.item.link_id] = value
            rows.append(values)
        if wrong := self.number_fault(len(rows)):
            faults[place] = [wrong]
        return rows or None, faults

    def number_fault(self, number: int) -> str | None:
        """Return what is wrong with the number of rows."""
        if self._left_out or number > self.most:
            return self.full
        if 0 < number < (self.item.min_occurs or 0):
            return form_texts.too_few(self.item)
        return None

    @property
    def full(self) -> str:
        """What is said when there can be no further row."""
        if self.sheet.is_full:
            return form_texts.FULL
        return messages.row_texts(self.item).full.format(max=self.most)

    def kept(self, row: Row) -> dict[str, Any]:
        """Return what a row holds that no page asks; in a new row that is what it begins with."""
        is_new = row.origin in {NEW, BLANK}
        return self.plan.kept_values(self._known(row.origin), is_new=is_new)

    def title(self, number: int) -> str:
        """Return what a row is called; one within a row has the numbers of both."""
        outer = [part for part in str(self.name).split("-")[1::2] if part.isdigit()]
        return messages.row_texts(self.item).title.format(n=".".join([*outer, str(number)]))

    def titled_cells(self) -> Iterator[tuple[str, Cell]]:
        """Yield every cell, also those of rows within, with what its error is told under."""
        for number, row in enumerate(self.rows, 1):
            for cell in row:
                yield row_components.error_title(self, number, cell), cell
                if isinstance(cell, RowsField):
                    yield from cell.titled_cells()

    def fields(self) -> Iterator[Cell]:
        """Yield the field itself and all below it."""
        yield self
        for row in self.rows:
            for cell in row:
                yield from cell.fields()

    def places(self, place: str) -> Iterator[tuple[str, Cell]]:
        """Yield the field and all below it with their places, as places of answers."""
        yield place, self
        for number, row in enumerate(self.typed_rows, 1):
            for cell in row:
                yield from cell.places(f"{place}[{number}].{segment(cell.name)}")

    def asked(self, place: str, *, typed: bool) -> Iterator[str]:
        """Yield the places of what is not in every row; `typed` rows alone are numbered, or all."""
        conditional = {asked.item.link_id for asked in self.plan.cells if asked.conditional}
        for number, row in enumerate(self.typed_rows if typed else self.rows, 1):
            for cell in row:
                inner = f"{place}[{number}].{segment(cell.name)}"
                if cell.item.link_id in conditional:
                    yield inner
                if isinstance(cell, RowsField):
                    yield from cell.asked(inner, typed=typed)
            yield from (f"{place}[{number}].{escape(text)}" for text in sorted(row.texts))

    def change(self, command: RowCommand) -> None:
        """Add or remove a row; all other rows stay as typed."""
        if command.remove is not None:
            del self.rows[command.remove - 1 : command.remove]
        elif len(self.rows) >= self.most or not self.sheet.take(self.plan.weight):
            self.errors.append(self.full)
        else:
            self.rows.append(self._row(len(self.rows) + 1, NEW, is_added=True))
        self._fill_up(is_added=True)

    def rename(self, name: str) -> None:
        """Take the name that goes with another number of the row around."""
        self.name = self.id = name
        self._number()

    def name_of(self, number: int, asked: Asked) -> str:
        """Return the name of a cell."""
        return cell_name(self.name, number, asked.segment)

    def _known(self, origin: str) -> Mapping[str, Any]:
        number = stored_number(origin)
        return self.stored[number - 1] if 0 < number <= len(self.stored) else {}

    def _counts(self, row: Row) -> bool:
        """Tell whether a row is one of the answer."""
        if not all(cell.is_empty for cell in row):
            return row.origin != BLANK or not self.plan.is_marked or not self._is_as_begun(row)
        return bool(stored_number(row.origin) and self.kept(row))

    def _is_as_begun(self, row: Row) -> bool:
        """Tell whether nobody has changed what a row began with."""
        begun = self.sheet.begun.get(self.plan)
        if begun is None:
            cells = [self._cell(1, asked, None) for asked in self.plan.cells]
            begun = {cell.item.link_id: said(cell.data) for cell in cells}
            self.sheet.begun[self.plan] = begun
        return all(said(cell.data) == begun.get(cell.item.link_id) for cell in row)

    def _sent_row(self, number: int, formdata: FormData) -> Row:
        origin = NEW
        if self.plan.is_marked:
            origin = formdata.get(marker_name(self.name, number), NEW)
        return self._row(number, origin, self._known(origin), formdata)

    def _row(
        self,
        number: int,
        origin: str,
        answers: Mapping[str, Any] | None = None,
        formdata: FormData | None = None,
        *,
        is_added: bool = False,
    ) -> Row:
        """Make a row of what was typed, else of answers, else one that begins.

        For an added one nobody has said yet which conditional cells are asked.
        """
        shown = (
            asked
            for asked in self.plan.cells
            if not asked.conditional or (not is_added and self._is_asked(number, asked.segment))
        )
        cells = (self._cell(number, asked, answers, formdata) for asked in shown)
        texts = (text.link_id for text in self.plan.texts if not is_added)
        return Row(cells, origin, (t for t in texts if self._is_asked(number, escape(t))))

    def _is_asked(self, number: int, segment: str) -> bool:
        return shown_place(cell_name(self.name, number, segment)) in self.sheet.asked

    def _cell(
        self,
        number: int,
        asked: Asked,
        answers: Mapping[str, Any] | None,
        formdata: FormData | None = None,
    ) -> Cell:
        cell: Cell = asked.make(name=self.name_of(number, asked), _form=self._form, _meta=self.meta)
        begun = initial_answer(asked.item) if answers is None else answers.get(asked.item.link_id)
        cell.around = self
        cell.process(formdata, begun)
        return cell

    def _fill_up(self, *, is_added: bool = False) -> None:
        """See that there are as many rows as there must be, and one at least."""
        least = max(1, min(self.item.min_occurs or 1, self.most, _MOST_AT_FIRST))
        self._number()
        while len(self.rows) < least:
            self.rows.append(self._row(len(self.rows) + 1, BLANK, is_added=is_added))

    def _number(self) -> None:
        """Give the rows numbers from 1 without a gap."""
        for number, row in enumerate(self.rows, 1):
            for asked, cell in zip(self._asked_of(row), row, strict=True):
                cell.rename(self.name_of(number, asked))

    def _asked_of(self, row: Row) -> Iterator[Asked]:
        shown = {cell.item.link_id for cell in row}
        return (asked for asked in self.plan.cells if asked.item.link_id in shown)


Cell: TypeAlias = QuestionField | RowsField
