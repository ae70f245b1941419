"""The server as a person runs it: it starts, tells where, answers, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from intake.cli import intake
from intake.storage import make_engine, schema
from tests.cases import ROOT, VIGNETTES
from tests.clinic import Sent, store
from tests.web import NUMBERS, make_app, state_of

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0"
READY = {"SECRET_KEY": KEY, "INTAKE_GUARD": "doors:door", **NUMBERS}
DOORS = """
import time
from flask import request

def door():
    if request.args.get("slow"):
        time.sleep(2)
    return None if request.headers.get("X-User") == "ana" else ("closed", 403)
"""
START = 60
"""Seconds within which a server starts, on a busy computer."""


def environment(**more: str) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("INTAKE_", "FLASK_")) and name != "SECRET_KEY"
    }
    return {**kept, "PYTHONPATH": str(ROOT), **more}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "intake", "serve", *arguments]


class Server:
    """A server that has told where it is."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdout is not None
        self.lines = [process.stdout.readline().rstrip("\n") for _ in range(3)]
        assert self.lines[0], process.stderr and process.stderr.read()
        self.port = int(self.lines[0].rsplit(":", 1)[1].strip("/"))

    def get(self, path: str, **headers: str) -> tuple[HTTPResponse, str]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("GET", path, headers=sent)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer, text

    def stop(self, number: int) -> tuple[int, str]:
        """Send a signal; return the exit status and what was said on stderr."""
        self.process.send_signal(number)
        _, said = self.process.communicate(timeout=40)
        return self.process.returncode, said


@contextmanager
def running(folder: Path, *arguments: str, **env: str) -> Iterator[Server]:
    with subprocess.Popen(  # noqa: S603  # our own interpreter
        command("--port", "0", *arguments),
        cwd=folder,
        env=environment(**env),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        late = threading.Timer(START, process.kill)
        late.start()
        try:
            server = Server(process)
            late.cancel()
            yield server
        finally:
            late.cancel()
            process.kill()


def refusal(*arguments: str) -> str:
    """Return the line that a refused start says; it is status 2, as for wrong use."""
    with pytest.raises(click.ClickException) as raised:
        intake.main(["serve", *arguments], prog_name="intake", standalone_mode=False)
    assert raised.value.exit_code == 2
    line = raised.value.format_message()
    assert len(line.splitlines()) == 1
    return line


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, with no configuration in the environment."""
    for name in os.environ.keys() - environment().keys():
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def make_ready(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "doors.py").write_text(DOORS)
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.delitem(sys.modules, "doors", raising=False)
    for name, value in READY.items():
        monkeypatch.setenv(name, value)


def children(parent: int) -> set[int]:
    """Return the processes that descend from one, read from /proc."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if fields[0] != "Z":
            parents[int(folder.name)] = int(fields[1])
    found = {parent}
    while True:
        more = {child for child, its in parents.items() if its in found} | found
        if more == found:
            return found - {parent}
        found = more


def test_development_without_any_configuration(tmp_path: Path) -> None:
    with running(tmp_path, "--development") as server:
        base = f"http://127.0.0.1:{server.port}"
        assert server.lines == [
            f"Patients:   {base}/",
            f"Clinicians: {base}/clinic/",
            "Press Ctrl-C to stop.",
        ]
        health, text = server.get("/healthz")
        assert (health.status, json.loads(text)) == (200, {"status": "ok"})
        assert health.headers["Server"] is None
        start, text = server.get("/")
        assert start.status == 200
        assert "[emergency number]" in text
        assert server.get("/clinic/")[0].status == 200
        status, said = server.stop(signal.SIGTERM)
    assert status == 0
    (warning,) = said.splitlines()
    assert warning.startswith("DEVELOPMENT:")
    assert "Never use this with real patients" in warning
    assert (tmp_path / "instance/intake.db").is_file()


def test_in_production(tmp_path: Path) -> None:
    (tmp_path / "doors.py").write_text(DOORS)
    url = f"sqlite:///{tmp_path / 'records.db'}"
    with running(tmp_path, INTAKE_DATABASE_URL=url, **READY) as server:
        assert server.get("/clinic/")[0].status == 403
        assert server.get("/clinic/", X_User="ana")[0].status == 200
        assert server.get("/nowhere", X_Forwarded_Host="evil.example")[0].status == 404
        assert server.stop(signal.SIGINT) == (0, "")
    assert (tmp_path / "records.db").is_file()
    assert not (tmp_path / "instance").exists()


def test_a_trusted_proxy_reaches_the_application(tmp_path: Path) -> None:
    env = {"INTAKE_PROXIES": "1"}
    with running(tmp_path, "--development", **env) as server:
        _, text = server.get("/", X_Forwarded_Prefix="/forms", X_Forwarded_Proto="https")
        assert 'href="/forms/static/intake.css' in text
        moved, _ = server.get("/clinic", X_Forwarded_Host="clinic.example")
        assert moved.headers["Location"] == "http://clinic.example/clinic/"


def test_a_request_under_way_is_answered_before_the_end(tmp_path: Path) -> None:
    (tmp_path / "doors.py").write_text(DOORS)
    answers: list[int] = []
    with running(tmp_path, **READY) as server:
        assert server.get("/")[0].status == 200
        slow = threading.Thread(
            target=lambda: answers.append(server.get("/clinic/?slow=1", X_User="ana")[0].status)
        )
        slow.start()
        time.sleep(1)
        status, _ = server.stop(signal.SIGTERM)
        slow.join()
    assert (answers, status) == ([200], 0)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are read from /proc")
def test_work_that_was_left_is_taken_up_and_no_child_stays(tmp_path: Path) -> None:
    file = tmp_path / "instance/intake.db"
    app = make_app(tmp_path, INTAKE_DATABASE_URL=f"sqlite:///{file}")
    schema.upgrade(state_of(app).storage.engine)
    store(app, Sent(answers=VIGNETTES["V01"]["answers"]))
    state_of(app).storage.engine.dispose()
    with running(tmp_path, "--development") as server:
        deadline = time.monotonic() + START
        found: tuple[str, str | None] = ("pending", None)
        while found[0] in {"pending", "working"} and time.monotonic() < deadline:
            time.sleep(0.2)
            with closing(sqlite3.connect(file)) as connection:
                found = connection.execute("SELECT status, error FROM intake_outbox").fetchone()
        offspring = children(server.process.pid)
        assert server.stop(signal.SIGTERM)[0] == 0
    assert found == ("done", None)
    assert len(offspring) == 1  # the renderer, kept for the next document
    assert not any(Path(f"/proc/{child}").exists() for child in offspring)


@pytest.mark.parametrize("arguments", [(), ("--host", "0.0.0.0")])  # noqa: S104
def test_without_configuration(here: Path, arguments: tuple[str, ...]) -> None:
    line = refusal(*arguments)
    for part in ("INTAKE_CLINIC_PHONE", "INTAKE_GUARD", "SECRET_KEY", "serve --development"):
        assert part in line
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "clinic.example"])  # noqa: S104
@pytest.mark.usefixtures("here")
def test_development_is_for_this_computer_only(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "this computer only" in refusal("--development", "--host", host)
    monkeypatch.setenv("INTAKE_DEVELOPMENT", "1")
    assert "this computer only" in refusal("--host", host)


def test_a_refusal_is_one_line_and_status_2(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(  # noqa: S603  # our own interpreter
            command("--development", "--port", str(port)),
            cwd=tmp_path,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=START,
            check=False,
        )
    said = f"intake: 127.0.0.1:{port}: Address already in use\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)


def test_an_address_of_nobody(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_ready(here, monkeypatch)
    assert "192.0.2.1:8000" in refusal("--host", "192.0.2.1")
    assert "no.such.host.invalid" in refusal("--host", "no.such.host.invalid")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://u:hunter2@h/d", "INTAKE_DATABASE_URL"),
        ("postgresql://u:hunter2@127.0.0.1:1/d", "does not answer"),
        ("sqlite:///doors.py", "damaged or is not a database"),
        ("sqlite:///doors.py/x.db", "can not be made"),
    ],
)
def test_a_bad_database(here: Path, caplog: pytest.LogCaptureFixture, url: str, said: str) -> None:
    (here / "doors.py").write_text(DOORS * 100)
    line = refusal("--development", "--database", url)
    assert said in line
    assert "hunter2" not in line
    assert caplog.messages == []  # they would be further lines on stderr


def test_tables_of_another_version(here: Path) -> None:
    file = here / "a folder/intake.db"
    schema.upgrade(make_engine(f"sqlite:///{file}"))
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE intake_alembic_version SET version_num = 'of the future'")
    line = refusal("--development", "--database", f"sqlite:///{file}")
    assert "newer than this version" in line
    assert f"intake db upgrade --database 'sqlite:///{file}'" in line


@pytest.mark.parametrize("arguments", [("--port", "70000"), ("--port", "x"), ("--bogus",), ("x",)])
@pytest.mark.usefixtures("here")
def test_wrong_use(arguments: tuple[str, ...]) -> None:
    assert arguments[-1].strip("-") in refusal(*arguments)


def test_debugging_is_refused(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_ready(here, monkeypatch)
    monkeypatch.setenv("FLASK_DEBUG", "1")
    assert "FLASK_DEBUG" in refusal()
