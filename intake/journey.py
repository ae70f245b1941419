"""The way through a form: which pages there are for these answers, and which comes next."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fhir.intake.enablement import Enablement
from fhir.intake.items import CLINICIAN
from intake.person import BIRTH_DATE, person_page

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from fhir.intake.items import Form, Item
    from intake.person import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A form under way: what is answered, what was asked, and whom it is about.

    ``asked`` tells a question that was left blank from one that was not seen.
    """

    answers: Mapping[str, object] = field(default_factory=dict)
    asked: frozenset[str] = frozenset()
    person: Person | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A page that is to be filled in, with the questions on it that are shown now."""

    page: Item
    questions: tuple[Item, ...]
    complete: bool

    @property
    def name(self) -> str:
        """The link id of the page."""
        return self.page.link_id


@dataclass(frozen=True, slots=True)
class Journey:
    """The pages of one draft, in order."""

    steps: tuple[Step, ...]

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
    enablement = Enablement(form, draft.answers, on)
    shown = {item.link_id: item for item in enablement.questions()}
    missing = frozenset(enablement.missing())
    person = person_page(form)
    about = form.page_of.get(BIRTH_DATE, form.pages[0])
    steps: list[Step] = []
    for page in form.pages:
        if page is about:
            asked = tuple(item for item in person.children if item.is_question)
            steps.append(Step(person, asked, complete=draft.person is not None))
        questions = tuple(
            item
            for item in page.walk()
            if item.link_id in shown and item.link_id != BIRTH_DATE and form.row_group(item) is None
        )
        if questions and page.audience != CLINICIAN:
            steps.append(Step(page, questions, _is_complete(questions, draft, missing)))
    return Journey(tuple(steps))


def _is_complete(questions: tuple[Item, ...], draft: Draft, missing: frozenset[str]) -> bool:
    names = {item.link_id for item in questions}
    holes = {place.split("[")[0] for place in missing}
    return names <= draft.asked and not names & holes
