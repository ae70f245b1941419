"""The command line as a person meets it: files, one line for each fault, exit statuses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from intake.content import standard_content
from intake.processing import FILES
from referral.pack import default_folder
from tests.cases import ROOT, VIGNETTES
from tests.command_line import ON, names, one_line, run, write


def test_main_job(tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = run("process", ROOT / "examples/mark.json", "--out", out, *ON)
    assert (done.returncode, done.stderr) == (0, "")
    assert names(out) == set(FILES)
    assert (out / "summary.pdf").read_bytes().startswith(b"%PDF-")
    assert json.loads((out / "assessment.json").read_text())["tier"] == "urgent"
    response = json.loads((out / "questionnaire-response.json").read_text())
    assert (response["status"], response["authored"]) == ("completed", "2026-11-22T00:00:00Z")
    assert json.loads((out / "bundle.json").read_text())["type"] == "transaction"


def test_same_input_same_bytes_from_any_kind(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("a", "b", "c")]
    case = write(tmp_path, "v11.json", VIGNETTES["V11"])
    for folder in folders[:2]:
        assert run("process", case, "--out", folder, *ON).returncode == 0
    response = shutil.copy(folders[0] / "questionnaire-response.json", tmp_path / "v11-r.json")
    assert run("process", response, "--out", folders[2]).returncode == 0
    for name in FILES:
        contents = {(folder / name).read_bytes() for folder in folders}
        assert len(contents) == 1, name


def test_several_files_and_a_bad_one(tmp_path: Path) -> None:
    inputs = tmp_path / "in"
    inputs.mkdir()
    for name in ("V01", "V11"):
        write(inputs, f"{name}.json", VIGNETTES[name]["answers"])
    write(inputs, "bad.json", "{")
    write(inputs, "notes.txt", "not an input")
    out = tmp_path / "out"
    done = run("process", inputs, "--out", out, *ON)
    assert done.returncode == 1
    one_line(done.stderr, "bad.json: is not JSON")
    assert names(out) == {"V01", "V11"}
    assert names(out / "V01") == names(out / "V11") == set(FILES)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("{", "is not JSON"),
        ('{"a": 1, "a": 2}', "twice"),
        ("[" * 20_000, "deeper"),
        ({"nobody": 1}, "nobody: there is no such question"),
        ({"cramps": "never"}, "cramps: 'never' is none of the answers"),
        ({"twitch_weeks": float("nan")}, "holds NaN"),
        ({"your_words": "a\u0000"}, "your_words: the text holds the control character U+0000"),
    ],
)
def test_bad_input_is_one_line_and_status_2(tmp_path: Path, data: Any, message: str) -> None:
    path = write(tmp_path, "x.json", data)
    out = tmp_path / "out"
    for command in (("process", path, "--out", out), ("assess", path)):
        done = run(*command)
        assert done.returncode == 2
        assert done.stdout == ""
        one_line(done.stderr, "x.json", message)
    assert not out.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("process", "x.json"), "--out"),
        (("process", "nowhere.json", "--out", "out"), "nowhere.json: No such file"),
        (("process", "a/c.json", "b/c.json", "--out", "out"), "would write to the same folder"),
        (("process", "empty", "--out", "out"), "holds no *.json file"),
        (("process", "a", "--out", "out", "--patient-name", "x"), "need a single FILE"),
        (("process", "a/c.json", "--out", "out", "--record-number", "1"), "--record-system"),
        (("process", "a/c.json", "--out", "out", "--on", "soon"), "is no date"),
        (("process", "a/c.json", "--out", "a/c.json"), "a/c.json"),
        (("assess", "a/c.json", "--base-url", "x"), "is no http address"),
        (("rules", "show", "nowhere"), "is no folder"),
        (("rules", "diff"), "OLD"),
        (("bogus",), "bogus"),
        (("--bogus",), "bogus"),
    ],
)
def test_wrong_use(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    for folder in ("a", "b", "empty"):
        (tmp_path / folder).mkdir()
    for folder in ("a", "b"):
        write(tmp_path / folder, "c.json", VIGNETTES["V01"])
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    one_line(done.stderr, message)
    assert names(tmp_path) == {"a", "b", "empty"}


@pytest.mark.parametrize("consent", ["visit_only", "no", None])
def test_without_consent_no_bundle(tmp_path: Path, consent: str | None) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "bundle.json").write_text("of an earlier patient")
    answers = {**VIGNETTES["V11"]["answers"], "consent": consent}
    done = run("process", write(tmp_path, "x.json", answers), "--out", out, *ON)
    assert done.returncode == 0
    assert "no bundle: consent is" in done.stderr
    assert names(out) == set(FILES) - {"bundle.json"}


def test_missing_and_hidden_answers_are_said(tmp_path: Path) -> None:
    answers = {**VIGNETTES["V01"]["answers"], "prior_emg": "normal", "cramps": None}
    path = write(tmp_path, "x.json", answers)
    done = run("process", path, "--out", tmp_path / "out", *ON)
    assert done.returncode == 0
    assert "x.json: warning: required questions are not answered: cramps" in done.stderr
    assert "x.json: dropped answers to questions that are not shown: prior_emg" in done.stderr
    response = json.loads((tmp_path / "out/questionnaire-response.json").read_text())
    assert response["status"] == "in-progress"


def test_patient_as_told(tmp_path: Path) -> None:
    number = ("--record-number", "00-4711", "--record-system", "https://clinic.example/mrn")
    path = write(tmp_path, "x.json", VIGNETTES["V01"])
    run("process", path, "--out", tmp_path / "o", *ON, "--patient-name", "Ana Ruiz", *number)
    subject = json.loads((tmp_path / "o/questionnaire-response.json").read_text())["subject"]
    identifier = {"system": "https://clinic.example/mrn", "value": "00-4711"}
    assert subject == {"type": "Patient", "identifier": identifier, "display": "Ana Ruiz"}


def test_archive_variant_holds_the_response(tmp_path: Path) -> None:
    import pikepdf

    path = write(tmp_path, "x.json", VIGNETTES["V01"])
    run("process", path, "--out", tmp_path / "o", *ON, "--pdf-variant", "a3", "--paper", "Letter")
    with pikepdf.open(tmp_path / "o/summary.pdf") as pdf:
        (attached,) = pdf.attachments.values()
        expected = json.loads((tmp_path / "o/questionnaire-response.json").read_text())
        assert json.loads(attached.get_file().read_bytes()) == expected
        assert [float(x) for x in pdf.pages[0].mediabox] == [0, 0, 612, 792]


@pytest.mark.parametrize("case", ["V01", "V11"])
def test_assess_prints_json(case: str, tmp_path: Path) -> None:
    done = run("assess", write(tmp_path, "x.json", VIGNETTES[case]), *ON)
    assert done.returncode == 0
    found = json.loads(done.stdout)
    assert found["tier"] == VIGNETTES[case]["expected_tier"]


def test_validate(tmp_path: Path) -> None:
    good = run("validate", write(tmp_path, "good.json", VIGNETTES["V01"]["answers"]))
    assert (good.returncode, good.stdout) == (0, f"{tmp_path / 'good.json'}: valid\n")
    bad = run("validate", write(tmp_path, "bad.json", {"cramps": "x", "y": 1}))
    assert (bad.returncode, len(bad.stdout.splitlines())) == (1, 2)
    broken = run("validate", write(tmp_path, "broken.json", "{"))
    assert broken.returncode == 2
    one_line(broken.stderr, "is not JSON")


def test_questionnaire_show() -> None:
    shown = json.loads(run("questionnaire", "show").stdout)
    assert shown == standard_content().questionnaire


def test_rules_show_names_every_rule() -> None:
    shown = run("rules", "show").stdout
    for rule in standard_content().pack.tables.rule:
        assert f"| {rule.id} |" in shown
    assert "not reviewed by a clinician" in shown.lower()


def test_rules_check(tmp_path: Path) -> None:
    good = run("rules", "check")
    assert (good.returncode, good.stdout.split()[0]) == (0, "muscle-twitching")
    copy = tmp_path / "pack"
    shutil.copytree(Path(str(default_folder())), copy)
    file = copy / "rules-20-urgent.toml"
    file.write_text(file.read_text().replace("rf2_weakness", "rf2_weaknes", 1))
    bad = run("rules", "check", copy)
    assert bad.returncode == 1
    one_line(bad.stdout, "rules-20-urgent.toml: rule U01: unknown name rf2_weaknes")


def test_rules_diff(tmp_path: Path) -> None:
    assert run("rules", "diff", "built-in").stdout == "no difference\n"
    copy = tmp_path / "pack"
    shutil.copytree(Path(str(default_folder())), copy)
    file = copy / "rules-80-advice.toml"
    file.write_text(file.read_text().replace("caffeine_mg_day > 200", "caffeine_mg_day > 300"))
    lines = run("rules", "diff", "built-in", copy).stdout.splitlines()
    assert lines[0] == "rule A02: when changed"
    assert "case V11: advice -adv_caffeine" in lines


def test_doctor() -> None:
    done = run("doctor")
    assert done.returncode == 0, done.stdout
    assert "ok   PDF: one page rendered" in done.stdout


def test_flask_group() -> None:
    from flask.cli import FlaskGroup

    group = FlaskGroup()
    context = group.make_context("flask", ["--help"], resilient_parsing=True)
    assert "intake" in group.list_commands(context)


def test_the_option_of_the_database_is_the_same_everywhere() -> None:
    from intake.cli.db import db
    from intake.cli.serve import serve
    from intake.cli.worker import worker

    options = [
        next(option for option in command.params if option.name == "database").to_info_dict()
        for command in (serve, worker, *db.commands.values())
    ]
    assert options == options[:1] * 4
    assert options[0]["envvar"] == "INTAKE_DATABASE_URL"


def test_version() -> None:
    assert run("--version").stdout.startswith("intake, version 0.")
