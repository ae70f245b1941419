"""Whether the files of submissions are made: ready, being made, or failed with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from sqlalchemy import select

from intake.processing import PDF
from intake.storage.tables import Document, Outbox
from intake.submitting import SUMMARY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

NO_REASON: Final = "The summary was not made."
_UNDER_WAY: Final = frozenset({"pending", "working"})


@dataclass(frozen=True, slots=True)
class SummaryState:
    """The state of one submission's summary, and the names of the files that are stored.

    ``error`` is a sentence, "" when all is well.
    """

    state: Literal["ready", "making", "failed"]
    error: str
    files: frozenset[str]

    @property
    def words(self) -> str:
        """The state in words."""
        return {"ready": "Ready", "making": "Being made", "failed": "Failed"}[self.state]


def summary_states(session: Session, ids: Sequence[str]) -> dict[str, SummaryState]:
    """Return the states by submission id, with two queries however many there are."""
    stored: dict[str, set[str]] = {name: set() for name in ids}
    documents = select(Document.submission_id, Document.name)
    for owner, name in session.execute(documents.where(Document.submission_id.in_(ids))):
        stored[owner].add(name)
    orders = select(Outbox).where(Outbox.submission_id.in_(ids), Outbox.kind == SUMMARY)
    jobs = {job.submission_id: job for job in session.scalars(orders)}
    return {name: _state(frozenset(stored[name]), jobs.get(name)) for name in ids}


def _state(files: frozenset[str], job: Outbox | None) -> SummaryState:
    status = job.status if job is not None else ""
    error = (job.error if job is not None else None) or ""
    if status in _UNDER_WAY:
        return SummaryState("making", error, files)
    if PDF in files:
        return SummaryState("ready", error, files)
    return SummaryState("failed", error or NO_REASON, files)
