"""``intake questionnaire add``, ``list`` and ``show``, alone and under ``flask``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.cli import ScriptInfo

from intake.cli.questionnaire import questionnaire
from intake.storage import Storage, audit, questionnaires, schema
from tests import command_line
from tests.any_forms import item
from tests.questionnaires import SCORE, resource, write
from tests.web import make_app, state_of

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result
    from sqlalchemy import Engine

pytest_plugins = ["tests.databases"]


def run(*arguments: str | Path, obj: ScriptInfo | None = None, **environ: str) -> Result:
    env: dict[str, str | None] = {
        "INTAKE_DATABASE_URL": None,
        "INTAKE_CLINIC_ID": None,
        "INTAKE_BASE_URL": None,
        **environ,
    }
    return CliRunner().invoke(questionnaire, [*map(str, arguments)], obj=obj, env=env)


def failed(result: Result, *parts: str) -> None:
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Traceback" not in result.stderr
    for part in parts:
        assert part in result.stderr


@pytest.fixture
def url(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


@pytest.fixture
def form(tmp_path: Path) -> Path:
    return write(tmp_path / "score.json", resource())


def test_a_form_is_added_listed_and_shown(engine: Engine, url: str, form: Path) -> None:
    added = run("add", form, "--database", url)
    assert (added.exit_code, added.stderr) == (0, "")
    line, where = added.stdout.splitlines()
    assert line.startswith(f"added: pain-score\t{SCORE}|1\tPain score\t20")
    assert "q/pain-score/" in where
    assert schema.state(engine) == "current"
    with Storage(engine, "default").read() as session:
        (row,) = questionnaires.current(session)
        (event,) = audit.events(session, ("questionnaire", row.id))
    assert (event.action, event.actor_type) == ("questionnaire.added", "system")
    listed = run("list", INTAKE_DATABASE_URL=url)
    assert listed.stdout.split("\t")[:3] == ["pain-score", f"{SCORE}|1", "Pain score"]
    shown = run("show", "pain-score", "--database", url)
    assert json.loads(shown.stdout) == resource()


def test_the_same_again_changes_nothing(engine: Engine, url: str, form: Path) -> None:
    run("add", form, "--database", url)
    again = run("add", form, "--database", url)
    assert again.exit_code == 0
    assert again.stdout.startswith("is stored already: pain-score\t")
    with Storage(engine, "default").read() as session:
        (row,) = questionnaires.all_versions(session)
        assert len(audit.events(session, ("questionnaire", row.id))) == 1


def test_a_change_needs_a_new_version(url: str, tmp_path: Path, form: Path) -> None:
    run("add", form, "--database", url, "--slug", "pain")
    changed = write(tmp_path / "changed.json", resource(status="draft"))
    failed(run("add", changed, "--database", url), f"{SCORE}|1 is stored already", "new version")
    second = write(tmp_path / "second.json", resource("2"))
    failed(run("add", second, "--database", url, "--slug", "ache"), "the address pain already")
    assert run("add", second, "--database", url).exit_code == 0
    listed = run("list", "--database", url).stdout.splitlines()
    assert [line.split("\t")[:2] for line in listed] == [
        ["pain", f"{SCORE}|2"],
        ["pain", f"{SCORE}|1"],
    ]


def test_what_an_author_should_know_is_told_beside(tmp_path: Path) -> None:
    data = resource(item=[item("a"), item("picture", "attachment", required=True)])
    del data["version"]
    path = write(tmp_path / "form.json", data)
    added = run("add", path, "--database", f"sqlite:///{tmp_path / 'intake.db'}")
    assert added.exit_code == 0
    told = added.stderr.splitlines()
    assert all(line.startswith(f"{path}: ") for line in told)
    assert any("no version" in line for line in told)
    assert any("picture" in line for line in told)


def test_a_list_of_answers_comes_with_the_form(tmp_path: Path) -> None:
    values = "http://example.org/ValueSet/v"
    concepts = [{"code": "low", "display": "Low"}]
    value_set = {
        "resourceType": "ValueSet",
        "status": "active",
        "url": values,
        "compose": {"include": [{"system": "http://example.org/f", "concept": concepts}]},
    }
    data = resource(item=[item("a", "choice", answerValueSet=values)])
    path, lists = write(tmp_path / "f.json", data), write(tmp_path / "v.json", value_set)
    url = f"sqlite:///{tmp_path / 'intake.db'}"
    added = run("add", path, "--value-set", lists, "--database", url)
    assert (added.exit_code, added.stderr) == (0, "")
    failed(run("add", path, "--database", url), "other content")
    failed(run("add", path, "--value-set", path, "--database", url), "holds no ValueSet")
    assert json.loads(run("show", "pain-score", "--database", url).stdout) == data


def test_faults_are_one_line(tmp_path: Path, form: Path) -> None:
    url = f"sqlite:///{tmp_path / 'intake.db'}"
    cases: list[tuple[tuple[Any, ...], str]] = [
        (("add", tmp_path / "none.json", "--database", url), "No such file"),
        (("add", tmp_path, "--database", url), "Is a directory"),
        (("add", form, "--database", url, "--slug", "A B"), "can not be an address"),
        (("add", form, "--database", "mysql://x"), "must look like"),
        (("list", "--database", f"sqlite:///{tmp_path / 'none.db'}"), "There is no database"),
    ]
    for arguments, reason in cases:
        result = run(*arguments)
        failed(result, reason)
        assert len(result.stderr.splitlines()) == 1
    assert run("list", "--database", url).stdout == ""
    failed(run("show", "nothing", "--database", url), "There is no form at 'nothing'")


def test_the_console_script_tells_a_fault_in_one_line(tmp_path: Path) -> None:
    path = write(tmp_path / "old.json", resource(item=[item("a", option=[])]))
    told = command_line.run("questionnaire", "add", path, cwd=tmp_path)
    assert (told.returncode, told.stdout) == (2, "")
    command_line.one_line(told.stderr, f"intake: {path}: is of FHIR STU3, not R4")
    assert not (tmp_path / "instance").exists()


def test_the_forms_are_those_of_the_clinic(engine: Engine, url: str, form: Path) -> None:
    added = run("add", form, INTAKE_DATABASE_URL=url, INTAKE_CLINIC_ID="south")
    assert added.exit_code == 0
    assert run("list", INTAKE_DATABASE_URL=url).stdout == ""
    south = run("list", INTAKE_DATABASE_URL=url, INTAKE_CLINIC_ID="south")
    assert south.stdout.startswith("pain-score\t")
    wrong = run("list", INTAKE_DATABASE_URL=url, INTAKE_CLINIC_ID="x" * 65)
    failed(wrong, "INTAKE_CLINIC_ID is longer than 64")
    assert schema.state(engine) == "current"


def test_an_older_database_waits_for_the_operator(
    engine: Engine, url: str, form: Path, add_revision: Any
) -> None:
    schema.upgrade(engine)
    add_revision()
    failed(run("add", form, "--database", url), "is older", "intake db upgrade --database")


def test_under_flask_the_database_is_the_applications(tmp_path: Path, form: Path) -> None:
    app = make_app(tmp_path, INTAKE_CLINIC_ID="north")
    info = ScriptInfo(create_app=lambda: app)
    elsewhere = f"sqlite:///{tmp_path / 'elsewhere.db'}"
    assert run("add", form, obj=info, INTAKE_DATABASE_URL=elsewhere).exit_code == 0
    assert run("list", obj=info).stdout.startswith("pain-score\t")
    assert not (tmp_path / "elsewhere.db").exists()
    with state_of(app).storage.read() as session:
        assert [row.clinic_id for row in questionnaires.current(session)] == ["north"]
    failed(run("list", "--database", elsewhere, obj=info), "that of the application")


def test_under_flask_without_the_extension(form: Path) -> None:
    bare = ScriptInfo(create_app=lambda: Flask("host"))
    failed(run("add", form, obj=bare), "no intake extension")


def test_the_form_of_the_product_needs_no_database(tmp_path: Path) -> None:
    shown = command_line.run("questionnaire", "show", cwd=tmp_path)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert json.loads(shown.stdout)["resourceType"] == "Questionnaire"
    assert list(tmp_path.iterdir()) == []
