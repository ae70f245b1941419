"""A page of the item tree as a form: generated once for each page, and the same for all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from flask_wtf import FlaskForm

from intake.web import components, messages
from intake.web.fields import field_of
from intake.web.question_field import QuestionField
from intake.web.rows import COMMAND, RowsField, parse_command

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from fhir.intake.items import Form, Item
    from intake.web.question_field import FormData

_RESERVED: Final = frozenset({"asked", "key", "return", "csrf_token", "visit", COMMAND})
"""Names of controls that a page has besides its questions."""
_TOKEN_YEARS: Final = 10
_classes: WeakKeyDictionary[Form, dict[str, tuple[Item, type[PageForm]]]] = WeakKeyDictionary()


class ProtectedForm(FlaskForm):  # type: ignore[misc]
    """A form with a token, which templates find as ``csrf_token`` whatever its name is.

    The name is the host's WTF_CSRF_FIELD_NAME, under which its CSRFProtect looks for a token.
    """

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """Protected against forgery whatever the host has set for its own forms."""

        csrf = True
        # None would mean the host's limit, of an hour unless set, and lose the page of a slow
        # person; a token also ends with its session.
        csrf_time_limit = _TOKEN_YEARS * 366 * 24 * 60 * 60

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.csrf_token = self[self.meta.csrf_field_name]


class PageForm(ProtectedForm):
    """The questions of one page. Subclasses, one for each page, are made by `page_form`."""

    def __init__(
        self,
        formdata: FormData | None,
        *,
        asked: Collection[str],
        answers: Mapping[str, object] | None = None,
    ) -> None:
        """Show the questions `asked` with `answers`, or with `formdata` exactly as typed."""
        super().__init__(formdata=formdata, data=dict(answers or {}))
        for field in self.questions:
            if field.name not in asked:
                del self[field.name]

    @property
    def questions(self) -> list[QuestionField | RowsField]:
        """The fields of questions and rows, in document order."""
        return [field for field in self if isinstance(field, QuestionField | RowsField)]

    def check_csrf(self) -> bool:
        """Tell whether the page was sent from a page of ours, in this session."""
        return bool(self.csrf_token.validate(self))

    def read(self, on: date) -> tuple[dict[str, Any], dict[str, list[str]]]:
        """Return the answers by link id, None for a blank, and what is wrong by place.

        ``on`` is today. A question with a fault has no answer; the faults are not yet shown.
        """
        values: dict[str, Any] = {}
        faults: dict[str, list[str]] = {}
        for field in self.questions:
            value, found = field.read(on)
            faults |= found
            if not found:
                values[field.item.link_id] = value
        return values, faults

    def mark(self, faults: Mapping[str, Sequence[str]]) -> None:
        """Show what is wrong at the places of `read`; other places are not of this page."""
        for place, texts in faults.items():
            field = self._at(place)
            if field is not None:
                field.errors += [text for text in texts if text not in field.errors]

    def mark_missing(self, places: Iterable[str]) -> None:
        """Ask for the answers that `Enablement.missing` names, where nothing else is wrong."""
        for place in places:
            field = self._at(place)
            if field is not None and not field.errors:
                field.errors.append(messages.required(field.item))

    @property
    def error_links(self) -> list[dict[str, str]]:
        """What is wrong, with links to the controls; each link also names its question."""
        return [
            {"text": f"{title} {field.error}", "href": f"#{field.first_control}"}
            for title, field in self._titled()
            if field.error
        ]

    def _at(self, place: str) -> QuestionField | RowsField | None:
        for field in self.questions:
            if field.item.link_id == place:
                return field
            if isinstance(field, RowsField) and (cell := field.cell(place)):
                return cell
        return None

    def _titled(self) -> Iterator[tuple[str, QuestionField | RowsField]]:
        for field in self.questions:
            yield field.item.wording(messages.LANGUAGE), field
            if isinstance(field, RowsField):
                yield from ((f"{title}:", cell) for title, cell in field.titled_cells())


def page_form(form: Form, page: Item) -> type[PageForm]:
    """Return the class of form for a page. Raises ValueError when it can not be a form."""
    classes = _classes.setdefault(form, {})
    known = classes.get(page.link_id)
    if known is None or known[0] != page:
        known = classes[page.link_id] = (page, _make(page))
    return known[1]


def is_row_command(formdata: FormData) -> bool:
    """Tell whether a button was pressed that adds or removes a row."""
    return COMMAND in formdata


def apply_row_command(form: PageForm, formdata: FormData) -> None:
    """Add or remove the row that a pressed button names; one that is not there changes nothing."""
    command = parse_command(formdata.get(COMMAND, ""))
    for field in form.questions:
        if command and isinstance(field, RowsField) and field.item.link_id == command.group:
            field.change(command)


def _make(page: Item) -> type[PageForm]:
    fields: dict[str, Any] = {}
    for item in _asked(page):
        name = item.link_id
        if name in _RESERVED or name.startswith("_") or hasattr(PageForm, name):
            raise ValueError(f"the link id {name!r} can not be the name of a field")
        fields[name] = _rows(item) if item.is_rows else field_of(item)(item, components.face(item))
    return type("PageForm", (PageForm,), fields)


def _asked(group: Item) -> Iterator[Item]:
    """Yield the questions and the groups of rows below an item."""
    for item in group.children:
        if item.is_rows:
            yield item
            continue
        if item.is_question:
            yield item
        yield from _asked(item)


def _rows(item: Item) -> Any:
    columns = [column for column in item.children if column.is_question]
    faces = {column.link_id: components.face(column, in_row=True) for column in columns}
    return RowsField(item, faces)
