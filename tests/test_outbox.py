"""The outbox on both databases: every job is claimed by one worker, and none is lost."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import event, select

from intake.storage import ConflictError, Storage, outbox
from intake.storage.tables import Outbox, Submission
from tests.databases import NOW, add_job, add_submission

if TYPE_CHECKING:
    from datetime import datetime

    from intake.storage.outbox import Job

pytest_plugins = ["tests.databases"]

LEASE = timedelta(minutes=5)
MOMENT = timedelta(microseconds=1)


def put(storage: Storage, *times: datetime) -> list[str]:
    """Queue jobs that are due at these times; return the ids of their submissions."""
    with storage.write() as session:
        return [add_job(session, now=now).submission_id for now in times]


def claim(storage: Storage, now: datetime = NOW, limit: int = 10) -> list[Job]:
    return outbox.claim(storage, now=now, limit=limit, lease=LEASE)


def look(storage: Storage, submission_id: str) -> Outbox:
    with storage.read() as session:
        job = outbox.job_of(session, submission_id)
    assert job is not None
    return job


def fail(storage: Storage, job: Job, now: datetime = NOW, *, permanent: bool = False) -> bool:
    with storage.write() as session:
        return outbox.fail(session, job, now, "The PDF could not be made.", permanent=permanent)


def finish(storage: Storage, job: Job, now: datetime = NOW) -> bool:
    with storage.write() as session:
        return outbox.finish(session, job, now)


def test_a_job_is_done_once(storage: Storage) -> None:
    (sent,) = put(storage, NOW)
    waiting = look(storage, sent)
    assert (waiting.status, waiting.attempts, waiting.due_at) == ("pending", 0, NOW)
    (job,) = claim(storage)
    assert (job.submission_id, job.attempts) == (sent, 1)
    working = look(storage, sent)
    assert (working.id, working.status) == (job.id, "working")
    assert working.lease_until == NOW + LEASE == job.lease_until
    assert claim(storage) == []
    assert finish(storage, job, NOW + MOMENT)
    done = look(storage, sent)
    assert (done.status, done.finished_at, done.lease_until) == ("done", NOW + MOMENT, None)
    assert not finish(storage, job)
    assert not fail(storage, job)
    assert claim(storage, NOW + timedelta(days=9)) == []


def test_the_longest_due_comes_first(storage: Storage) -> None:
    minutes = [timedelta(minutes=minute) for minute in (3, 1, 2, 0)]
    third, first, second, zeroth = put(storage, *(NOW + minute for minute in minutes))
    two = NOW + minutes[2]
    assert [job.submission_id for job in claim(storage, two, 2)] == [zeroth, first]
    assert [job.submission_id for job in claim(storage, two, 2)] == [second]
    assert claim(storage, NOW + minutes[0] - MOMENT) == []
    assert [job.submission_id for job in claim(storage, NOW + minutes[0])] == [third]


def test_two_hundred_jobs_and_four_workers(storage: Storage) -> None:
    sent = put(storage, *[NOW] * 200)

    def work(_: int) -> list[Job]:
        mine: list[Job] = []
        while jobs := claim(storage, limit=7):
            mine += jobs
            for job in jobs:
                assert finish(storage, job)
        return mine

    with ThreadPoolExecutor(4) as pool:
        done = [job for jobs in pool.map(work, range(4)) for job in jobs]
    assert sorted(job.submission_id for job in done) == sorted(sent)
    with storage.read() as session:
        states = session.execute(select(Outbox.status, Outbox.attempts)).all()
    assert {tuple(state) for state in states} == {("done", 1)}


def test_a_lease_ends_and_its_loser_has_no_say(storage: Storage) -> None:
    (sent,) = put(storage, NOW)
    (lost,) = claim(storage)
    assert claim(storage, NOW + LEASE) == []
    (taken,) = claim(storage, NOW + LEASE + MOMENT)
    assert (taken.id, taken.attempts) == (lost.id, 2)
    assert not finish(storage, lost)
    assert not fail(storage, lost, permanent=True)
    assert look(storage, sent).status == "working"
    assert finish(storage, taken)


def test_a_late_worker_may_finish_what_nobody_took(storage: Storage) -> None:
    put(storage, NOW)
    (job,) = claim(storage)
    assert finish(storage, job, NOW + LEASE * 3)


def test_waits_double_and_the_fifth_failure_is_the_last(storage: Storage) -> None:
    (sent,) = put(storage, NOW)
    now = NOW
    for attempt, minutes in enumerate((1, 2, 4, 8), 1):
        (job,) = claim(storage, now)
        assert job.attempts == attempt
        assert fail(storage, job, now)
        failed = look(storage, sent)
        assert (failed.status, failed.lease_until) == ("pending", None)
        assert failed.error == "The PDF could not be made."
        assert failed.due_at == now + timedelta(minutes=minutes)
        assert claim(storage, failed.due_at - MOMENT) == []
        now = failed.due_at
    (job,) = claim(storage, now)
    assert job.attempts == outbox.MAX_ATTEMPTS == 5
    assert fail(storage, job, now)
    last = look(storage, sent)
    assert (last.status, last.finished_at) == ("failed", now)
    assert claim(storage, NOW + timedelta(days=9)) == []


def test_jitter_lengthens_the_wait(storage: Storage) -> None:
    (sent,) = put(storage, NOW)
    (job,) = claim(storage)
    with storage.write() as session:
        assert outbox.fail(session, job, NOW, "x" * 5000, permanent=False, jitter=0.5)
    failed = look(storage, sent)
    assert failed.due_at == NOW + timedelta(seconds=90)
    assert failed.error == "x" * outbox.MAX_ERROR


def test_a_permanent_failure_is_the_last_until_it_is_retried(storage: Storage) -> None:
    sent, other = put(storage, NOW, NOW)
    for job in claim(storage):
        assert fail(storage, job, permanent=job.submission_id == sent)
    assert look(storage, sent).status == "failed"
    later = NOW + timedelta(hours=1)
    with storage.write() as session:
        assert outbox.retry(session, sent, later)
        assert not outbox.retry(session, sent, later)
        assert not outbox.retry(session, other, later)
        assert not outbox.retry(session, "none", later)
    again = look(storage, sent)
    assert (again.status, again.attempts, again.due_at) == ("pending", 0, later)
    assert (again.error, again.finished_at) == (None, None)
    assert {job.submission_id: job.attempts for job in claim(storage, later)} == {sent: 1, other: 2}


def test_a_job_whose_workers_always_die_is_given_up(storage: Storage) -> None:
    (sent,) = put(storage, NOW)
    now = NOW
    for attempt in range(1, outbox.MAX_ATTEMPTS + 1):
        (job,) = claim(storage, now)
        assert job.attempts == attempt
        now += LEASE + MOMENT
    assert claim(storage, now) == []
    given_up = look(storage, sent)
    assert (given_up.status, given_up.finished_at) == ("failed", now)
    assert given_up.error == "The work was begun several times and never finished."
    assert not finish(storage, job, now)
    with storage.write() as session:
        assert outbox.retry(session, sent, now)
    assert [job.attempts for job in claim(storage, now)] == [1]


def test_a_job_is_written_with_its_submission_or_not_at_all(storage: Storage) -> None:
    (sent,) = put(storage, NOW)
    taken = look(storage, sent).key
    with pytest.raises(ConflictError), storage.write() as session:
        add_job(session).key = taken
    assert len(claim(storage)) == 1
    with storage.read() as session:
        assert len(session.scalars(select(Submission.id)).all()) == 1


def test_the_newest_job_of_a_submission_is_told(storage: Storage) -> None:
    (sent,) = put(storage, NOW)
    with storage.write() as session:
        for key, hours in (("later", 2), ("between", 1)):
            now = NOW + timedelta(hours=hours)
            outbox.enqueue(
                session, new_id=uuid4(), submission_id=sent, kind="summary", key=key, now=now
            )
    assert look(storage, sent).key == "later"
    with storage.read() as session:
        assert outbox.job_of(session, "none") is None


def test_a_look_in_vain_takes_no_lock(storage: Storage) -> None:
    said: list[str] = []
    put(storage, NOW + MOMENT)
    event.listen(storage.engine, "before_cursor_execute", lambda *call: said.append(call[2]))
    with storage.write() as session:
        add_submission(session)
        session.flush()
        said.clear()
        assert claim(storage) == []
    assert "UPDATE" not in json.dumps(said)
