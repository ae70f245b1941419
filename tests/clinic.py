"""Submissions stored by hand, as the clinician's pages find them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import select

from fhir.intake.answers import check_answers
from fhir.intake.enablement import Enablement
from fhir.intake.record import RESPONSE_SYSTEM, Identifier
from intake.documents import MEDIA_TYPES
from intake.journey import Draft
from intake.person import Person
from intake.processing import PDF
from intake.reference import short_reference
from intake.storage import audit, submissions, visits
from intake.storage.tables import Audit, Outbox
from intake.submitting import Stamp, submit
from tests.web import state_of

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session

    from intake.storage.tables import Submission

SENT = datetime(2026, 11, 22, 9, 14, tzinfo=UTC)
PERSON = Person(
    name="Mark Example",
    birth_date="1984-05-10",
    record_number="00-4711",
    phone="555 0100 200",
    email="mark@example.org",
)


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One form that was sent: who, which answers, when, and how far its files are."""

    answers: dict[str, Any]
    person: Person = PERSON
    number: int = 1
    sent: datetime = SENT
    job: str = "pending"
    error: str | None = None
    files: dict[str, bytes] = field(default_factory=dict)
    events: tuple[tuple[str, dict[str, Any]], ...] = ()
    changes: dict[str, Any] = field(default_factory=dict)
    """What is overwritten in the stored row."""


def store(app: Flask, sent: Sent) -> str:
    """Store a form that was sent, and return its id."""
    with state_of(app).storage.write() as session:
        submission = _submit(app, session, sent)
        for name, value in sent.changes.items():
            setattr(submission, name, value)
    with state_of(app).storage.write() as session:
        _settle(session, submission.id, sent)
        for action, detail in sent.events:
            audit.record(
                session,
                now=sent.sent,
                actor=audit.Actor("patient"),
                action=action,
                subject=("visit", submission.visit_id),
                detail=detail,
            )
    return submission.id


def _submit(app: Flask, session: Session, sent: Sent) -> Submission:
    content = state_of(app).content
    answers, problems = check_answers(sent.answers, content.form, on=sent.sent.date())
    assert not problems, problems
    kept, _ = Enablement(content.form, answers, sent.sent.date()).keep()
    visit = visits.start_visit(
        session,
        new_id=_id("visit", sent.number),
        token_hash=f"{sent.number:064x}",
        questionnaire=content.form.canonical,
        now=sent.sent - timedelta(minutes=7),
    )
    stamp = Stamp(
        now=sent.sent,
        submission_id=_id("submission", sent.number),
        job_id=_id("job", sent.number),
        key=str(sent.number),
    )
    draft = Draft(answers=kept, person=sent.person)
    return submit(session, visit, draft, content=content, record_system=None, stamp=stamp)


def reference_of(number: int) -> str:
    """Return the reference of the form that was stored under a number."""
    return short_reference(Identifier(system=RESPONSE_SYSTEM, value=str(_id("visit", number))))


def _settle(session: Session, submission_id: str, sent: Sent) -> None:
    for name, content in sent.files.items():
        submissions.save_document(
            session,
            submission_id,
            name=name,
            media_type=MEDIA_TYPES[name],
            content=content,
            now=sent.sent,
        )
    job = session.get(Outbox, str(_id("job", sent.number)))
    assert job is not None
    job.status = "done" if PDF in sent.files and sent.job == "pending" else sent.job
    job.error = sent.error


def _id(kind: str, number: int) -> UUID:
    return uuid5(NAMESPACE_URL, f"https://example.org/{kind}/{number}")


def audited(app: Flask, *actions: str) -> list[tuple[str, str | None, str, dict[str, Any]]]:
    """Return who did what to which row, with the details, for some actions."""
    with state_of(app).storage.read() as session:
        rows = session.scalars(select(Audit).where(Audit.action.in_(actions)).order_by(Audit.id))
        return [
            (row.action, row.actor_id, row.subject_id, json.loads(row.detail or "{}"))
            for row in rows
        ]
