"""The answers as the patient checks them: by section, each question in full, blanks named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fhir.intake.answers import is_blank
from intake.pdf.phrases import plain
from intake.person import PERSON
from intake.state import get_state
from intake.web.answer_words import ScreenWording
from intake.web.ways import CHECK, page_address

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fhir.intake.items import Item
    from intake.journey import Draft, Journey, Step


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A question with its answers; without any it was left blank."""

    key: str
    values: tuple[str, ...]
    change_url: str


@dataclass(frozen=True, slots=True)
class ReviewSection:
    """A page of the form with its answers."""

    title: str
    rows: tuple[ReviewRow, ...]


def review_sections(journey: Journey, draft: Draft) -> tuple[ReviewSection, ...]:
    """Return what the patient answered, in the order of the form."""
    words = ScreenWording(get_state().content.form)
    return tuple(_section(step, draft, words) for step in journey.steps)


def _section(step: Step, draft: Draft, words: ScreenWording) -> ReviewSection:
    answers: Mapping[str, object] = draft.answers
    if step.name == PERSON and draft.person:
        answers = draft.person.values()
    rows = tuple(
        ReviewRow(item.text, _values(item, answers.get(item.link_id), words), _change(step, item))
        for item in step.questions
    )
    return ReviewSection(step.page.text, rows)


def _values(item: Item, answer: object, words: ScreenWording) -> tuple[str, ...]:
    if is_blank(answer):
        return ()
    if not isinstance(answer, list):
        return (plain(words.value(item.link_id, answer)),)
    return tuple(plain(words.value(item.link_id, [element])) for element in answer)


def _change(step: Step, item: Item) -> str:
    """Return the address at which an answer is changed, and which comes back here."""
    return page_address(step.name, back=CHECK, anchor=item.link_id)
