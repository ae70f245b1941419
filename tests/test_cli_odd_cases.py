"""Odd files, options and surroundings: one line that says what is wrong, nothing half-done."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from intake.content import standard_content
from intake.processing import FILES
from tests.cases import ROOT, VIGNETTES
from tests.command_line import ON, names, one_line, run, write


def test_folder_names_stay_below_out(tmp_path: Path) -> None:
    inputs = tmp_path / "in"
    inputs.mkdir()
    write(inputs, "...json", VIGNETTES["V01"])
    done = run("process", inputs, "--out", tmp_path / "a" / "out", *ON)
    assert done.returncode == 2
    one_line(done.stderr, "has no name for a folder of its own")
    assert names(tmp_path) == {"in"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--patient-name", "\udcff"), "--patient-name holds the control character"),
        (("--record-number", "1", "--record-system", "foo bar"), "--record-system"),
        (("--base-url", "https://a|b"), "is no http address"),
        (("--base-url", "https://"), "is no http address"),
        (("--previous", "nowhere.json"), "nowhere.json: No such file"),
        (("--previous", "c.json"), "c.json: is no Bundle"),
        (("--previous", "/dev/zero"), "/dev/zero: is no file"),
    ],
)
def test_options_are_checked(tmp_path: Path, options: tuple[str, ...], message: str) -> None:
    write(tmp_path, "c.json", VIGNETTES["V01"])
    done = run("process", "c.json", "--out", "out", *options, cwd=tmp_path)
    assert done.returncode == 2
    one_line(done.stderr, message)
    assert names(tmp_path) == {"c.json"}


def test_last_day_of_the_calendar(tmp_path: Path) -> None:
    path = write(tmp_path, "x.json", VIGNETTES["V01"])
    done = run("process", path, "--out", tmp_path / "out", "--on", "9999-12-31")
    assert done.returncode == 0
    one_line(done.stderr, "not shown: pregnancy_status")
    assert names(tmp_path / "out") == set(FILES)


def test_file_name_that_is_no_unicode(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/b\xffd.json"))
    path.write_text(json.dumps(VIGNETTES["V01"]), encoding="utf-8")
    done = run("process", path, "--out", tmp_path / "out", *ON)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", ["/dev/zero", "/dev/null"])
def test_what_is_no_file_is_refused(name: str) -> None:
    done = run("assess", name)
    assert done.returncode == 2
    one_line(done.stderr, f"{name}: is no file")


def test_full_disk_is_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "intake", "rules", "show"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            cwd=ROOT,
        )
    assert done.returncode == 1
    one_line(done.stderr, "No space left on device")


def test_no_command_shows_the_help() -> None:
    done = run()
    assert done.returncode == 2
    assert "process" in done.stderr
    assert len(done.stderr.splitlines()) > 5


def test_flask_exit_status_is_the_same(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from intake.cli import intake

    assert CliRunner().invoke(intake, ["assess", str(tmp_path / "nowhere")]).exit_code == 2


def test_finished_form_updates_its_unfinished_version(tmp_path: Path) -> None:
    out = tmp_path / "out"
    answers = {k: v for k, v in VIGNETTES["V11"]["answers"].items() if k != "cramps"}
    assert run("process", write(tmp_path, "x.json", answers), "--out", out, *ON).returncode == 0
    first = shutil.copy(out / "bundle.json", tmp_path / "first.json")
    response = json.loads((out / "questionnaire-response.json").read_text())
    muscles = next(page for page in response["item"] if page["linkId"] == "g_muscles")
    cramps = standard_content().form.items["cramps"]
    coding = {"system": cramps.options[0].system, "code": "no"}
    muscles["item"].insert(0, {"linkId": "cramps", "answer": [{"valueCoding": coding}]})
    response["status"] = "completed"
    path = write(tmp_path, "y.json", response)
    done = run("process", path, "--out", out, "--previous", first)
    assert (done.returncode, done.stderr) == (0, "")
    requests = {
        entry["resource"]["resourceType"]: entry["request"]
        for entry in json.loads((out / "bundle.json").read_text())["entry"]
    }
    value = response["identifier"]["value"]
    assert requests["QuestionnaireResponse"]["method"] == "PUT"
    assert requests["QuestionnaireResponse"]["url"].endswith(f"|{value}")
    other = write(tmp_path, "z.json", VIGNETTES["V01"])
    wrong = run("process", other, "--out", tmp_path / "o", "--previous", first, *ON)
    assert wrong.returncode == 2
    one_line(wrong.stderr, "z.json", "another response")
