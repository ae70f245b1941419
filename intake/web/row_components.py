"""What rows, and several answers to one question, are shown with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fhir.intake.answers import is_blank
from fhir.intake.places import escape
from intake.asking import is_unsupported
from intake.web import components, form_texts, messages
from intake.web.authored import authored, before, joined
from intake.web.commands import add_command, remove_command
from intake.web.components import Component, Params
from intake.web.fixed import fixed_words
from intake.web.form_texts import comes_and_goes
from intake.web.names import cell_name, marker_name, row_name
from intake.web.titles import language_of, shown_title

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from fhir.intake.items import Form, Item
    from intake.web.row_plan import Row
    from intake.web.rows import Cell, RowsField

_DEEPEST = 6
"""HTML has no headings below this level."""


def rows(field: RowsField) -> Component:
    """Return what the rows of a group are shown with; its parts hold the fields of the cells."""
    item, name = field.item, str(field.name)
    words = messages.row_texts(item)
    title = field.plan.title
    if messages.has_row_texts(item):
        title = {"text": title["text"]}
    shown = [_row(field, number, row) for number, row in enumerate(field.rows, 1)]
    lists = [components.datalist(item) for item in field.plan.datalists]
    params: Params = {"id": name, "title": title, "rows": shown, "datalists": lists}
    params |= {"hint": _hint(field), "error": field.error, "add": words.add, "remove": words.remove}
    params |= {"command": add_command(name), "next": row_name(name, len(shown) + 1)}
    params |= {
        "level": min(field.plan.level, _DEEPEST),
        "about": "" if messages.has_row_texts(item) else about(field),
    }
    return Component("rows", params)


def about(field: Cell) -> str:
    """Return what tells the buttons of a question or of rows apart, in whichever row it stands."""
    titles = [field.words]
    cell, rows = field, field.around
    while rows is not None:
        titles.append(joined([rows.words, str(_number_in(rows, cell))]))
        cell, rows = rows, rows.around
    return joined(titles, ", ")


def answers(field: RowsField) -> Component:
    """Return what several answers to one question are shown with."""
    name = str(field.name)
    boxes = []
    for number, [cell] in enumerate(field.rows, 1):
        kind, params = cell.component
        title = {"text": field.title(number), "hidden": True}
        own = {"fieldset": {"legend": title}} if "fieldset" in params else {"label": title}
        boxes.append(
            {
                "component": Component(kind, {**params, **own, "hint": None}),
                "title": field.title(number),
                "command": remove_command(name, number),
                "marker": _marker(field, number, field.rows[number - 1]),
            }
        )
    [[first, *_], *_] = field.rows
    params = {"id": name, "legend": field.plan.title, "boxes": boxes}
    params |= {"hint": first.face.params.get("hint"), "about": about(field)}
    params |= {"errorMessage": {"text": field.error} if field.error else None}
    params |= {"add": form_texts.ADD, "remove": form_texts.REMOVE}
    params |= {"command": add_command(name), "next": row_name(name, len(boxes) + 1)}
    return Component("answers", params)


def error_title(field: RowsField, number: int, cell: Cell) -> str:
    """Return what stands before an error of a cell: its row, and the question if need be."""
    title = field.title(number)
    if messages.has_row_texts(field.item):
        return f"{title}:"
    if cell.item.link_id != field.item.link_id:
        return joined([title, before(cell.words)], ": ")
    own = joined([before(field.words), title])
    rows = field.around
    return joined([rows.title(_number_in(rows, field)), own], ": ") if rows else own


def _number_in(rows: RowsField, cell: Cell) -> int:
    """Return the number of the row in which a cell stands."""
    return int(str(cell.name).removeprefix(f"{rows.name}-").partition("-")[0])


def _hint(field: RowsField) -> str | None:
    """Return the hint of a group; that of a question stands at its answer in each row."""
    hint = field.item.hint
    return _told(field.plan.form, hint) if hint and field.item.is_group else None


def _told(form: Form, text: Item) -> str:
    return authored(text.wording(messages.LANGUAGE), language_of(form, text))


def _row(field: RowsField, number: int, row: Row) -> Params:
    name = str(field.name)
    cells = {cell.item.link_id: cell for cell in row}
    gone = {text.link_id for text in field.plan.texts} - row.texts
    ids = {text: cell_name(name, number, escape(text)) for text in row.texts}
    parts = _RowParts(field.plan.form, cells, ids, gone, field.kept(row))
    own = cells.get(field.item.link_id)
    first = [("question", own)] if own is not None else []
    return {
        "id": row_name(name, number),
        "title": field.title(number),
        "parts": [*first, *parts.of(field.item.children, field.plan.level + 1)],
        "command": remove_command(name, number),
        "marker": _marker(field, number, row),
    }


def _marker(field: RowsField, number: int, row: Row) -> Params | None:
    if not field.plan.is_marked:
        return None
    return {"name": marker_name(str(field.name), number), "value": row.origin}


@dataclass(frozen=True, slots=True)
class _RowParts:
    """What stands in a row.

    Its cells by link id, the ids of texts that not every row has, those that are gone, and the
    answers that no page asks.
    """

    form: Form
    cells: Mapping[str, Cell]
    ids: Mapping[str, str]
    gone: Collection[str]
    kept: Mapping[str, Any]

    def of(self, items: Sequence[Item], level: int) -> Iterator[tuple[str, Any]]:
        """Yield the parts of items, in the order of their author."""
        for item in items:
            if item.hidden or item.link_id in self.gone:
                continue
            if item.is_text:
                if item.wording(messages.LANGUAGE):
                    text = _told(self.form, item)
                    yield "display", {"text": text, "id": self.ids.get(item.link_id)}
            elif item.is_group and not item.is_rows:
                yield from self._group(item, level)
            else:
                yield from self._question(item, level)

    def _group(self, item: Item, level: int) -> Iterator[tuple[str, Any]]:
        parts = [*self.of(item.children, level + 1 if item.text else level)]
        # A group without any part that is there is not there itself.
        if not parts:
            return
        if item.text:
            title = shown_title(self.form, item)
            yield "heading", {"text": title, "level": min(level, _DEEPEST)}
        yield from parts

    def _question(self, item: Item, level: int) -> Iterator[tuple[str, Any]]:
        cell = self.cells.get(item.link_id)
        if cell is not None:
            yield "question", cell
        elif item.is_question:
            yield from self._unasked(item, self.kept.get(item.link_id))
        if not item.is_rows:
            hinted = cell is not None or item.is_fillable
            below = [c for c in item.children if not (hinted and c.is_text)]
            # A text below a question is part of its hint, unless it comes and goes.
            own = [c for c in item.children if c.is_text and comes_and_goes(c)] if hinted else []
            yield from self.of([*own, *below], level)

    def _unasked(self, item: Item, value: Any) -> Iterator[tuple[str, Any]]:
        title = shown_title(self.form, item)
        if not is_blank(value) and not item.is_fillable:
            words = fixed_words(item, value, language_of(self.form))
            yield "fixed", {"title": title, "texts": words}
        elif is_unsupported(item):
            told = {"title": title, "text": form_texts.UNSUPPORTED}
            yield "unsupported", {**told, "id": self.ids.get(item.link_id)}
