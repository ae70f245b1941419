"""The tables and their migrations on both databases, and the commands that run them."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Integer, MetaData, Table, inspect, select, text

from intake.storage import SchemaError, Storage, StorageError, make_engine, schema
from intake.storage.tables import Base, Visit
from tests.cases import ROOT
from tests.databases import add_visit

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

pytest_plugins = ["tests.databases"]


def difference(engine: Engine, metadata: MetaData, **options: Any) -> list[Any]:
    opts = {"version_table": schema.VERSION_TABLE, "compare_type": True, **options}
    with engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection, opts=opts), metadata))


def tables(engine: Engine) -> dict[str, Any]:
    """Read all that the database tells of our tables, in an order of its own for each list."""
    asked = inspect(engine)
    return {
        name: {
            "columns": [
                {**column, "type": str(column["type"])} for column in asked.get_columns(name)
            ],
            "key": asked.get_pk_constraint(name),
            "foreign": sorted(map(str, asked.get_foreign_keys(name))),
            "unique": sorted(map(str, asked.get_unique_constraints(name))),
            "indexes": sorted(map(str, asked.get_indexes(name))),
            "checks": sorted(map(str, asked.get_check_constraints(name))),
        }
        for name in Base.metadata.tables
    }


def test_models_and_migrations_agree(engine: Engine) -> None:
    schema.upgrade(engine)
    assert difference(engine, Base.metadata) == []
    migrated = tables(engine)
    with engine.begin() as connection:
        Base.metadata.drop_all(connection)
        Base.metadata.create_all(connection)
    assert migrated == tables(engine)
    assert set(migrated) | {schema.VERSION_TABLE} == set(inspect(engine).get_table_names())


def test_a_database_is_empty_then_current(engine: Engine) -> None:
    assert schema.state(engine) == "empty"
    assert schema.revision(engine) is None
    schema.ensure(engine, "x")
    assert schema.state(engine) == "current"
    assert schema.revision(engine) == schema.head() == "0001"
    schema.ensure(engine, "x")
    schema.upgrade(engine)
    assert schema.state(engine) == "current"


def test_an_older_database_waits_for_the_operator(engine: Engine, add_revision: Any) -> None:
    schema.upgrade(engine)
    with Storage(engine, "north").write() as session:
        visit = add_visit(session)
    add_revision()
    assert schema.state(engine) == "outdated"
    with pytest.raises(SchemaError, match=r"older .* Run: flask intake db upgrade") as caught:
        schema.ensure(engine, "flask intake db upgrade")
    assert caught.value.engine is engine
    assert schema.state(engine) == "outdated"
    schema.upgrade(engine)
    assert schema.state(engine) == "current"
    with Storage(engine, "north").read() as session:
        assert session.scalars(select(Visit.id)).all() == [visit.id]


def test_a_newer_database_is_left_alone(
    engine: Engine, add_revision: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_revision()
    schema.upgrade(engine)
    monkeypatch.undo()
    assert schema.state(engine) == "newer"
    with pytest.raises(SchemaError, match=r"newer .* no way back by intake db upgrade"):
        schema.ensure(engine, "intake db upgrade")
    with pytest.raises(StorageError, match="install the version that made it"):
        schema.upgrade(engine)
    assert schema.revision(engine) == "0002"


def test_half_a_migration_is_undone_and_run_again(engine: Engine, add_revision: Any) -> None:
    schema.upgrade(engine)
    before = tables(engine)
    add_revision("1 / 0")
    with pytest.raises(ZeroDivisionError):
        schema.upgrade(engine)
    assert schema.state(engine) == "outdated"
    assert tables(engine) == before
    assert not inspect(engine).has_table("intake_next")
    add_revision()
    schema.upgrade(engine)
    assert inspect(engine).has_table("intake_next")


def test_the_first_migration_is_all_or_nothing(engine: Engine, add_revision: Any) -> None:
    add_revision("1 / 0")
    with pytest.raises(ZeroDivisionError):
        schema.ensure(engine, "x")
    assert inspect(engine).get_table_names() == []
    assert schema.state(engine) == "empty"


def test_a_fault_of_the_database_is_told(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE intake_outbox (id INTEGER)"))
    with pytest.raises(StorageError) as caught:
        schema.upgrade(engine)
    assert "CREATE" not in str(caught.value)
    assert inspect(engine).get_table_names() == ["intake_outbox"]


def test_an_upgrade_leaves_no_reference_to_nothing(tmp_path: Path, add_revision: Any) -> None:
    from tests.databases import add_submission

    engine = make_engine(f"sqlite:///{tmp_path / 'intake.db'}")
    schema.upgrade(engine)
    with Storage(engine, "north").write() as session:
        add_submission(session)
    add_revision('op.execute("DELETE FROM intake_visit")')
    with pytest.raises(StorageError, match="refer to nothing"):
        schema.upgrade(engine)
    assert schema.revision(engine) == "0001"
    add_revision()
    schema.upgrade(engine)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("SELECT count(*) FROM intake_submission").scalar() == 1
    engine.dispose()


def test_the_record_is_not_undone(engine: Engine) -> None:
    from alembic import command

    schema.upgrade(engine)
    with engine.begin() as connection, pytest.raises(NotImplementedError):
        command.downgrade(schema.config(connection), "base")
    assert schema.state(engine) == "current"


def test_several_servers_may_start_at_once(database_url: str) -> None:
    code = (
        "import sys; from intake.storage import make_engine, schema;"
        "engine = make_engine(sys.argv[1]); schema.ensure(engine, 'x'); print(schema.state(engine))"
    )
    started = [
        subprocess.Popen(  # noqa: S603  # our own interpreter
            [sys.executable, "-c", code, database_url],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(3)
    ]
    assert [process.communicate()[0] for process in started] == ["current\n"] * 3


def test_a_host_leaves_our_tables_alone(engine: Engine) -> None:
    schema.upgrade(engine)
    host = MetaData()
    Table("host_patient", host, Column("id", Integer, primary_key=True))
    Table("intake_of_the_host", host, Column("id", Integer, primary_key=True))
    host.create_all(engine)
    options = {"version_table": "alembic_version"}
    assert {change[0] for change in flat(difference(engine, host, **options))} >= {"remove_table"}
    options["include_name"] = schema.include_name  # type: ignore[assignment]
    assert difference(engine, host, **options) == []
    assert difference(engine, MetaData(), **options) != []
    host.drop_all(engine)


def flat(changes: list[Any]) -> list[Any]:
    return [change for change in changes if isinstance(change, tuple)]


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("intake_visit", "table", False),
        ("intake_audit", "table", False),
        ("intake_alembic_version", "table", False),
        ("intake_other", "table", True),
        ("intake_visit", "column", True),
        (None, "schema", True),
    ],
)
def test_names_that_a_host_includes(name: str | None, kind: str, expected: bool) -> None:
    assert schema.include_name(name, kind, {}) is expected
