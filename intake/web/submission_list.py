"""The clinic's submissions, newest first, a page at a time."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from intake.pdf.dates import day_words
from intake.pdf.phrases import clip, plain
from intake.pdf.text import direction
from intake.pdf.wording import NOT_ANSWERED
from intake.storage import questionnaires, submissions
from intake.web.findings import urgency_colour, urgency_label
from intake.web.moments import moment_at_clinic
from intake.web.summary_state import SummaryState, summary_states

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from intake.state import State
    from intake.storage.tables import Submission

PAGE_SIZE: Final = 25
NO_NAME: Final = "Name not given"
NOT_ASSESSED: Final = "Not assessed"
"""In place of the urgency, of answers to a form without rules."""
UNTITLED: Final = "Untitled form ({slug})"
LONGEST_TITLE: Final = 120
"""Characters of the title of a form."""
_NUMBER: Final = re.compile("[1-9][0-9]{0,5}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionRow:
    """What the list says of one submission; ``form`` is "" for the product's own form."""

    id: str
    reference: str
    urgency: str
    colour: str
    name: str
    name_direction: str
    birth: str
    sent: str
    summary: SummaryState
    form: str


@dataclass(frozen=True, slots=True)
class SubmissionPage:
    """One page of the list; `previous` and `next` are None at the ends."""

    rows: tuple[SubmissionRow, ...]
    number: int
    pages: int
    total: int

    @property
    def has_forms(self) -> bool:
        """Whether any of the rows is of another form than the product's own."""
        return any(row.form for row in self.rows)

    @property
    def previous(self) -> int | None:
        """The number of the page before."""
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        """The number of the page after."""
        return self.number + 1 if self.number < self.pages else None


def page_number(text: str | None) -> int | None:
    """Return the number of a page as it stands in the address; None when it is none."""
    if text is None:
        return 1
    return int(text) if _NUMBER.fullmatch(text) else None


def submission_page(session: Session, state: State, *, number: int) -> SubmissionPage | None:
    """Return a page of the list, None when the list is shorter."""
    first = (number - 1) * PAGE_SIZE
    found, total = submissions.list_submissions(session, offset=first, limit=PAGE_SIZE)
    pages = max(1, math.ceil(total / PAGE_SIZE))
    if number > pages:
        return None
    states = summary_states(session, [row.id for row in found])
    titles = _titles(session, {row.questionnaire for row in found if row.assessment is None})
    rows = tuple(_row(row, state, states[row.id], titles) for row in found)
    return SubmissionPage(rows, number, pages, total)


def _titles(session: Session, canonicals: set[str]) -> dict[str, str]:
    """Return the titles of stored forms; one without is told by its address."""
    found = {name: questionnaires.find_by_canonical(session, name) for name in canonicals}
    titles = {
        name: row.title or UNTITLED.format(slug=row.slug) if row else name
        for name, row in found.items()
    }
    return {name: plain(clip((title,), LONGEST_TITLE)) for name, title in titles.items()}


def _row(
    submission: Submission, state: State, summary: SummaryState, titles: Mapping[str, str]
) -> SubmissionRow:
    person = json.loads(submission.patient)
    name = person.get("name") or NO_NAME
    urgency, colour = _urgency(submission, state)
    return SubmissionRow(
        id=submission.id,
        reference=submission.reference,
        urgency=urgency,
        colour=colour,
        name=name,
        name_direction=direction(name),
        birth=birth_words(person.get("birth_date")),
        sent=moment_at_clinic(submission.created_at, state.settings.time_zone),
        summary=summary,
        form=titles.get(submission.questionnaire, "") if submission.assessment is None else "",
    )


def _urgency(submission: Submission, state: State) -> tuple[str, str]:
    """Return the urgency and the colour of its tag."""
    if submission.assessment is None:
        return NOT_ASSESSED, "grey"
    tables = state.content.pack.tables
    return urgency_label(tables, submission.tier), urgency_colour(tables, submission.tier)


def birth_words(birth: str | None) -> str:
    """Return a date of birth in words."""
    return day_words(birth) if birth else NOT_ANSWERED
