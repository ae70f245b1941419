"""A finished form to a submission: response, assessment, outbox and audit in one transaction."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fhir.intake.response import build_response
from fhir.intake.strict_json import dump_json
from intake.drafts import make_record
from intake.reference import short_reference
from intake.storage import audit, outbox, visits
from intake.storage.tables import Submission
from referral import assess

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.orm import Session

    from intake.content import Content
    from intake.journey import Draft
    from intake.storage.tables import Visit
    from referral import Assessment

SUMMARY: Final = "summary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What a submission takes from outside: its time, ids and idempotency key."""

    now: datetime
    submission_id: UUID
    job_id: UUID
    key: str


def submit(  # noqa: PLR0913  # by keyword: what a submission rests on
    session: Session,
    visit: Visit,
    draft: Draft,
    *,
    content: Content,
    record_system: str | None,
    stamp: Stamp,
) -> Submission:
    """Store a finished form, its assessment if it has rules, and the order to make its files.

    The caller's transaction holds the lock on the visit, which is finished by this.
    """
    record = make_record(visit, draft, stamp.now, status="completed", record_system=record_system)
    answers = dict(draft.answers)
    assessment = assess(answers, pack=content.pack, on=record.day) if content.pack else None
    submission = Submission(
        id=str(stamp.submission_id),
        visit_id=visit.id,
        idempotency_key=hashlib.sha256(f"{visit.id}|{stamp.key}".encode()).hexdigest(),
        reference=short_reference(record.identifier),
        patient=json.dumps(draft.person.to_json() if draft.person else {}),
        response=dump_json(build_response(answers, content.form, record)).decode(),
        questionnaire=content.form.canonical,
        created_at=stamp.now,
        **_judged(assessment),
    )
    session.add(submission)
    outbox.enqueue(
        session,
        new_id=stamp.job_id,
        submission_id=submission.id,
        kind=SUMMARY,
        key=f"{SUMMARY}:{submission.id}",
        now=stamp.now,
    )
    audit.record(
        session,
        now=stamp.now,
        actor=audit.Actor("patient"),
        action="submission.created",
        subject=("submission", submission.id),
        detail={"visit": visit.id} | ({"pack": assessment.pack_version} if assessment else {}),
    )
    visits.finish_visit(visit, visits.COMPLETED, stamp.now)
    return submission


def _judged(assessment: Assessment | None) -> dict[str, str | None]:
    """Return what a submission holds of an assessment: nothing of a form without rules."""
    if assessment is None:
        return {}
    return {
        "assessment": dump_json(assessment.to_json()).decode(),
        "tier": assessment.tier.id if assessment.tier else None,
        "pack_name": assessment.pack_name,
        "pack_version": assessment.pack_version,
    }
