"""Forms that were added, on both databases: stored once, never changed, each clinic's own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, inspect, select, text, update
from sqlalchemy.exc import IntegrityError

from intake.storage import ConflictError, Storage, questionnaires, schema
from intake.storage.tables import Questionnaire
from tests.databases import NOW
from tests.questionnaires import SCORE, add, resource

if TYPE_CHECKING:
    from sqlalchemy import Engine

pytest_plugins = ["tests.databases"]

SECOND = {"status": "draft"}
CHANGES = {
    "update": "UPDATE intake_questionnaire SET resource = '{}'",
    "update of the address": "UPDATE intake_questionnaire SET slug = 'other'",
    "delete": "DELETE FROM intake_questionnaire",
}
COLUMNS = "slug, number, url, version, title, resource, supporting, sha256, created_at, clinic_id"
REPLACES = {
    "same row": "SELECT id, slug, number, url, version, 'x', '{}', '[]', '', created_at, clinic_id",
    "same version": "SELECT 'new', 'new', number, url, version, 'x', '{}', '[]', '', created_at,"
    " clinic_id",
    "same address": "SELECT 'new', slug, number, 'new', version, 'x', '{}', '[]', '', created_at,"
    " clinic_id",
}


def contents(engine: Engine) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        found = connection.execute(text("SELECT * FROM intake_questionnaire ORDER BY id"))
        return [tuple(row) for row in found]


def test_a_form_is_stored_as_it_was_added(storage: Storage) -> None:
    form = resource(description="ünïcode \u202e 🙂 \\ \" '")
    value_set = {"resourceType": "ValueSet", "url": "http://example.org/v"}
    with storage.write() as session:
        row, is_new = add(session, form, value_set)
    assert is_new
    with storage.read() as session:
        found = questionnaires.find_by_slug(session, "pain-score")
        assert found is not None
        assert (found.id, found.number, found.clinic_id) == (row.id, 1, storage.clinic_id)
        assert (found.url, found.version, found.title) == (SCORE, "1", "Pain score")
        assert json.loads(found.resource) == form
        assert json.loads(found.supporting) == [value_set]
        assert len(found.sha256) == 64
        assert found.created_at == NOW


def test_the_same_content_again_is_no_change(storage: Storage) -> None:
    with storage.write() as session:
        row, _ = add(session, resource())
    before = contents(storage.engine)
    turned = dict(reversed(resource().items()))
    with storage.write() as session:
        again, is_new = add(session, turned)
    assert (again.id, is_new) == (row.id, False)
    assert contents(storage.engine) == before


@pytest.mark.parametrize("supporting", [(), ({"resourceType": "ValueSet"},)])
def test_other_content_needs_a_new_version(
    storage: Storage, supporting: tuple[dict[str, object], ...]
) -> None:
    with storage.write() as session:
        add(session, resource())
    changed = resource(**({} if supporting else SECOND))
    with (
        pytest.raises(ConflictError, match=r"score\|1 is stored already .* needs a new version"),
        storage.write() as session,
    ):
        add(session, changed, *supporting)
    assert len(contents(storage.engine)) == 1


def test_the_version_that_was_added_last_is_served(storage: Storage) -> None:
    for version in ("2", "10", "1"):
        with storage.write() as session:
            row, _ = add(session, resource(version))
        assert row.slug == "pain-score"
    with storage.read() as session:
        served = questionnaires.find_by_slug(session, "pain-score")
        by_url = questionnaires.find_by_canonical(session, SCORE)
        second = questionnaires.find_by_canonical(session, f"{SCORE}|2")
        versions = [row.version for row in questionnaires.all_versions(session)]
        current = [row.version for row in questionnaires.current(session)]
        assert questionnaires.find_by_canonical(session, f"{SCORE}|3") is None
        assert questionnaires.find_by_slug(session, "other") is None
    assert served is not None
    assert by_url is not None
    assert second is not None
    assert (served.version, by_url.version, second.version) == ("1", "1", "2")
    assert (versions, current) == (["1", "10", "2"], ["1"])


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("PHQ-9: \u00dcber  Stimmung", "phq-9-uber-stimmung"),
        ("痛み", None),
        ("x" * 300, "x" * 56),
        ("--a", "a"),
    ],
)
def test_an_address_is_made_of_the_title(storage: Storage, title: str, slug: str | None) -> None:
    with storage.write() as session:
        row, _ = add(session, resource(title=title))
    assert row.slug == (slug or f"form-{row.sha256[:8]}")


def test_two_forms_of_one_title_have_two_addresses(storage: Storage) -> None:
    with storage.write() as session:
        slugs = [add(session, resource(url=f"{SCORE}/{n}"))[0].slug for n in range(3)]
        again, _ = add(session, resource("2", url=f"{SCORE}/1"))
    assert slugs == ["pain-score", "pain-score-2", "pain-score-3"]
    assert again.slug == "pain-score-2"


@pytest.mark.parametrize("slug", ["", "Pain", "a b", "a/b", "ä", "x" * 61, "a\n"])
def test_what_can_not_be_an_address(storage: Storage, slug: str) -> None:
    with pytest.raises(ConflictError, match="can not be an address"), storage.write() as session:
        add(session, resource(), slug=slug)
    assert contents(storage.engine) == []


def test_an_address_is_that_of_one_form(storage: Storage) -> None:
    with storage.write() as session:
        add(session, resource(), slug="pain")
    with (
        pytest.raises(ConflictError, match=r"pain is that of .*score; choose another"),
        storage.write() as session,
    ):
        add(session, resource(url=f"{SCORE}/other"), slug="pain")
    taken = pytest.raises(ConflictError, match="has the address pain already")
    with taken, storage.write() as session:
        add(session, resource("2"), slug="other")
    with storage.write() as session:
        assert add(session, resource("2"), slug="pain")[0].number == 2


def test_two_that_add_at_once_are_not_both_the_last(storage: Storage) -> None:
    with storage.write() as session:
        row, _ = add(session, resource())
    with pytest.raises(ConflictError), storage.write() as session:
        session.add(copy_of(row, version="2"))
    assert len(contents(storage.engine)) == 1


def copy_of(row: Questionnaire, *, version: str) -> Questionnaire:
    names = [name.strip() for name in COLUMNS.split(",") if name.strip() != "clinic_id"]
    values = {name: getattr(row, name) for name in names}
    return Questionnaire(**{**values, "id": version, "version": version})


def refuses(storage: Storage, change: str) -> None:
    with storage.write() as session:
        add(session, resource())
        add(session, resource("2"))
    before = contents(storage.engine)
    with (
        pytest.raises(IntegrityError, match="append-only"),
        storage.engine.begin() as connection,
    ):
        connection.execute(text(change))
    assert len(before) == 2
    assert contents(storage.engine) == before


@pytest.mark.parametrize("name", CHANGES)
def test_the_database_refuses_changes(storage: Storage, name: str) -> None:
    refuses(storage, CHANGES[name])


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_postgresql_refuses_to_truncate(storage: Storage) -> None:
    refuses(storage, "TRUNCATE intake_questionnaire")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", REPLACES)
def test_sqlite_refuses_to_replace(storage: Storage, name: str) -> None:
    rows = f"{REPLACES[name]} FROM intake_questionnaire WHERE number = 1"
    refuses(storage, f"INSERT OR REPLACE INTO intake_questionnaire (id, {COLUMNS}) {rows}")


def test_the_program_can_not_change_it_either(storage: Storage) -> None:
    with storage.write() as session:
        row, _ = add(session, resource())
    before = contents(storage.engine)
    with pytest.raises(ConflictError), storage.write() as session:
        session.execute(update(Questionnaire).values(title="other"))
    with pytest.raises(ConflictError), storage.write() as session:
        session.execute(delete(Questionnaire))
    with pytest.raises(ConflictError), storage.write() as session:
        session.get_one(Questionnaire, row.id).title = "other"
    assert contents(storage.engine) == before


def test_each_clinic_has_its_own_forms(storage: Storage) -> None:
    south = Storage(storage.engine, "south")
    with storage.write() as session:
        add(session, resource())
    with south.read() as session:
        assert questionnaires.current(session) == []
        assert questionnaires.find_by_slug(session, "pain-score") is None
        assert questionnaires.find_by_canonical(session, f"{SCORE}|1") is None
    with south.write() as session:
        row, is_new = add(session, resource(**SECOND))
    assert (is_new, row.slug, row.clinic_id) == (True, "pain-score", "south")
    with storage.read() as session:
        assert len(session.scalars(select(Questionnaire)).all()) == 1


def test_an_earlier_record_is_kept_by_the_upgrade(engine: Engine) -> None:
    from alembic import command

    from intake.storage.transaction import begin

    with engine.connect() as connection, connection.begin():
        begin(connection, write=True)
        command.upgrade(schema.config(connection), "0001")
        for statement in EARLIER:
            connection.execute(text(statement))
    assert schema.state(engine) == "outdated"
    schema.upgrade(engine)
    with engine.begin() as connection:
        kept = connection.execute(text("SELECT assessment, pack_name FROM intake_submission")).all()
        assert [tuple(row) for row in kept] == [("{}", "pack")]
        connection.execute(text("UPDATE intake_submission SET assessment = NULL, pack_name = NULL"))
    assert inspect(engine).has_table("intake_questionnaire")


EARLIER = (
    """INSERT INTO intake_visit
    (id, token_hash, status, questionnaire, asked, created_at, updated_at, clinic_id)
    VALUES ('v', 't', 'completed', 'q|1', '[]', '2026-01-01', '2026-01-01', 'north')""",
    """INSERT INTO intake_submission
    (id, visit_id, idempotency_key, reference, patient, response, assessment, questionnaire,
    pack_name, pack_version, created_at, clinic_id)
    VALUES ('s', 'v', 'k', 'r', '{}', '{}', '{}', 'q|1', 'pack', '1', '2026-01-01', 'north')""",
)
