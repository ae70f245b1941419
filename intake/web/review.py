"""The answers as the patient checks them: by section, each question in full, blanks named."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fhir.intake.places import escape
from intake.pdf.phrases import plain
from intake.person import PERSON
from intake.web.answer_words import ScreenWording
from intake.web.authored import joined
from intake.web.fixed import fixed_words
from intake.web.forms import page_form
from intake.web.names import cell_name
from intake.web.outline import Block, Line, outline
from intake.web.titles import brief_title, heading, language_of, page_title, shown_title
from intake.web.ways import CHECK, page_address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhir.intake.items import Form, Item
    from intake.journey import Draft, Journey, Step
    from intake.person import Person


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A question with its answers; without any it was left blank.

    ``key`` names it, ``name`` says which it is among all of its section; both and the answers may
    be markup. What nobody can change has no address to change it at.
    """

    key: str
    name: str
    values: tuple[str, ...]
    change_url: str


@dataclass(frozen=True, slots=True)
class ReviewBlock:
    """Answers that stand together; the heading is that of their group or row, or ""."""

    heading: str
    rows: tuple[ReviewRow, ...]


@dataclass(frozen=True, slots=True)
class ReviewSection:
    """A page of the form with its answers."""

    title: str
    blocks: tuple[ReviewBlock, ...]


def review_sections(form: Form, journey: Journey, draft: Draft) -> tuple[ReviewSection, ...]:
    """Return what the patient answered, in the order of the form."""
    words = ScreenWording(form)
    sections = (_section(form, journey, step, draft, words) for step in journey.steps)
    return tuple(section for section in sections if section.blocks)


def _section(
    form: Form, journey: Journey, step: Step, draft: Draft, words: ScreenWording
) -> ReviewSection:
    if step.name == PERSON:
        return ReviewSection(step.page.text, (_person(step, draft.person, words),))
    found = outline(form, step.page, journey.enablement, draft.answers)
    asked = {item.link_id for item in step.questions}
    blocks = [_without_others(block, asked) for block in found] if form.is_ruled else found
    name = page_title(form, step.page).brief
    rows = _Rows(form, step.page, words)
    made = tuple(
        ReviewBlock(heading(form, block.path) or (name if number else ""), rows.of(block))
        for number, block in enumerate(blocks)
    )
    return ReviewSection(name, made)


def _without_others(block: Block, asked: set[str]) -> Block:
    """Leave out what is asked on another page: the date of birth."""
    return Block(block.path, tuple(line for line in block.lines if line.item.link_id in asked))


def _person(step: Step, person: Person | None, words: ScreenWording) -> ReviewBlock:
    known = person.values() if person else {}
    rows = (
        ReviewRow(
            item.text,
            item.text,
            _value(words, item, known.get(item.link_id)),
            _address(step.name, item.link_id),
        )
        for item in step.questions
    )
    return ReviewBlock("", tuple(rows))


def _value(words: ScreenWording, item: Item, value: Any) -> tuple[str, ...]:
    return (plain(words.one(item, value)),) if value else ()


class _Rows:
    """Makes the rows of one section; questions with the same words are numbered."""

    def __init__(self, form: Form, page: Item, words: ScreenWording) -> None:
        self._form = form
        self._language = language_of(form)
        self._page = page
        self._controls = page_form(form, page).names
        self._words = words
        self._names: Counter[str] = Counter()

    def of(self, block: Block) -> tuple[ReviewRow, ...]:
        """Return the rows of a block."""
        around = heading(self._form, block.path)
        return tuple(self._row(line, around) for line in block.lines)

    def _row(self, line: Line, around: str) -> ReviewRow:
        item = line.item
        is_ruled = self._form.is_ruled
        key = item.text if is_ruled else shown_title(self._form, item)
        name = joined([around, key if is_ruled else brief_title(self._form, item)], ", ")
        self._names[name] += 1
        if self._names[name] > 1:
            name = joined([name, f"({self._names[name]})"])
        address = self._address(line) if line.is_asked else ""
        return ReviewRow(key, name, tuple(self._values(line)), address)

    def _address(self, line: Line) -> str:
        names = [*(name for name, _ in line.where), line.item.link_id]
        control = self._controls.get(names[0], names[0])
        for (_, number), name in zip(line.where, names[1:], strict=True):
            control = cell_name(control, number + 1, escape(name))
        return _address(self._page.link_id, control)

    def _values(self, line: Line) -> Iterator[str]:
        for value in line.values:
            if not self._form.is_ruled:
                yield from fixed_words(line.item, value, self._language)
            else:
                yield plain(self._words.value(line.item.link_id, [value]))


def _address(page: str, control: str) -> str:
    """Return the address at which an answer is changed, and which comes back here."""
    return page_address(page, back=CHECK, anchor=control)
