"""The outbox: work that follows a submission, done at least once.

A job is written in the transaction of the submission. A worker claims it for the time of a lease;
when the worker dies, the lease ends and another claims the job. The lease is also the proof of
ownership: who lost it can neither finish nor fail the job any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import ColumnElement, and_, or_, select, update

from intake.storage.tables import Outbox

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session

    from intake.storage.engine import Storage

MAX_ATTEMPTS: Final = 5
BACKOFF: Final = timedelta(minutes=1)
"""The wait after the first failure; it doubles with each further one."""
MAX_ERROR: Final = 1000
"""Characters kept of an error."""
_ABANDONED: Final = "The work was begun several times and never finished."


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed job. ``attempts`` counts this attempt too; ``lease_until`` proves the claim."""

    id: str
    submission_id: str
    attempts: int
    lease_until: datetime


def enqueue(  # noqa: PLR0913  # a job has as many parts
    session: Session, *, new_id: UUID, submission_id: str, kind: str, key: str, now: datetime
) -> Outbox:
    """Add a job that is due at once. A ``key`` is used once: a second job with it is a conflict."""
    job = Outbox(
        id=str(new_id),
        submission_id=submission_id,
        kind=kind,
        key=key,
        status="pending",
        attempts=0,
        due_at=now,
        created_at=now,
    )
    session.add(job)
    return job


def claim(storage: Storage, *, now: datetime, limit: int, lease: timedelta) -> list[Job]:
    """Claim up to ``limit`` due jobs, the longest due first, in a transaction of its own.

    No other worker gets them before the lease ends. Jobs whose last allowed attempt was never
    ended are marked as failed. Raises `StorageError`.
    """
    with storage.read() as session:  # a look in vain takes no lock
        if session.scalar(select(Outbox.id).where(_claimable(now)).limit(1)) is None:
            return []
    with storage.write() as session:
        session.execute(
            update(Outbox)
            .where(_expired(now), Outbox.attempts >= MAX_ATTEMPTS)
            .values(status="failed", error=_ABANDONED, lease_until=None, finished_at=now)
        )
        due = (
            select(Outbox.id)
            .where(_claimable(now))
            .order_by(Outbox.due_at, Outbox.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("due")
        )
        claimed = session.execute(
            update(Outbox)
            .where(Outbox.id.in_(select(due.c.id)), _claimable(now))
            .values(status="working", attempts=Outbox.attempts + 1, lease_until=now + lease)
            .returning(Outbox.id, Outbox.submission_id, Outbox.attempts, Outbox.due_at)
            .execution_options(synchronize_session=False)
        ).all()
    return [Job(*row[:3], now + lease) for row in sorted(claimed, key=lambda row: row.due_at)]


def finish(session: Session, job: Job, now: datetime) -> bool:
    """Mark a job as done. Return False when its lease has gone to another worker."""
    return _settle(session, job, status="done", error=None, finished_at=now)


def fail(  # noqa: PLR0913  # contract between worker and outbox
    session: Session,
    job: Job,
    now: datetime,
    error: str,
    *,
    permanent: bool,
    jitter: float = 0.0,
) -> bool:
    """Note a failure: the job is due again later or, at last, failed.

    The wait is one minute, doubled with each attempt and lengthened by the share ``jitter``
    (0 to 1). A permanent failure and the fifth attempt are the last. ``error`` is shown to
    clinicians. Return False when the lease has gone to another worker.
    """
    text = error[:MAX_ERROR]
    if permanent or job.attempts >= MAX_ATTEMPTS:
        return _settle(session, job, status="failed", error=text, finished_at=now)
    wait = BACKOFF * 2 ** (job.attempts - 1) * (1 + jitter)
    return _settle(session, job, status="pending", error=text, due_at=now + wait)


def retry(session: Session, submission_id: str, now: datetime) -> bool:
    """Make the failed jobs of a submission due again, with all attempts. Return whether any was."""
    failed = session.execute(
        update(Outbox)
        .where(Outbox.submission_id == submission_id, Outbox.status == "failed")
        .values(status="pending", attempts=0, due_at=now, error=None, finished_at=None)
        .returning(Outbox.id)
    )
    return bool(failed.all())


def job_of(session: Session, submission_id: str) -> Outbox | None:
    """Return the newest job of a submission, or None."""
    query = select(Outbox).where(Outbox.submission_id == submission_id)
    newest = query.order_by(Outbox.created_at.desc(), Outbox.id.desc()).limit(1)
    return session.scalars(newest).one_or_none()


def _settle(session: Session, job: Job, **values: object) -> bool:
    settled = session.execute(
        update(Outbox)
        .where(
            Outbox.id == job.id,
            Outbox.status == "working",
            Outbox.lease_until == job.lease_until,
        )
        .values(lease_until=None, **values)
        .returning(Outbox.id)
    )
    return bool(settled.all())


def _expired(now: datetime) -> ColumnElement[bool]:
    return and_(Outbox.status == "working", Outbox.lease_until < now)


def _claimable(now: datetime) -> ColumnElement[bool]:
    return or_(and_(Outbox.status == "pending", Outbox.due_at <= now), _expired(now))
