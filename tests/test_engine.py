"""The engine: a SQLite file that is safe, PostgreSQL by its URL, and errors said in sentences."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import NullPool, StaticPool, create_engine, event, select

from intake.storage import Storage, StorageError, adopt_engine, make_engine, schema
from intake.storage.tables import Visit
from tests.databases import add_visit

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from sqlalchemy import Connection, Engine

SAFE = [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 5000)]


def count(storage: Storage) -> int:
    with storage.read() as session:
        return len(session.scalars(select(Visit.id)).all())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "made" / "intake.db"


def pragmas(engine: Engine) -> list[list[tuple[str, object]]]:
    """Return what holds on each of three connections at once."""
    held = [engine.connect() for _ in range(3)]
    found = [
        [(name, each.exec_driver_sql(f"PRAGMA {name}").scalar()) for name, _ in SAFE]
        for each in held
    ]
    for connection in held:
        connection.close()
    return found


def test_sqlite_is_safe_on_every_connection(file: Path) -> None:
    engine = make_engine(f"sqlite:///{file}")
    assert pragmas(engine) == [SAFE] * 3
    engine.dispose()


def test_an_engine_of_a_host_becomes_as_safe(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'theirs.db'}")
    assert pragmas(engine) != [SAFE] * 3  # and the pool keeps these connections
    assert adopt_engine(engine) is engine
    assert pragmas(engine) == [SAFE] * 3
    pool = engine.pool
    adopt_engine(engine)
    assert engine.pool is pool
    engine.dispose()
    assert pragmas(engine) == [SAFE] * 3
    engine.dispose()


def test_an_engine_without_a_pool_becomes_as_safe(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'theirs.db'}", poolclass=NullPool)
    assert pragmas(adopt_engine(engine)) == [SAFE] * 3


@pytest.mark.parametrize("url", ["sqlite:///x.db", "postgresql+psycopg://u:secret@127.0.0.1:1/x"])
def test_an_engine_that_commits_each_statement_is_refused(url: str) -> None:
    made = create_engine(url, isolation_level="AUTOCOMMIT")
    for engine in (made, create_engine(url).execution_options(isolation_level="AUTOCOMMIT")):
        with pytest.raises(StorageError, match="AUTOCOMMIT") as caught:
            adopt_engine(engine)
        assert "secret" not in str(caught.value)
    adopt_engine(made.execution_options(isolation_level="SERIALIZABLE"))


def test_a_database_in_memory_is_refused_and_keeps_what_it_holds() -> None:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE theirs (id INTEGER)")
    with pytest.raises(StorageError, match="plain file"):
        adopt_engine(engine)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM theirs").scalar() == 0


def test_an_engine_of_another_kind_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = create_engine("sqlite:///x.db")
    monkeypatch.setattr(engine.dialect, "name", "mysql")
    with pytest.raises(StorageError, match="SQLite or PostgreSQL"):
        adopt_engine(engine)


def test_a_sqlite_that_refuses_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = (("journal_mode", "DELETE", "wal"),)
    monkeypatch.setattr("intake.storage.engine._PRAGMAS", wanted)
    engine = make_engine(f"sqlite:///{file}")
    with pytest.raises(StorageError, match="journal_mode"):
        engine.connect()


def test_a_sqlite_file_is_for_its_owner_only(file: Path) -> None:
    engine = make_engine(f"sqlite:///{file}")
    assert not file.parent.exists()  # it may be never used
    engine.connect().close()
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    file.chmod(0o640)
    engine.dispose()
    engine.connect().close()
    engine.dispose()
    assert file.stat().st_mode & 0o777 == 0o640


def test_a_relative_path_stays_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    engine = make_engine("sqlite:///instance/intake.db")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    schema.ensure(engine, "x")
    engine.dispose()
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert (tmp_path / "instance" / "intake.db").stat().st_size > 0


def test_a_locked_database_is_busy(file: Path) -> None:
    engine = make_engine(f"sqlite:///{file}")
    event.listen(engine, "connect", _impatient)
    storage = Storage(engine, "north")
    schema.ensure(engine, "x")
    with storage.write() as session:
        add_visit(session)
        session.flush()
        with pytest.raises(StorageError, match="busy"), storage.write() as second:
            add_visit(second, "second")
    assert count(storage) == 1
    engine.dispose()


def _impatient(connection: sqlite3.Connection, _: object) -> None:
    connection.execute("PRAGMA busy_timeout = 0")


def test_a_full_disk_is_named_and_loses_nothing(file: Path) -> None:
    engine = make_engine(f"sqlite:///{file}")
    schema.ensure(engine, "x")
    storage = Storage(engine, "north")
    with storage.write() as session:
        add_visit(session)
    event.listen(engine, "begin", _fill)
    with pytest.raises(StorageError, match="full"), storage.write() as session:
        add_visit(session, "second").response = "x" * 1_000_000
    event.remove(engine, "begin", _fill)
    with storage.write() as session:  # on a new connection: the failed one is not used again
        add_visit(session, "third").response = "x" * 1_000_000
    assert count(storage) == 2
    engine.dispose()


def _fill(connection: Connection) -> None:
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")


def test_a_file_that_is_no_database_is_named(file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"no database at all" * 1000)
    engine = make_engine(f"sqlite:///{file}")
    with pytest.raises(StorageError, match="is not a database"):
        count(Storage(engine, "north"))


def test_a_file_that_can_not_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    engine = make_engine(f"sqlite:///{tmp_path / 'file' / 'intake.db'}")
    with pytest.raises(StorageError, match="can not be made"):
        engine.connect()


def test_without_create_a_file_must_be_there(file: Path) -> None:
    with pytest.raises(StorageError, match="There is no database at"):
        make_engine(f"sqlite:///{file}", create=False)
    assert not file.parent.exists()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "secret",
        "mysql://user:secret@host/x",
        "postgresql+psycopg2://user:secret@host/x",
        "postgresql://user:secret@host:port/x",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file:secret?mode=memory&uri=true",
        "://secret",
    ],
)
def test_a_wrong_url_is_told_without_quoting_it(url: str) -> None:
    with pytest.raises(StorageError) as caught:
        make_engine(url)
    assert "secret" not in str(caught.value)
    assert "sqlite:///folder/intake.db" in str(caught.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_name_of_postgresql_leads_to_one_driver(scheme: str) -> None:
    engine = make_engine(f"{scheme}://user:secret@127.0.0.1:1/x")
    assert engine.dialect.driver == "psycopg"
    assert engine.hide_parameters


def test_a_missing_driver_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StorageError) as caught:
        make_engine("postgresql://user@host/x")
    assert 'pip install "intake-referral[postgres]"' in str(caught.value)


def test_a_server_that_is_down_is_silent(caplog: pytest.LogCaptureFixture) -> None:
    engine = make_engine("postgresql://user:secret@127.0.0.1:1/x")
    with pytest.raises(StorageError, match="does not answer") as caught:
        count(Storage(engine, "north"))
    assert "secret" not in f"{caught.value} {caplog.text}"
