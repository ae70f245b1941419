"""The wall between clinics: nothing that a session can say reaches another clinic's rows."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from sqlalchemy import (
    delete,
    exists,
    func,
    insert,
    literal,
    literal_column,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.orm import aliased, make_transient_to_detached

from intake.storage import (
    ConflictError,
    Storage,
    audit,
    outbox,
    questionnaires,
    submissions,
    visits,
)
from intake.storage.tables import Audit, Base, Document, Outbox, Questionnaire, Submission, Visit
from intake.storage.wall import WallError
from tests import questionnaires as forms
from tests.databases import NOW, add_job, add_submission, add_visit

if TYPE_CHECKING:
    from sqlalchemy import Engine, Select
    from sqlalchemy.orm import Session

pytest_plugins = ["tests.databases"]

TABLES = (Questionnaire, Visit, Submission, Document, Outbox, Audit)
SENT = select(Submission.clinic_id)
STARTED = select(Visit.clinic_id)
OTHER = aliased(Visit)
CORE = Submission.__table__.c
NARROWED: dict[str, Select[Any]] = {  # queries for the clinics of rows
    "rows": select(Visit),
    "columns": STARTED,
    "by clinic": STARTED.where(Visit.clinic_id == "south"),
    "or": STARTED.where((Visit.clinic_id == "south") | literal(True)),
    "alias": select(OTHER.clinic_id),
    "join": select(OTHER.clinic_id).join(Visit, OTHER.id != Visit.id),
    "outer join": select(OTHER.clinic_id).select_from(Visit).outerjoin(OTHER, literal(True)),
    "joined": SENT.join(Visit, Visit.id == Submission.visit_id),
    "subquery": select(SENT.subquery().c.clinic_id),
    "cte": select(SENT.cte().c.clinic_id),
    "union": select(union_all(SENT, STARTED).subquery().c.clinic_id),
    "entity of a union": select(aliased(Visit, union_all(select(Visit), select(Visit)).subquery())),
    "scalar": select(SENT.order_by(Submission.clinic_id.desc()).limit(1).scalar_subquery()),
    "exists": STARTED.where(exists().where(Submission.clinic_id == "south")),
    "in": STARTED.where(Visit.clinic_id.in_(SENT.where(Submission.clinic_id == "south"))),
    "greatest": select(func.max(Visit.clinic_id)),
    "documents": select(Document.clinic_id),
    "jobs": select(Outbox.clinic_id),
    "events": select(Audit.clinic_id),
    "forms": select(Questionnaire.clinic_id),
}
REFUSED: dict[str, Any] = {
    "text": text("SELECT * FROM intake_visit"),
    "from text": select(Visit).from_statement(text("SELECT * FROM intake_visit")),
    "text in a column": select(Visit.id, literal_column("(SELECT 1 FROM intake_submission)")),
    "text in a condition": select(Visit.id).where(text("1 = 1")),
    "table": select(Visit.__table__),
    "joined table": select(Visit.id).join(Submission.__table__, literal(True)),
    "column of a table": select(Visit.id, CORE.response),
    "table in a condition": select(Visit.id).where(exists().where(CORE.clinic_id == "south")),
    "bare union": union_all(SENT, STARTED),
    "insert": insert(Visit).values(clinic_id="south"),
    "update of a table": update(Base.metadata.tables["intake_visit"]).values(status="stopped"),
    "delete of a table": delete(Base.metadata.tables["intake_visit"]),
    "row to another clinic": update(Visit).values(clinic_id="south"),
    "row to a computed clinic": update(Visit).values({Visit.clinic_id: literal("so") + "uth"}),
}


def fill(storage: Storage) -> Submission:
    """Give a clinic a row in each table."""
    clinic = storage.clinic_id
    with storage.write() as session:
        visit = add_visit(session, clinic)
        submission = add_submission(session, visit, id=f"sent-{clinic}")
        outbox.enqueue(
            session,
            new_id=uuid4(),
            submission_id=submission.id,
            kind="summary",
            key=clinic,
            now=NOW,
        )
        submissions.save_document(session, submission.id, "a.txt", "text/plain", b"x", NOW)
        forms.add(session, forms.resource(clinic))
        audit.record(
            session,
            now=NOW,
            actor=audit.Actor("system"),
            action="made",
            subject=("submission", submission.id),
        )
    return submission


def contents(engine: Engine, clinic_id: str) -> dict[str, list[tuple[object, ...]]]:
    """Read all rows of a clinic past the wall."""
    found = {}
    with engine.connect() as connection:
        for name, table in Base.metadata.tables.items():
            rows = connection.execute(select(table).where(table.c.clinic_id == clinic_id))
            found[name] = [tuple(row) for row in rows]
    return found


@pytest.fixture
def south(storage: Storage) -> Storage:
    """Another clinic, and both have rows in each table."""
    other = Storage(storage.engine, "south")
    fill(storage)
    fill(other)
    return other


@pytest.mark.parametrize("name", NARROWED)
def test_a_query_sees_its_own_clinic_only(storage: Storage, south: Storage, name: str) -> None:
    for clinic in (storage, south):
        with clinic.read() as session:
            found = [
                getattr(value, "clinic_id", value) for value in session.scalars(NARROWED[name])
            ]
        assert set(found) <= {clinic.clinic_id, None}
    assert contents(storage.engine, "south")["intake_visit"]


def test_a_count_counts_its_own_clinic_only(storage: Storage, south: Storage) -> None:
    assert south.clinic_id == "south"
    with storage.read() as session:
        for table in TABLES:
            assert session.scalar(select(func.count()).select_from(table)) == 1
        assert session.query(Visit).count() == 1
        assert submissions.list_submissions(session, offset=0, limit=9)[1] == 1


@pytest.mark.parametrize("name", REFUSED)
def test_what_can_not_be_narrowed_is_refused(storage: Storage, name: str) -> None:
    with storage.write() as session, pytest.raises(WallError):
        session.execute(REFUSED[name])


def test_values_beside_a_statement_are_refused(storage: Storage, south: Storage) -> None:
    (visit,) = contents(south.engine, "south")["intake_visit"]
    row = {"id": visit[0], "status": "stopped"}
    with storage.write() as session:
        with pytest.raises(WallError):
            session.execute(update(Visit), [row])  # would be by id alone
        with pytest.raises(WallError):
            session.bulk_update_mappings(Visit, [row])
        with pytest.raises(WallError):
            session.bulk_insert_mappings(Visit, [row])
        with pytest.raises(WallError):
            session.bulk_save_objects([Visit(**row)])
    assert contents(south.engine, "south")["intake_visit"] == [visit]


def test_a_query_by_key_finds_nothing_elsewhere(storage: Storage, south: Storage) -> None:
    theirs = "sent-south"
    with south.read() as session:
        visit = session.scalars(select(Visit)).one()
    with storage.read() as session:
        assert session.get(Visit, visit.id) is None
        assert visits.find_visit(session, visit.token_hash) is None
        assert submissions.find_submission(session, theirs) is None
        assert submissions.submission_of(session, visit.id) is None
        assert submissions.find_document(session, theirs, "a.txt") is None
        assert outbox.job_of(session, theirs) is None
        assert audit.events(session, ("submission", theirs)) == []
        assert questionnaires.find_version(session, forms.SCORE, "south") is None
    with storage.write() as session:
        assert visits.find_visit(session, visit.token_hash, lock=True) is None


def test_updates_and_deletes_stay_at_home(storage: Storage, south: Storage) -> None:
    before = contents(south.engine, "south")
    with storage.write() as session:
        session.execute(update(Visit).values(status="stopped"))
        session.execute(update(Visit).where(Visit.clinic_id == "south").values(person="x"))
        session.query(Submission).update({"response": "changed"})
        session.execute(
            update(Outbox)
            .where(Outbox.submission_id == Submission.id)
            .values(error=Submission.response)
        )
        session.execute(delete(Document))
        session.query(Outbox).delete()
    assert contents(south.engine, "south") == before
    mine = contents(south.engine, "north")
    assert (mine["intake_document"], mine["intake_outbox"]) == ([], [])
    assert "stopped" in mine["intake_visit"][0]
    assert "changed" in mine["intake_submission"][0]


def test_the_outbox_is_each_clinics_own(storage: Storage, south: Storage) -> None:
    lease = timedelta(minutes=5)
    (theirs,) = outbox.claim(south, now=NOW, limit=9, lease=lease)
    assert theirs.submission_id == "sent-south"
    with storage.write() as session:
        assert not outbox.finish(session, theirs, NOW)
        assert not outbox.fail(session, theirs, NOW, "broken", permanent=True)
    with south.write() as session:
        assert outbox.fail(session, theirs, NOW, "broken", permanent=True)
    with storage.write() as session:
        assert not outbox.retry(session, "sent-south", NOW)
    (mine,) = outbox.claim(storage, now=NOW + lease * 9, limit=9, lease=lease)
    assert mine.submission_id == "sent-north"


def add_for_another(session: Session) -> None:
    session.add(Visit(id="v", clinic_id="south"))


def move_to_another(session: Session) -> None:
    session.scalars(select(Visit)).one().clinic_id = "south"


def take_from_another(session: Session) -> None:
    visit = Visit(id="v", clinic_id="south")
    make_transient_to_detached(visit)
    session.add(visit)
    visit.clinic_id = "north"


def change_a_detached(session: Session) -> None:
    visit = Visit(id="v", clinic_id="south")
    make_transient_to_detached(visit)
    session.add(visit)
    visit.status = "stopped"


def delete_a_detached(session: Session) -> None:
    visit = Visit(id="v", clinic_id="south")
    make_transient_to_detached(visit)
    session.delete(visit)


@pytest.mark.parametrize(
    "deed",
    [
        add_for_another,
        move_to_another,
        take_from_another,
        change_a_detached,
        delete_a_detached,
    ],
)
def test_a_row_of_another_clinic_is_not_written(
    storage: Storage, south: Storage, deed: Any
) -> None:
    before = contents(south.engine, "south")
    with storage.write() as session:
        deed(session)
        with pytest.raises(WallError):
            session.flush()
        session.rollback()
    assert contents(south.engine, "south") == before


def test_a_row_refers_to_its_own_clinic_only(storage: Storage, south: Storage) -> None:
    with south.write() as session:
        add_visit(session, "open").id = "theirs"
    with pytest.raises(ConflictError), storage.write() as session:
        add_submission(session, visit_id="theirs")
    with pytest.raises(ConflictError), storage.write() as session:
        submissions.save_document(session, "sent-south", "b.txt", "text/plain", b"", NOW)
    with pytest.raises(ConflictError), storage.write() as session:
        add_job(session).submission_id = "sent-south"
    assert len(contents(storage.engine, "north")["intake_submission"]) == 1


def test_new_rows_are_given_to_the_clinic(storage: Storage, south: Storage) -> None:
    for clinic in (storage, south):
        rows = contents(storage.engine, clinic.clinic_id)
        assert {name: len(found) for name, found in rows.items()} == dict.fromkeys(rows, 1)
