"""The record on both databases: a visit's whole life, and what must never be half done."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import event, make_url, select
from sqlalchemy.exc import StatementError

from intake.storage import (
    ConflictError,
    Storage,
    StorageError,
    audit,
    make_engine,
    outbox,
    submissions,
    visits,
)
from intake.storage.tables import Audit, Document, Outbox, Submission, Visit
from intake.storage.wall import WallError
from tests.databases import NOW, add_job, add_submission, add_visit

if TYPE_CHECKING:
    from sqlalchemy import Engine

pytest_plugins = ["tests.databases"]

HOSTILE = {
    "emoji": "👩🏽‍⚕️ twitching 🦵🏿",
    "right to left": "תרופה \u202eevil\u202c دواء",
    "long": "ß𝒳é" * 6_667,
    "lines": "first\r\nsecond\u2028third\n\n",
    "SQL": "'; DROP TABLE intake_visit; --\\\" %s :name ?",
    "combining": "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚" * 50,
    "markup": "<script>alert(1)</script>{{7*7}}",
}


def count(storage: Storage, table: type[Visit | Submission | Outbox | Audit | Document]) -> int:
    with storage.read() as session:
        return len(session.scalars(select(table)).all())


def test_the_life_of_a_visit(storage: Storage) -> None:
    with storage.write() as session:
        started = add_visit(session)
    with storage.write() as session:
        visit = visits.find_visit(session, started.token_hash, lock=True)
        assert visit is not None
        assert (visit.id, visit.status, visit.asked) == (started.id, "in-progress", "[]")
        visit.response = '{"item": []}'
        visit.updated_at = NOW + timedelta(minutes=5)
    with storage.write() as session:
        visit = visits.find_visit(session, started.token_hash, lock=True)
        assert visit is not None
        assert visit.response == '{"item": []}'
        submission = add_submission(session, visit, tier="soon")
        outbox.enqueue(
            session,
            new_id=uuid4(),
            submission_id=submission.id,
            kind="summary",
            key="k",
            now=NOW,
        )
        audit.record(
            session,
            now=NOW,
            actor=audit.Actor("patient"),
            action="submitted",
            subject=("submission", submission.id),
        )
        visit.status = "completed"
    with storage.read() as session:
        assert submissions.submission_of(session, started.id) is not None
        found = submissions.find_submission(session, submission.id)
        assert found is not None
        assert (found.tier, found.clinic_id) == ("soon", storage.clinic_id)
        assert submissions.find_submission(session, "other") is None
        assert submissions.submission_of(session, "other") is None
        assert visits.find_visit(session, "other") is None
    assert (count(storage, Outbox), count(storage, Audit)) == (1, 1)


def test_rows_stay_readable_after_the_end(storage: Storage) -> None:
    with storage.write() as session:
        visit = add_visit(session)
    assert (visit.status, visit.person, visit.clinic_id) == ("in-progress", None, storage.clinic_id)


def test_rows_may_be_written_in_any_order(storage: Storage) -> None:
    with storage.write() as session:
        session.add(Document(submission_id="s", name="a", media_type="b", content=b"", sha256=""))
        next(iter(session.new)).created_at = NOW
        session.flush()
        add_submission(session, id="s")
    assert count(storage, Document) == 1


def test_submissions_are_listed_newest_first(storage: Storage) -> None:
    with storage.write() as session:
        for hour in (3, 1, 4, 2, 0):
            add_submission(session, id=f"s{hour}", created_at=NOW + timedelta(hours=hour))
    with storage.read() as session:
        first, total = submissions.list_submissions(session, offset=0, limit=2)
        rest, _ = submissions.list_submissions(session, offset=2, limit=9)
        beyond = submissions.list_submissions(session, offset=9, limit=9)
    assert [row.id for row in first] == ["s4", "s3"]
    assert [row.id for row in rest] == ["s2", "s1", "s0"]
    assert total == 5
    assert beyond == ([], 5)


def test_a_document_replaces_an_earlier_one(storage: Storage) -> None:
    with storage.write() as session:
        add_submission(session, id="s")
        submissions.save_document(session, "s", "summary.pdf", "application/pdf", b"old", NOW)
    content = bytes(range(256)) * 1000
    later = NOW + timedelta(hours=1)
    with storage.write() as session:
        submissions.save_document(session, "s", "summary.pdf", "application/pdf", content, later)
        submissions.save_document(session, "s", "bundle.json", "application/json", b"{}", later)
    with storage.read() as session:
        document = submissions.find_document(session, "s", "summary.pdf")
        assert submissions.find_document(session, "s", "other.pdf") is None
    assert document is not None
    assert document.content == content
    assert document.sha256 == hashlib.sha256(content).hexdigest()
    assert document.created_at == later
    assert count(storage, Document) == 2


@pytest.mark.parametrize("column", ["id", "idempotency_key", "reference"])
def test_a_key_is_stored_once(storage: Storage, column: str) -> None:
    with storage.write() as session:
        add_submission(session, **{column: "same"})
    with pytest.raises(ConflictError), storage.write() as session:
        add_submission(session, **{column: "same"})
    assert (count(storage, Submission), count(storage, Visit)) == (1, 1)


def test_a_visit_is_submitted_once_and_a_token_used_once(storage: Storage) -> None:
    with storage.write() as session:
        visit = add_visit(session)
        add_submission(session, visit)
    with pytest.raises(ConflictError), storage.write() as session:
        add_submission(session, visit)
    with pytest.raises(ConflictError), storage.write() as session:
        add_visit(session)
    assert (count(storage, Submission), count(storage, Visit)) == (1, 1)


def test_a_submission_needs_its_visit(storage: Storage) -> None:
    with pytest.raises(ConflictError), storage.write() as session:
        add_submission(session, visit_id="nowhere")
    assert (count(storage, Submission), count(storage, Visit)) == (0, 0)


def add_job_and_break(storage: Storage, *, flush: bool) -> None:
    with storage.write() as session:
        add_job(session)
        if flush:
            session.flush()
        _ = 1 / 0


@pytest.mark.parametrize("flush", [True, False])
def test_a_fault_leaves_nothing(storage: Storage, flush: bool) -> None:
    with pytest.raises(ZeroDivisionError):
        add_job_and_break(storage, flush=flush)
    assert [count(storage, table) for table in (Visit, Submission, Outbox)] == [0, 0, 0]
    with storage.write() as session:  # and the storage goes on working
        add_job(session)
    assert count(storage, Outbox) == 1


def test_a_reading_session_does_not_write(storage: Storage) -> None:
    with storage.write() as session:
        visit = add_visit(session)
    with storage.read() as session:
        add_visit(session, "second")
        with pytest.raises(WallError):
            session.flush()
    with storage.read() as session:
        found = session.get_one(Visit, visit.id)
        found.status = "stopped"
        with pytest.raises(WallError):
            session.commit()
    assert count(storage, Visit) == 1


def test_a_reader_sees_one_state(storage: Storage) -> None:
    with storage.read() as reading:
        assert reading.scalars(select(Visit.id)).all() == []
        with storage.write() as session:
            add_visit(session)
        assert reading.scalars(select(Visit.id)).all() == []
    assert count(storage, Visit) == 1


def test_instants_come_back_in_utc(storage: Storage) -> None:
    odd = datetime(2027, 1, 1, 0, 30, 0, 123456, tzinfo=timezone(timedelta(hours=5, minutes=45)))
    with storage.write() as session:
        add_submission(session, id="s", created_at=odd)
    with storage.read() as session:
        found = session.get_one(Submission, "s").created_at
        query = select(Submission.id).where(Submission.created_at == odd)
        assert session.scalars(query).all() == ["s"]
    assert found == odd
    assert found.tzinfo is UTC
    assert found.isoformat() == "2026-12-31T18:45:00.123456+00:00"


def test_an_instant_without_zone_is_refused(storage: Storage) -> None:
    with pytest.raises(StatementError, match="needs a time zone"), storage.write() as session:
        add_submission(session, created_at=NOW.replace(tzinfo=None))
    assert count(storage, Submission) == 0


@pytest.mark.parametrize("name", HOSTILE)
def test_every_character_is_kept(storage: Storage, name: str) -> None:
    text = HOSTILE[name]
    with storage.write() as session:
        visit = add_visit(session)
        visit.person = text
        add_submission(session, visit, id="s", patient=json.dumps(text), response=text)
    with storage.read() as session:
        submission = session.get_one(Submission, "s")
        assert submission.response == text
        assert json.loads(submission.patient) == text
        assert session.get_one(Visit, visit.id).person == text


def test_errors_tell_nothing_of_patients(
    storage: Storage, caplog: pytest.LogCaptureFixture
) -> None:
    with storage.write() as session:
        add_submission(session, reference="same")
    with pytest.raises(ConflictError) as caught, storage.write() as session:
        add_submission(session, reference="same", patient="canary", response="canary")
    told = f"{caught.value} {caplog.text}"
    assert "canary" not in told
    assert "INSERT" not in told
    assert caught.value.__suppress_context__
    assert "IntegrityError" in caplog.text or "UniqueViolation" in caplog.text


def test_missing_tables_are_named(engine: Engine) -> None:
    storage = Storage(engine, "north")
    with pytest.raises(StorageError, match="tables of the database are missing"):
        count(storage, Visit)


def test_transactions_begin_as_promised(storage: Storage) -> None:
    said: list[str] = []
    event.listen(
        storage.engine, "before_cursor_execute", lambda *call: said.append(call[2].split("\n")[0])
    )
    count(storage, Visit)
    with storage.write() as session:
        visits.find_visit(session, "x")
    begins = [line for line in said if not line.startswith("SELECT intake")]
    if storage.engine.dialect.name == "sqlite":
        assert begins == ["BEGIN", "BEGIN IMMEDIATE"]
    else:
        assert begins[0].startswith("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        assert "lock_timeout" in begins[1]


def test_a_commit_on_postgresql_reaches_the_disk(postgresql_url: str) -> None:
    url = make_url(postgresql_url).update_query_dict({"options": "-c synchronous_commit=off"})
    engine = make_engine(url.render_as_string(hide_password=False))
    with engine.connect() as connection:
        shown = connection.exec_driver_sql("SHOW synchronous_commit").scalar()
    assert shown == "off"
    with Storage(engine, "north").write() as session:
        connection = session.connection()
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
        assert connection.exec_driver_sql("SHOW lock_timeout").scalar() == "5s"
    engine.dispose()
