"""What stands on a page, in the order of its author: headings, texts, questions, fixed values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fhir.intake.answers import is_blank
from fhir.intake.places import place
from intake.asking import is_askable, is_text_shown, is_unsupported, root_of
from intake.pdf.phrases import plain
from intake.web.answer_words import ScreenWording
from intake.web.fixed import fixed_words
from intake.web.form_texts import UNSUPPORTED, comes_and_goes
from intake.web.titles import full_text, language_of, shown_title

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from fhir.intake.enablement import Enablement
    from fhir.intake.items import Form, Item
    from intake.web.forms import PageForm

_DEEPEST: Final = 6
"""HTML has no headings below this level."""


class Part(NamedTuple):
    """One thing on a page; its kind says what else is there.

    It is a ``heading`` with a level, a ``display`` to read, a ``question`` with the field that asks
    it, a ``fixed`` question with its values, which nobody can change, an ``unsupported`` one, which
    can not be answered on a page, or ``more``: what follows was opened by the last answers.
    ``lang`` is the language of a heading or of what is to be read, "" where it is that of the
    page; other texts are markup if they need to be.
    """

    kind: str
    text: str = ""
    lang: str = ""
    field: Any = None
    level: int = 0
    values: tuple[str, ...] = ()

    @property
    def paragraphs(self) -> list[str]:
        """The paragraphs of a text."""
        return [text for text in self.text.split("\n\n") if text.strip()]


class Shown(NamedTuple):
    """What a page shows: its form, and what is enabled and answered."""

    form: Form
    enablement: Enablement
    answers: Mapping[str, Any]


def page_parts(
    page: Item, shown: Shown, fields: PageForm, *, new: Iterable[str] = ()
) -> Iterator[Part]:
    """Yield what stands on a page; ``new`` are the places that are announced, once."""
    announced = {root_of(name) for name in new}
    for part, item in _parts(page.children, shown, fields, 2):
        if announced and item is not None and place(item) in announced:
            announced.clear()
            yield Part("more")
        yield part


def person_parts(page: Item, fields: PageForm) -> Iterator[Part]:
    """Yield what stands on the page that asks who it is, which is no part of the form."""
    for item in page.children:
        if item.is_text:
            yield Part("display", item.text)
        elif (field := fields.field(place(item))) is not None:
            yield Part("question", field=field)


def _parts(
    items: Sequence[Item], shown: Shown, fields: PageForm, level: int
) -> Iterator[tuple[Part, Item | None]]:
    """Yield the parts of items, each with the question that it asks."""
    for item in items:
        if item.is_text:
            if is_text_shown(shown.form, shown.enablement, item):
                yield _told("display", item, shown.form), None
        elif item.is_group and not item.is_rows:
            yield from _group(item, shown, fields, level)
        else:
            yield from _question(item, shown, fields, level)


def _group(
    item: Item, shown: Shown, fields: PageForm, level: int
) -> Iterator[tuple[Part, Item | None]]:
    below = [*_parts(item.children, shown, fields, level + 1 if item.text else level)]
    if below and item.text:
        yield _told("heading", item, shown.form, level=min(level, _DEEPEST)), None
    yield from below


def _question(
    item: Item, shown: Shown, fields: PageForm, level: int
) -> Iterator[tuple[Part, Item | None]]:
    """Yield a question or rows with what stands below; always shown texts are in its hint."""
    below: Sequence[Item] = () if item.is_rows else item.children
    field = fields.field(place(item)) if is_askable(item) else None
    if field is not None:
        yield Part("question", field=field), item
        below = [each for each in below if not each.is_text or comes_and_goes(each)]
    elif not is_askable(item) and not shown.form.is_ruled and shown.enablement.is_shown(item):
        yield from _unasked(item, shown)
    yield from _parts(below, shown, fields, level)


def _unasked(item: Item, shown: Shown) -> Iterator[tuple[Part, Item | None]]:
    """Yield a question that nobody can answer here: with its value, or the reason."""
    value = shown.answers.get(item.link_id)
    if not is_blank(value):
        yield _told("fixed", item, shown.form, values=said_values(shown.form, item, value)), None
    elif is_unsupported(item):
        yield _told("unsupported", item, shown.form, values=(UNSUPPORTED,)), None


def said_values(form: Form, item: Item, value: Any) -> tuple[str, ...]:
    """Return the answers to a question in words, those of rows one for each row."""
    if not item.is_rows:
        return tuple(fixed_words(item, value, language_of(form)))
    words = ScreenWording(form)
    return tuple(plain(words.value(item.link_id, [row])) for row in value)


def _told(kind: str, item: Item, form: Form, **more: Any) -> Part:
    if not (item.is_text or item.is_group):
        return Part(kind, shown_title(form, item), **more)
    return Part(kind, full_text(item), language_of(form, item), **more)
