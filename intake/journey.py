"""The way through a form: which pages there are for these answers, and which comes next."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fhir.intake.enablement import Enablement
from fhir.intake.items import CLINICIAN
from fhir.intake.places import place
from intake.asking import (
    asked_places,
    is_askable,
    is_conditional,
    is_text_shown,
    page_mark,
    page_questions,
    read_place,
    root_of,
    with_blank_rows,
)
from intake.person import birth_question, person_page

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from fhir.intake.items import Form, Item
    from intake.person import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A form under way: what is answered, what was asked, and whom it is about.

    ``asked`` are places; it tells a question that was left blank from one that was not seen.
    ``lacks`` is why it can not be completed although every page is: what no page can ask.
    """

    answers: Mapping[str, object] = field(default_factory=dict)
    asked: frozenset[str] = frozenset()
    person: Person | None = None
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """A page that is to be filled in, with the questions and rows on it that are shown now.

    ``asked`` are their places, and those of cells that are shown in some rows only. A page on
    which nothing is asked has the place of its first text, which tells whether it was seen.
    """

    page: Item
    questions: tuple[Item, ...]
    asked: tuple[str, ...]
    complete: bool

    @property
    def name(self) -> str:
        """The link id of the page."""
        return self.page.link_id


@dataclass(frozen=True, slots=True)
class Journey:
    """The pages of one draft, in order; ``enablement`` says what is shown on them."""

    steps: tuple[Step, ...]
    enablement: Enablement

    def step(self, name: str) -> Step | None:
        """Find the step of a page; None when the page is not needed for these answers."""
        return next((step for step in self.steps if step.name == name), None)

    def first_incomplete(self) -> Step | None:
        """Return the first page that is not finished, None when all are."""
        return next((step for step in self.steps if not step.complete), None)

    def is_reachable(self, step: Step) -> bool:
        """Tell whether all pages before one are finished."""
        before = self.steps[: self.steps.index(step)]
        return all(earlier.complete for earlier in before)

    def before(self, step: Step) -> Step | None:
        """Return the page before one."""
        number = self.steps.index(step)
        return self.steps[number - 1] if number else None

    def after(self, step: Step) -> Step | None:
        """Return where to go on from a page: itself while it is not finished; None at the end."""
        if not step.complete:
            return step
        number = self.steps.index(step)
        return self.steps[number + 1] if number + 1 < len(self.steps) else None

    def position(self, step: Step) -> tuple[int, int]:
        """Return the number of a page, from 1, and how many there are."""
        return self.steps.index(step) + 1, len(self.steps)


def plan_journey(form: Form, draft: Draft, on: date) -> Journey:
    """Lay out the pages that these answers need, on the day of the form.

    The page that asks who it is stands before the page with the date of birth, else first.
    """
    return _Planner(form, draft, on).plan()


class _Planner:
    def __init__(self, form: Form, draft: Draft, on: date) -> None:
        self._form = form
        self._draft = draft
        padded = with_blank_rows(form, draft.answers)
        self._enablement = Enablement(form, padded, on)
        own = Enablement(form, draft.answers, on) if padded is not draft.answers else None
        missing = (own or self._enablement).missing()
        self._holes = {root_of(name) for name in missing if _can_be_asked(form, name)}

    def plan(self) -> Journey:
        form, draft = self._form, self._draft
        birth = birth_question(form)
        person = person_page(form)
        asked = tuple(item for item in person.children if item.is_question)
        places = tuple(place(item) for item in asked)
        who = Step(person, asked, places, complete=draft.person is not None)
        about = form.page_of[birth.link_id] if birth else next(iter(form.pages), None)
        steps = [] if about else [who]
        for page in form.pages:
            if page is about:
                steps.append(who)
            step = None if page.audience == CLINICIAN else self._step(page, birth)
            if step is not None:
                steps.append(step)
        return Journey(tuple(steps), self._enablement)

    def _step(self, page: Item, birth: Item | None) -> Step | None:
        """Return the step of a page, None where it shows nothing for these answers."""
        form, draft = self._form, self._draft
        questions = tuple(
            item
            for item in page_questions(form)[page.link_id]
            if item is not birth and self._enablement.is_shown(item)
        )
        if not questions:
            return self._reading(page)
        found = [*asked_places(form, questions, self._enablement, draft.answers)]
        needed = {name for name, there in found if there}
        complete = needed <= draft.asked and needed.isdisjoint(self._holes)
        return Step(page, questions, tuple(name for name, _ in found), complete)

    def _reading(self, page: Item) -> Step | None:
        """Return the step of a page on which there is something to read, but nothing to answer."""
        if self._form.is_ruled:
            return None
        if not any(map(self._is_read, page.walk())):
            return None
        mark = page_mark(page)
        return Step(page, (), (mark,), mark in self._draft.asked)

    def _is_read(self, item: Item) -> bool:
        """Tell whether an item that stands on a page itself can be read there."""
        if item.is_text:
            return is_text_shown(self._form, self._enablement, item)
        return (item.is_question or item.is_rows) and self._enablement.is_shown(item)


def _can_be_asked(form: Form, name: str) -> bool:
    return is_askable(form.items[read_place(name)[0]])


def not_answered(form: Form, asked: frozenset[str], missing: tuple[str, ...]) -> list[str]:
    """Return the missing answers that a page which asked these places asked for.

    A cell that was opened by the very answers of the page was not asked yet.
    """
    roots = {root_of(name) for name in asked}
    return [
        name
        for name in missing
        if root_of(name) in roots and _can_be_asked(form, name) and _was_asked(form, asked, name)
    ]


def _was_asked(form: Form, asked: frozenset[str], name: str) -> bool:
    link_id, where = read_place(name)
    return not where or not is_conditional(form, form.items[link_id]) or name in asked
