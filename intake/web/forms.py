"""A page of the item tree as a form: generated once for each page, and the same for all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias
from weakref import WeakKeyDictionary

from flask import current_app
from flask_wtf import FlaskForm

from fhir.intake.places import unescape
from intake.web import messages
from intake.web.authored import before, joined
from intake.web.commands import COMMAND, parse_command
from intake.web.list_field import ListField
from intake.web.names import question_name, shown_place
from intake.web.plan import plan_page
from intake.web.question_field import QuestionField
from intake.web.rows import RowsField
from intake.web.sheet import Sheet

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from fhir.intake.items import Form, Item
    from intake.web.question_field import FormData

AnyField: TypeAlias = QuestionField | RowsField
_RESERVED: Final = frozenset({"asked", "key", "return", "csrf_token", "visit", COMMAND})
"""Names of controls that a page has besides its questions."""
_OWN: Final = frozenset({"form_errors", "meta", "names", "sheet"})
"""Attributes that a form gets when it is made."""
_IDS: Final = frozenset({"main", "more", "continue"})
"""Names of places on a page besides its questions."""
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
        self.csrf_token = self._fields[self.meta.csrf_field_name]


class PageForm(ProtectedForm):
    """The questions of one page. Subclasses, one for each page, are made by `page_form`."""

    names: Mapping[str, str]
    """The names of the questions and rows that stand on the page itself, by link id."""

    def __init__(
        self,
        formdata: FormData | None,
        *,
        asked: Collection[str],
        answers: Mapping[str, object] | None = None,
    ) -> None:
        """Show the questions `asked` (places) with `answers`, or with `formdata` as typed."""
        self.sheet = Sheet(formdata or (), asked)
        known = answers or {}
        data = {name: known[key] for key, name in self.names.items() if key in known}
        super().__init__(formdata=formdata, data=data)

    def process(self, *given: Any, **more: Any) -> None:
        """Take what was typed, or the answers; first of all leave out what is not asked."""
        asked = self.sheet.asked
        for name in self.names.values():
            if shown_place(name) not in asked:
                del self[name]
        super().process(*given, **more)

    def __getitem__(self, place: str) -> Any:
        """Return the field at a place, else the one of a name."""
        return self.field(place) or self._fields[place]

    def field(self, place: str) -> AnyField | None:
        """Return the field of a question or rows, also within rows; None if it is not asked."""
        root = place.partition("[")[0]
        name = self.names.get(unescape(root))
        field: AnyField | None = self._fields.get(name) if name else None
        if field is None or root == place:
            return field
        return dict(field.places(root)).get(place)

    @property
    def questions(self) -> list[AnyField]:
        """The fields of questions and rows, in document order."""
        return [field for field in self if isinstance(field, QuestionField | RowsField)]

    @property
    def asked(self) -> list[str]:
        """The places that are shown: questions, rows, and cells that are not in every row.

        Rows are numbered as they are shown.
        """
        return [*self._asked(typed=False)]

    @property
    def answered(self) -> list[str]:
        """The shown places as the answers of `read` number them: without rows that are blank."""
        return [*self._asked(typed=True)]

    def remember(self, answers: Mapping[str, object]) -> None:
        """Take the stored answers: rows keep of theirs what no page asks, and show it."""
        for field in self.questions:
            if isinstance(field, RowsField):
                field.remember(answers.get(field.item.link_id))

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
            value, found = field.read(on, shown_place(field.name))
            faults |= found
            if not found:
                values[field.item.link_id] = value
        return values, faults

    def mark(self, faults: Mapping[str, Sequence[str]]) -> None:
        """Show what is wrong at the places of `read`; other places are not of this page."""
        fields = self._by_place()
        for place, texts in faults.items():
            if place in fields:
                errors = fields[place].errors
                errors += [text for text in texts if text not in errors]

    def mark_missing(self, places: Iterable[str]) -> None:
        """Ask for the answers that `Enablement.missing` names, where nothing else is wrong."""
        fields = self._by_place()
        for place in places:
            if place in fields and not fields[place].errors:
                fields[place].errors.append(messages.required(fields[place].item))

    @property
    def error_links(self) -> list[dict[str, str]]:
        """What is wrong, with links to the controls; each link also names its question."""
        return [
            {"text": joined([before(title), field.error]), "href": f"#{field.first_control}"}
            for title, field in self._titled()
            if field.error
        ]

    def _asked(self, *, typed: bool) -> Iterator[str]:
        for field in self.questions:
            place = shown_place(field.name)
            yield place
            if isinstance(field, RowsField):
                yield from field.asked(place, typed=typed)

    def _by_place(self) -> dict[str, AnyField]:
        found: dict[str, AnyField] = {}
        for field in self.questions:
            found |= field.places(shown_place(field.name))
        return found

    def _titled(self) -> Iterator[tuple[str, AnyField]]:
        for field in self.questions:
            yield field.words, field
            if isinstance(field, RowsField):
                yield from field.titled_cells()


def page_form(form: Form, page: Item) -> type[PageForm]:
    """Return the class of form for a page."""
    classes = _classes.setdefault(form, {})
    known = classes.get(page.link_id)
    if known is None or known[0] != page:
        known = classes[page.link_id] = (page, _make(form, page))
    return known[1]


def is_command(formdata: FormData) -> bool:
    """Tell whether a button was pressed that only redraws the page."""
    return COMMAND in formdata


def apply_command(form: PageForm, formdata: FormData) -> None:
    """Do what a pressed button says; one for what is not there changes nothing.

    It adds or removes a row or a box; a search shows what it finds in any case.
    """
    command = parse_command(formdata.get(COMMAND, ""))
    if command is None or command.find:
        return
    for field in (field for question in form.questions for field in question.fields()):
        if field.name == command.group:
            if isinstance(field, RowsField):
                field.change(command)
            elif isinstance(field, ListField) and command.remove is None:
                field.add()
            return


def _make(form: Form, page: Item) -> type[PageForm]:
    token = current_app.config.get("WTF_CSRF_FIELD_NAME", "csrf_token")
    taken = {*dir(PageForm), *_RESERVED, *_OWN, *_IDS, token}
    fields: dict[str, Any] = {}
    names: dict[str, str] = {}
    for asked in plan_page(form, page):
        name = names[asked.item.link_id] = question_name(asked.segment, taken)
        fields[name] = asked.make()
    return type("PageForm", (PageForm,), {**fields, "names": names})
