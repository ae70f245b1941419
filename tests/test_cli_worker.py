"""``intake worker``: the database that it works on, and what it refuses before it begins."""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.cli import ScriptInfo

from intake.cli.worker import worker
from intake.storage import make_engine, schema
from tests import command_line
from tests.web import make_app, state_of

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

pytest_plugins = ["tests.databases"]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, with no configuration in the environment."""
    for name in [*os.environ]:
        if name.startswith(("INTAKE_", "FLASK_")) or name == "SECRET_KEY":
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def once(*arguments: str, obj: ScriptInfo | None = None) -> Result:
    return CliRunner().invoke(worker, ["--once", *arguments], obj=obj)


def refused(result: Result, *parts: str) -> None:
    assert (result.exit_code, result.stdout) == (2, "")
    for part in parts:
        assert part in result.stderr


@pytest.mark.parametrize("given", [(), ("--database", "sqlite:///other/records.db")])
def test_an_empty_database_gets_its_tables(here: Path, given: tuple[str, ...]) -> None:
    done = once("--development", *given)
    assert (done.exit_code, done.output) == (0, "")
    file = here / (given[1].removeprefix("sqlite:///") if given else "instance/intake.db")
    assert schema.state(make_engine(f"sqlite:///{file}", create=False)) == "current"
    assert [each.name for each in here.iterdir()] == [file.parent.name]


def test_an_outdated_database_is_refused_in_one_line(here: Path, add_revision: Any) -> None:
    url = f"sqlite:///{here / 'intake.db'}"
    schema.upgrade(make_engine(url))
    add_revision()
    told = f"Run: intake db upgrade --database {url}\n"
    for arguments in (("--development",), ("--development", "--database", url)):
        done = CliRunner().invoke(worker, arguments, env={"INTAKE_DATABASE_URL": url})
        refused(done, "The database is older", told)


def test_the_console_script_says_one_line_and_ends(here: Path) -> None:
    file = here / "instance" / "intake.db"
    schema.upgrade(make_engine(f"sqlite:///{file}"))
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE intake_alembic_version SET version_num = 'of the future'")
    newer = command_line.run("worker", "--development", cwd=here)
    assert (newer.returncode, newer.stdout) == (2, "")
    command_line.one_line(newer.stderr, "intake: The database is newer", "intake db upgrade")
    url = "postgresql://me:secret@127.0.0.1:1/x"
    silent = command_line.run("worker", "--development", "--database", url, cwd=here)
    assert (silent.returncode, silent.stdout) == (2, "")
    command_line.one_line(silent.stderr, "intake: The database does not answer")


def test_without_configuration_it_says_what_is_missing(here: Path) -> None:
    refused(once(), "INTAKE_GUARD", "SECRET_KEY", "INTAKE_CLINIC_PHONE")
    assert list(here.iterdir()) == []


def test_under_flask_it_is_the_applications_database(here: Path, add_revision: Any) -> None:
    app = make_app(here / "host")
    info = ScriptInfo(create_app=lambda: app)
    assert once(obj=info).exit_code == 0
    assert schema.state(state_of(app).storage.engine) == "current"
    assert [each.name for each in here.iterdir()] == ["host"]
    add_revision()
    refused(once(obj=info), "The database is older", "Run: flask intake db upgrade\n")


def test_under_flask_no_other_database_is_taken(here: Path) -> None:
    app = make_app(here / "host")
    info = ScriptInfo(create_app=lambda: app)
    refused(once("--database", "sqlite:///other.db", obj=info), "that of the application")
    assert list(here.iterdir()) == []


def test_under_flask_an_application_without_the_extension_is_refused() -> None:
    refused(once(obj=ScriptInfo(create_app=lambda: Flask("host"))), "no intake extension")
