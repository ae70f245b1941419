"""The audit is written with the deed and can not be changed afterwards, on both databases."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import IntegrityError

from intake.storage import ConflictError, Storage, audit
from intake.storage.tables import Audit
from tests.databases import NOW

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

pytest_plugins = ["tests.databases"]

CHANGES = {
    "update": "UPDATE intake_audit SET action = 'other'",
    "update of one": "UPDATE intake_audit SET actor_id = NULL WHERE action = 'read'",
    "delete": "DELETE FROM intake_audit",
    "upsert": "INSERT INTO intake_audit SELECT * FROM intake_audit WHERE true"
    " ON CONFLICT (id) DO UPDATE SET action = 'other'",
}
REPLACE = "INSERT OR REPLACE INTO intake_audit SELECT * FROM intake_audit"
ANN = audit.Actor("clinician", "user-7")


def note(session: Session, action: str, subject: tuple[str, str] = ("submission", "s")) -> Audit:
    return audit.record(session, now=NOW, actor=ANN, action=action, subject=subject)


def note_and_break(storage: Storage) -> None:
    with storage.write() as session:
        note(session, "undone")
        session.flush()
        _ = 1 / 0


def rows(engine: Engine) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        found = connection.execute(text("SELECT * FROM intake_audit ORDER BY id"))
        return [tuple(row) for row in found]


def test_events_are_read_in_order(storage: Storage) -> None:
    with storage.write() as session:
        audit.record(
            session,
            now=NOW + timedelta(hours=1),  # clocks differ; the order is that of writing
            actor=audit.Actor("patient"),
            action="submitted",
            subject=("submission", "s"),
            detail={"pages": 14, "note": "ünïcode 🙂"},
        )
    with storage.write() as session:
        note(session, "read")
        note(session, "read", ("submission", "other"))
        note(session, "read", ("visit", "s"))
    with storage.read() as session:
        first, second = audit.events(session, ("submission", "s"))
        assert audit.events(session, ("submission", "none")) == []
    assert (first.action, first.actor_type, first.actor_id) == ("submitted", "patient", None)
    assert (second.action, second.actor_type, second.actor_id) == ("read", "clinician", "user-7")
    assert (first.at, second.at) == (NOW + timedelta(hours=1), NOW)
    assert json.loads(first.detail or "") == {"pages": 14, "note": "ünïcode 🙂"}
    assert second.detail is None
    assert first.clinic_id == storage.clinic_id


def test_an_undone_deed_leaves_no_event(storage: Storage) -> None:
    with pytest.raises(ZeroDivisionError):
        note_and_break(storage)
    assert rows(storage.engine) == []


def refuses(storage: Storage, change: str) -> None:
    with storage.write() as session:
        note(session, "read")
        note(session, "exported")
    before = rows(storage.engine)
    with (
        pytest.raises(IntegrityError, match="append-only"),
        storage.engine.begin() as connection,
    ):
        connection.execute(text(change))
    assert len(before) == 2
    assert rows(storage.engine) == before


@pytest.mark.parametrize("name", CHANGES)
def test_the_database_refuses_changes(storage: Storage, name: str) -> None:
    refuses(storage, CHANGES[name])


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_postgresql_refuses_to_truncate(storage: Storage) -> None:
    refuses(storage, "TRUNCATE intake_audit")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_sqlite_refuses_to_replace(storage: Storage) -> None:
    refuses(storage, REPLACE)


def test_the_program_can_not_change_it_either(storage: Storage) -> None:
    with storage.write() as session:
        event = note(session, "read")
    before = rows(storage.engine)
    with pytest.raises(ConflictError), storage.write() as session:
        session.execute(update(Audit).values(action="other"))
    with pytest.raises(ConflictError), storage.write() as session:
        session.execute(delete(Audit))
    with pytest.raises(ConflictError), storage.write() as session:
        session.get_one(Audit, event.id).action = "other"
    with pytest.raises(ConflictError), storage.write() as session:
        session.delete(session.get_one(Audit, event.id))
    assert rows(storage.engine) == before


def test_an_actor_is_one_of_three(storage: Storage) -> None:
    nobody = audit.Actor("nobody")  # type: ignore[arg-type]
    with pytest.raises(ConflictError), storage.write() as session:
        audit.record(session, now=NOW, actor=nobody, action="read", subject=("a", "b"))
    assert rows(storage.engine) == []


def test_numbers_rise(storage: Storage) -> None:
    with storage.write() as session:
        first = note(session, "read")
    with pytest.raises(ZeroDivisionError):
        note_and_break(storage)
    with storage.write() as session:
        second = note(session, "read")
    assert second.id > first.id
    with storage.read() as session:
        assert session.scalars(select(Audit.id).order_by(Audit.id)).all() == [first.id, second.id]
