"""Servers that are killed, databases that are held, disks that are full: nothing is lost."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from http.client import HTTPException
from typing import TYPE_CHECKING

from sqlalchemy import event, select

from intake.storage.tables import Audit, Outbox
from tests.cases import ROOT
from tests.crowds import (
    KILLS,
    LOCK,
    START,
    WORDS,
    Browser,
    answer,
    at_once,
    changing,
    copies,
    filled_in,
    sending,
    serving,
    visit_id,
    with_token,
)
from tests.pages import parse
from tests.web import make_app, state_of, stored_submissions, stored_visits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from intake.content import Content


@contextmanager
def server(folder: Path, url: str, **env: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Run the server as a person tries it out; give the process and its port."""
    command = [sys.executable, "-m", "intake", "serve", "--development", "--port", "0"]
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("INTAKE_", "FLASK_"))}
    with subprocess.Popen(  # noqa: S603  # our own interpreter
        [*command, "--database", url],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(ROOT), **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        late = threading.Timer(START, process.kill)
        late.start()
        try:
            assert process.stdout is not None
            yield process, int(process.stdout.readline().rsplit(":", 1)[1].strip(" /\n"))
        finally:
            late.cancel()
            process.kill()


class Senders:
    """Clients that each send one form after the other, and note what they were told."""

    def __init__(self, tokens: list[str]) -> None:
        self.waiting = tokens
        self.told: dict[str, str] = {}
        self.lock = threading.Lock()

    def run(self, port: int, enough: int, kill: Callable[[], None], clients: int = 6) -> None:
        """Send from several threads; the server is killed after so many confirmations."""
        goal = len(self.told) + enough

        def send_on() -> None:
            while self.waiting and len(self.told) < goal:
                with self.lock:
                    token = self.waiting.pop()
                try:
                    self.send(port, token)
                except (OSError, HTTPException):
                    with self.lock:
                        self.waiting.append(token)
                    return

        with ThreadPoolExecutor(clients) as pool:
            done = [pool.submit(send_on) for _ in range(clients)]
            while len(self.told) < goal and not all(one.done() for one in done):
                time.sleep(0.001)
            kill()
        for one in done:
            one.result()

    def send(self, port: int, token: str) -> None:
        browser = with_token(port, token, "")
        status, location, text = browser.open("/check")
        if status == 200:
            page = parse(text)
            data = {name: page.value(name) for name in ("csrf_token", "key", "seen")}
            status, location, _ = browser.open("/check", data)
        assert (status, location) == (303, "/done"), status
        self.told[visit_id(token)] = ""  # from here on it must be on disk
        page = browser.read("/done")
        self.told[visit_id(token)] = next(page.all("strong")).text or ""


def test_a_server_that_is_killed_loses_nothing_that_it_confirmed(
    tmp_path: Path, content: Content
) -> None:
    app = make_app(tmp_path)
    senders = Senders(copies(app, content, 300))
    url = app.config["INTAKE_DATABASE_URL"]
    for number in range(KILLS):
        with server(tmp_path, url, INTAKE_WORKER="0") as (process, port):
            senders.run(port, 4 + 3 * number, process.kill)
    rows = {row.visit_id: row for row in stored_submissions(app)}
    assert len(senders.told) >= KILLS * 4
    for name, reference in senders.told.items():
        assert reference in {"", rows[name].reference}
    with state_of(app).storage.read() as session:
        jobs = [job.submission_id for job in session.scalars(select(Outbox))]
        created = select(Audit.subject_id).where(Audit.action == "submission.created")
        audited = [*session.scalars(created)]
    ids = sorted(row.id for row in rows.values())
    assert sorted(jobs) == ids
    assert sorted(audited) == ids
    assert len({row.reference for row in rows.values()}) == len(ids)
    for visit in stored_visits(app):
        assert (visit.status == "completed") == (visit.id in rows)
        assert (visit.response is None) == (visit.id in rows)


@contextmanager
def locked(file: str) -> Iterator[None]:
    """Let another process hold the database."""
    with subprocess.Popen(  # noqa: S603  # our own interpreter
        [sys.executable, "-c", LOCK, file],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "locked\n"
        try:
            yield
        finally:
            process.communicate()


def test_a_database_that_another_process_holds(tmp_path: Path, content: Content) -> None:
    app = make_app(tmp_path)
    tokens = copies(app, content, 2)
    with serving(app) as port:
        saver, sender = (with_token(port, token) for token in tokens)
        page = changing(saver, content, "/form/g_end", your_words="keep <b>this</b> text")
        data = sending(sender)
        other = Browser(port)
        start = {"csrf_token": other.read("/").value("csrf_token")}
        with locked(str(tmp_path / "intake.db")):
            begun = time.monotonic()
            saved, sent, started, read = at_once(
                partial(saver.open, "/form/g_end", page),
                partial(sender.open, "/check", data),
                partial(other.open, "/", start),
                partial(saver.open, "/form/g_mind"),
            )
            took = time.monotonic() - begun
        assert [saved[0], sent[0], started[0], read[0]] == [503, 503, 503, 200]
        assert took < 15  # and not for ever: a lock is waited for for 5 seconds
        again = parse(saved[2])
        assert "We could not save your answers" in again.text
        (field,) = again.named("your_words")
        assert field.text == "keep <b>this</b> text"
        assert "We could not send your form" in parse(sent[2]).text
        assert stored_submissions(app) == []
        page |= {"csrf_token": again.value("csrf_token")}
        assert saver.open("/form/g_end", page)[:2] == (303, "/check")
        assert sender.open("/check", data)[:2] == (303, "/done")
        assert other.open("/", start)[:2] == (303, "/form/g_start")


def test_a_disk_that_is_full(tmp_path: Path, content: Content) -> None:
    app = make_app(tmp_path)
    patient = filled_in(app, content)
    engine = state_of(app).storage.engine
    before = stored_visits(app)[0].response
    data = patient.filled(patient.get("/check"), {})
    typed = patient.filled(patient.get("/form/g_end"), {"your_words": WORDS})
    engine.dispose()
    with closing(sqlite3.connect(tmp_path / "intake.db")) as connection:
        connection.execute("VACUUM")
        (pages,) = connection.execute("PRAGMA page_count").fetchone()

    def fill(connection: sqlite3.Connection, _: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(engine, "connect", fill)
    saved = patient.post("/form/g_end", typed)
    sent = patient.post("/check", data)
    assert (saved.status_code, sent.status_code) == (503, 503)
    assert parse(saved.text).named("your_words")[0].text == WORDS
    assert (stored_submissions(app), stored_visits(app)[0].response) == ([], before)
    event.remove(engine, "connect", fill)
    engine.dispose()
    assert patient.post("/form/g_end", typed).request.path == "/intake/check"
    patient.submit(patient.get("/check"))
    assert patient.at == "/done"
    (submission,) = stored_submissions(app)
    assert answer(submission.response, "your_words") == WORDS
