"""``intake process --receiver`` and ``--dry-run``: a file more, or nothing but words."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from fhir.intake.receivers import receivers
from fhir.intake.receivers.plan import RECEIVER_BUNDLE, RECEIVER_FILES, RECEIVER_REQUESTS
from intake.processing import FILES
from tests.cases import VIGNETTES
from tests.command_line import ON, names, one_line, run, write

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def case(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    return write(folder, "v11.json", VIGNETTES["V11"])


def test_without_a_receiver_nothing_is_new(case: Path, tmp_path: Path) -> None:
    run("process", case, "--out", tmp_path / "a", *ON)
    run("process", case, "--out", tmp_path / "b", *ON, "--receiver", "generic")
    for name in FILES:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    assert names(tmp_path / "a") == names(tmp_path / "b") == set(FILES)


def test_requests_for_oracle(case: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = run("process", case, "--out", out, *ON, "--receiver", "oracle")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert names(out) == {*FILES, RECEIVER_REQUESTS}
    written = json.loads((out / RECEIVER_REQUESTS).read_text())
    assert written["receiver"] == "oracle"
    (request,) = written["requests"]
    assert (request["method"], request["url"]) == ("POST", "DocumentReference")
    assert request["resource"]["docStatus"] == "final"
    bundle = json.loads((out / "bundle.json").read_text())
    assert bundle["type"] == "transaction"
    assert "preliminary" in json.dumps(bundle)


def test_transaction_for_hapi_and_none_of_an_earlier_receiver(case: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("process", case, "--out", out, *ON, "--receiver", "epic")
    run("process", case, "--out", out, *ON, "--receiver", "hapi")
    assert names(out) == {*FILES, RECEIVER_BUNDLE}
    assert (out / RECEIVER_BUNDLE).read_bytes() == (out / "bundle.json").read_bytes()
    run("process", case, "--out", out, *ON)
    assert names(out) == set(FILES)


def test_previous_takes_the_bundle_of_any_run(case: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    options = (*ON, "--receiver", "canvas")
    run("process", case, "--out", out, *options)
    again = run("process", case, "--out", out, *options, "--previous", out / "bundle.json")
    assert (again.returncode, again.stderr) == (0, "")
    written = json.loads((out / RECEIVER_REQUESTS).read_text())
    assert [request["url"] for request in written["requests"]] == ["DocumentReference"]


@pytest.mark.parametrize("receiver", [*receivers()])
def test_dry_run_writes_nothing_and_tells_all(case: Path, tmp_path: Path, receiver: str) -> None:
    done = run("process", case, *ON, "--receiver", receiver, "--dry-run", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert names(tmp_path) == {"in"}
    assert names(case.parent) == {"v11.json"}
    lines = done.stdout.splitlines()
    assert lines[0] == f"{case}:"
    assert lines[1] == f"  receiver {receiver}: {receivers()[receiver].title}"
    sent = [line for line in lines if re.match(r"    (POST|PUT) [A-Z]", line)]
    assert all(re.search(r" - [A-Z]\w+.*, [\d,]+ bytes$", line) for line in sent)
    told = receivers()[receiver]
    assert ("  left out:" in lines) == (not told.takes_transactions)
    for need in told.needs:
        assert need.what in done.stdout
    for note in told.notes:
        assert note.text in done.stdout


def test_dry_run_says_what_the_real_run_writes(case: Path, tmp_path: Path) -> None:
    options = (case, *ON, "--receiver", "openemr", "--out", tmp_path / "out")
    dry = run("process", *options, "--dry-run")
    assert not (tmp_path / "out").exists()
    assert run("process", *options).returncode == 0
    written = json.loads((tmp_path / "out" / RECEIVER_REQUESTS).read_text())["requests"]
    told = re.findall(r"^    (POST|PUT) (\S+) - ", dry.stdout, re.MULTILINE)
    assert told == [(request["method"], request["url"]) for request in written]


@pytest.mark.parametrize("consent", ["visit_only", "no", None])
@pytest.mark.parametrize("receiver", ["generic", "oracle"])
def test_without_consent_nothing_is_sent(tmp_path: Path, consent: object, receiver: str) -> None:
    answers = {**VIGNETTES["V11"]["answers"], "consent": consent}
    path = write(tmp_path, "x.json", answers)
    dry = run("process", path, *ON, "--receiver", receiver, "--dry-run")
    assert dry.returncode == 0
    assert re.search("would be sent: nothing; no bundle: consent is", dry.stdout)
    assert "POST" not in dry.stdout
    out = tmp_path / "out"
    out.mkdir()
    for name in RECEIVER_FILES:
        (out / name).write_text("of an earlier patient")
    done = run("process", path, "--out", out, *ON, "--receiver", receiver)
    assert done.returncode == 0
    assert names(out) == set(FILES) - {"bundle.json"}


def test_nothing_for_a_receiver_is_said(tmp_path: Path) -> None:
    answers = {**VIGNETTES["V11"]["answers"], "cramps": None}
    path = write(tmp_path, "x.json", answers)
    done = run("process", path, "--out", tmp_path / "out", *ON, "--receiver", "oracle")
    assert done.returncode == 0
    assert "x.json: nothing for oracle: it takes none of the resources" in done.stderr
    assert names(tmp_path / "out") == set(FILES)


def test_several_files_are_told_in_their_order(tmp_path: Path) -> None:
    inputs = tmp_path / "in"
    inputs.mkdir()
    for name in ("V31", "V01", "V11"):
        write(inputs, f"{name}.json", VIGNETTES[name])
    write(inputs, "V05.json", "{")
    done = run("process", inputs, *ON, "--dry-run", "--receiver", "epic", cwd=tmp_path)
    assert done.returncode == 1
    one_line(done.stderr, "V05.json: is not JSON")
    headings = re.findall(r"(V\d\d)\.json:$", done.stdout, re.MULTILINE)
    assert headings == ["V01", "V11", "V31"]
    assert names(tmp_path) == {"in"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--receiver", "nobody", "--dry-run"), "'nobody' is none of generic, hapi"),
        (("--receiver", "oracle"), "--out"),
        (("--receiver", "oracle", "--dry-run", "--on", "soon"), "is no date"),
    ],
)
def test_wrong_use(case: Path, tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    done = run("process", case, *arguments, cwd=tmp_path)
    assert done.returncode == 2
    one_line(done.stderr, message)
    assert names(tmp_path) == {"in"}


def test_a_bad_file_is_one_line_in_a_dry_run(tmp_path: Path) -> None:
    done = run("process", write(tmp_path, "x.json", "{"), "--dry-run")
    assert (done.returncode, done.stdout) == (2, "")
    one_line(done.stderr, "x.json: is not JSON")


def test_the_help_names_every_receiver() -> None:
    told = " ".join(run("process", "--help").stdout.split())
    for name in receivers():
        assert name in told
