"""The clinic's submissions, newest first, a page at a time."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from intake.pdf.dates import day_words
from intake.pdf.text import direction
from intake.pdf.wording import NOT_ANSWERED
from intake.storage import submissions
from intake.web.findings import urgency_colour, urgency_label
from intake.web.moments import moment_at_clinic
from intake.web.summary_state import SummaryState, summary_states

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from intake.storage.tables import Submission
    from referral.records import Tables

PAGE_SIZE: Final = 25
NO_NAME: Final = "Name not given"
_NUMBER: Final = re.compile("[1-9][0-9]{0,5}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionRow:
    """What the list says of one submission."""

    id: str
    reference: str
    urgency: str
    colour: str
    name: str
    name_direction: str
    birth: str
    sent: str
    summary: SummaryState


@dataclass(frozen=True, slots=True)
class SubmissionPage:
    """One page of the list; `previous` and `next` are None at the ends."""

    rows: tuple[SubmissionRow, ...]
    number: int
    pages: int
    total: int

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


def submission_page(
    session: Session, tables: Tables, *, number: int, zone: str | None
) -> SubmissionPage | None:
    """Return a page of the list, None when the list is shorter."""
    first = (number - 1) * PAGE_SIZE
    found, total = submissions.list_submissions(session, offset=first, limit=PAGE_SIZE)
    pages = max(1, math.ceil(total / PAGE_SIZE))
    if number > pages:
        return None
    states = summary_states(session, [row.id for row in found])
    rows = tuple(_row(row, tables, states[row.id], zone) for row in found)
    return SubmissionPage(rows, number, pages, total)


def _row(
    submission: Submission, tables: Tables, summary: SummaryState, zone: str | None
) -> SubmissionRow:
    person = json.loads(submission.patient)
    name = person.get("name") or NO_NAME
    return SubmissionRow(
        id=submission.id,
        reference=submission.reference,
        urgency=urgency_label(tables, submission.tier),
        colour=urgency_colour(tables, submission.tier),
        name=name,
        name_direction=direction(name),
        birth=birth_words(person.get("birth_date")),
        sent=moment_at_clinic(submission.created_at, zone),
        summary=summary,
    )


def birth_words(birth: str | None) -> str:
    """Return a date of birth in words."""
    return day_words(birth) if birth else NOT_ANSWERED
