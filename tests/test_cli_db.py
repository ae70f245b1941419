"""The commands ``intake db upgrade`` and ``intake db current``, also under ``flask``."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING, Any

from click.testing import CliRunner
from flask import Flask
from flask.cli import ScriptInfo

from intake.cli.db import db
from intake.storage import Storage, schema
from tests import command_line

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from click.testing import Result
    from sqlalchemy import Engine

pytest_plugins = ["tests.databases"]


def run(*arguments: str, obj: ScriptInfo | None = None, **environ: str) -> Result:
    env: dict[str, str | None] = {"INTAKE_DATABASE_URL": None, **environ}
    return CliRunner().invoke(db, arguments, obj=obj, env=env)


def failed(result: Result, *parts: str) -> None:
    assert result.exit_code == 2
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1, result.stderr
    for part in parts:
        assert part in result.stderr


def test_the_commands_on_each_database(engine: Engine, add_revision: Any) -> None:
    url = engine.url.render_as_string(hide_password=False)
    engine.connect().close()
    empty = run("current", "--database", url)
    told = f"intake db upgrade --database {quote(engine.url.render_as_string())}"
    assert (empty.exit_code, empty.stdout) == (1, f"The database is empty. Run: {told}\n")
    done = run("upgrade", INTAKE_DATABASE_URL=url)
    assert (done.exit_code, done.stdout) == (0, "The database is current: revision 0002.\n")
    current = run("current", INTAKE_DATABASE_URL=url)
    assert (current.exit_code, current.stdout) == (0, done.stdout)
    add_revision()
    outdated = run("current", "--database", url)
    assert outdated.exit_code == 1
    assert "revision 0002" in outdated.stdout
    assert f"needs 0003. Run: {told}" in outdated.stdout
    assert "revision 0003" in run("upgrade", "--database", url).stdout


def test_the_command_tells_of_a_newer_database(
    engine: Engine, add_revision: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_revision()
    schema.upgrade(engine)
    monkeypatch.undo()
    url = engine.url.render_as_string(hide_password=False)
    newer = run("current", "--database", url)
    assert newer.exit_code == 1
    assert "revision 0003, which is newer" in newer.stdout
    failed(run("upgrade", "--database", url), "install the version that made it")


def test_the_default_is_a_file_of_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    failed(run("current"), "There is no database at", "instance/intake.db")
    assert list(tmp_path.iterdir()) == []
    assert run("upgrade").exit_code == 0
    assert (tmp_path / "instance" / "intake.db").is_file()
    assert run("current").stdout == "The database is current: revision 0002.\n"


def test_a_wrong_url_is_one_line() -> None:
    failed(run("upgrade", "--database", "mysql://me:secret@host/x"), "must look like")
    failed(run("current", "--database", "postgresql://me:secret@127.0.0.1:1/x"), "not answer")


def test_the_console_script_ends_with_the_same_status(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'intake.db'}"
    (tmp_path / "intake.db").touch()
    asked = command_line.run("db", "current", "--database", url, cwd=tmp_path)
    assert (asked.returncode, asked.stderr) == (1, "")
    command_line.one_line(asked.stdout, "The database is empty.")
    assert command_line.run("db", "upgrade", "--database", url, cwd=tmp_path).returncode == 0
    assert command_line.run("db", "current", "--database", url, cwd=tmp_path).returncode == 0


def test_the_console_script_tells_an_error_in_one_line(tmp_path: Path) -> None:
    url = "postgresql://me:secret@127.0.0.1:1/x"
    told = command_line.run("db", "upgrade", "--database", url, cwd=tmp_path)
    assert (told.returncode, told.stdout) == (2, "")
    command_line.one_line(told.stderr, "intake: The database does not answer")


class StateOfApp:
    def __init__(self, engine: Engine) -> None:
        self.storage = Storage(engine, "north")


def test_under_flask_the_database_is_the_applications(engine: Engine) -> None:
    app = Flask("host")
    failed(run("current", obj=ScriptInfo(create_app=lambda: app)), "no intake extension")
    app.extensions["intake"] = StateOfApp(engine)
    info = ScriptInfo(create_app=lambda: app)
    empty = run("current", obj=info)
    told = "The database is empty. Run: flask intake db upgrade\n"
    assert (empty.exit_code, empty.stdout) == (1, told)
    assert run("upgrade", obj=info).exit_code == 0
    assert schema.state(engine) == "current"
    assert run("current", obj=info).stdout == "The database is current: revision 0002.\n"


def test_an_application_that_waits_for_the_upgrade_can_be_upgraded(
    engine: Engine, add_revision: Any
) -> None:
    def create_app() -> Flask:
        schema.ensure(engine, "flask intake db upgrade")
        return Flask("host")

    schema.upgrade(engine)
    add_revision()
    info = ScriptInfo(create_app=create_app)
    assert "needs 0003" in run("current", obj=info).stdout
    assert run("upgrade", obj=info).exit_code == 0
    assert schema.state(engine) == "current"


def test_under_flask_without_an_application_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    failed(run("current", obj=ScriptInfo()), "Could not locate a Flask application")
