"""Things that happen at once, or at the worst moment: nothing is lost, doubled or half done."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit
from uuid import NAMESPACE_URL, uuid5

import pytest
from sqlalchemy import event, select
from waitress import create_server, wasyncore

from intake.storage.tables import Audit, Outbox, Visit
from tests.cases import ROOT, VIGNETTES
from tests.pages import Page, parse
from tests.patients import Patient
from tests.web import make_app, state_of, stored_submissions, stored_visits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask

    from intake.content import Content

pytest_plugins = ["tests.databases"]

CALM: dict[str, Any] = VIGNETTES["V01"]["answers"]
WORDS = "word " * 199 + "end"
AT_ONCE = 20
KILLS = 4
"""How often the server is killed; every start of it takes a second or two."""
START = 60
"""Seconds within which a server starts, on a busy computer."""
LOCK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
"""


@dataclass
class Browser:
    """A browser over a socket: it keeps its cookies and follows nothing by itself."""

    port: int
    prefix: str = "/intake"
    cookies: dict[str, str] = field(default_factory=dict)

    def open(self, path: str, data: dict[str, Any] | None = None) -> tuple[int, str, str]:
        """Return status, location without the prefix, and body. Raises OSError, HTTPException."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
            if data is not None:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = None if data is None else urlencode(data, doseq=True)
            method = "GET" if data is None else "POST"
            connection.request(method, self.prefix + path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or ():
            self.cookies |= {k: morsel.value for k, morsel in SimpleCookie(line).items()}
        location = urlsplit(answer.headers.get("Location") or "").path
        return answer.status, location.removeprefix(self.prefix), text

    def read(self, path: str) -> Page:
        status, _, text = self.open(path)
        return parse(text, status)


@contextmanager
def serving(app: Flask) -> Iterator[int]:
    """Serve an application on a free port of loopback with a thread for each client."""
    sockets: dict[int, Any] = {}
    server = create_server(app, map=sockets, host="127.0.0.1", port=0, threads=AT_ONCE)
    stopping = threading.Event()

    def serve() -> None:
        while not stopping.is_set():
            wasyncore.loop(0.05, use_poll=True, map=sockets, count=1)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield int(server.effective_port)
    finally:
        stopping.set()
        thread.join(10)
        server.task_dispatcher.shutdown()
        wasyncore.close_all(sockets)


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Do all in threads that start together; return what each returns."""
    gate = threading.Barrier(len(deeds))

    def do(deed: Callable[[], Any]) -> Any:
        gate.wait(30)
        return deed()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return [*pool.map(do, deeds)]


def filled_in(app: Flask, content: Content) -> Patient:
    """Return a patient who has answered everything and sent nothing."""
    patient = Patient(app.test_client(), content)
    patient.fill_in(CALM)
    return patient


def copies(app: Flask, content: Content, count: int) -> list[str]:
    """Store forms that only wait to be sent; return the tokens of their browsers."""
    filled_in(app, content)
    (like,) = stored_visits(app)
    tokens = [f"token-{number}" for number in range(count)]
    with state_of(app).storage.write() as session:
        for token in tokens:
            session.add(copy(like, token))
    return tokens


def copy(like: Visit, token: str) -> Visit:
    columns = {column.key: getattr(like, column.key) for column in Visit.__table__.columns}
    name = visit_id(token)
    response = (like.response or "").replace(like.id, name)
    digest = hashlib.sha256(token.encode()).hexdigest()
    return Visit(**columns | {"id": name, "token_hash": digest, "response": response})


def visit_id(token: str) -> str:
    return str(uuid5(NAMESPACE_URL, token))


def with_token(port: int, token: str, prefix: str = "/intake") -> Browser:
    return Browser(port, prefix, {"intake_visit": token})


def sending(browser: Browser, **changes: str) -> dict[str, str]:
    """Return what the button on the check page sends."""
    page = browser.read("/check")
    return {name: page.value(name) for name in ("csrf_token", "key", "seen")} | changes


def changing(browser: Browser, content: Content, path: str, **answers: Any) -> dict[str, Any]:
    """Return what Continue sends from a page of a form that is filled in."""
    patient = Patient(None, content)  # type: ignore[arg-type]  # it only fills in
    return patient.filled(browser.read(path), CALM | answers)


def answer(response: str, link_id: str) -> Any:
    """Return the first value of a question in a stored response."""

    def walk(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
        yield item
        for child in item.get("item", ()):
            yield from walk(child)

    items = walk(json.loads(response))
    found = next(item for item in items if item.get("linkId") == link_id)
    (value,) = found["answer"][0].values()
    return value.get("value", value.get("code")) if isinstance(value, dict) else value


@pytest.fixture
def app(tmp_path: Path, database_url: str) -> Flask:
    return make_app(tmp_path, INTAKE_DATABASE_URL=database_url)


@pytest.mark.parametrize("keys", ["one", "many"])
def test_pressing_send_many_times_at_once(app: Flask, content: Content, keys: str) -> None:
    (token,) = copies(app, content, 1)
    with serving(app) as port:
        browser = with_token(port, token)
        data = sending(browser)
        sent = [
            {**data, "key": data["key"] if keys == "one" else f"key-{number}"}
            for number in range(AT_ONCE)
        ]
        found = at_once(*(partial(browser.open, "/check", data) for data in sent))
        done = at_once(*[partial(browser.read, "/done")] * AT_ONCE)
    assert {answered[:2] for answered in found} == {(303, "/done")}
    (submission,) = stored_submissions(app)
    assert all(submission.reference in page.text for page in done)
    with state_of(app).storage.read() as session:
        assert len([*session.scalars(select(Outbox))]) == 1
        created = select(Audit).where(Audit.action == "submission.created")
        assert len([*session.scalars(created)]) == 1


def test_tabs_that_save_different_pages_at_once(app: Flask, content: Content) -> None:
    (token,) = copies(app, content, 1)
    changes: dict[str, dict[str, Any]] = {
        "/form/g_start": {"completed_by": "carer"},
        "/form/g_muscles": {"cramps": "some"},
        "/form/g_mind": {"sleep_hours": 4.5},
        "/form/g_daily": {"alcohol_week": 11},
        "/form/g_end": {"your_words": "from another tab"},
    }
    options = {option.code for option in content.form.items["cramps"].options}
    changes["/form/g_muscles"]["cramps"] = min(options - {CALM["cramps"]})
    with serving(app) as port:
        browser = with_token(port, token)
        posts = [(path, changing(browser, content, path, **new)) for path, new in changes.items()]
        found = at_once(*(partial(browser.open, *post) for post in posts))
    assert {answered[0] for answered in found} == {303}
    visit = next(v for v in stored_visits(app) if v.id == visit_id(token))
    for new in changes.values():
        for link_id, value in new.items():
            assert answer(visit.response or "", link_id) == value, link_id
    assert answer(visit.response or "", "consent") == CALM["consent"]


def test_a_page_that_is_saved_while_the_form_is_sent(app: Flask, content: Content) -> None:
    """One of the two is done, and the patient is told which: nothing is sent unchecked."""
    tokens = copies(app, content, 6)
    with serving(app) as port:
        for token in tokens:
            browser = with_token(port, token)
            data, page = sending(browser), changing(browser, content, "/form/g_mind", sleep_hours=3)
            saved, sent = at_once(
                partial(browser.open, "/form/g_mind", page), partial(browser.open, "/check", data)
            )
            name = visit_id(token)
            found = [row for row in stored_submissions(app) if row.visit_id == name]
            if saved[0] == 303:  # it came first, so what is sent would not be what was checked
                assert (sent[0], found) == (409, [])
                continue
            assert (saved[0], sent[:2]) == (409, (303, "/done"))
            (submission,) = found
            assert answer(submission.response, "sleep_hours") == CALM["sleep_hours"]


def test_consent_that_is_withdrawn_while_the_form_is_sent(app: Flask, content: Content) -> None:
    tokens = copies(app, content, 6)
    with serving(app) as port:
        for token in tokens:
            browser = with_token(port, token)
            data, page = sending(browser), changing(browser, content, "/form/g_start", consent="no")
            at_once(
                partial(browser.open, "/form/g_start", page), partial(browser.open, "/check", data)
            )
    sent = {row.visit_id for row in stored_submissions(app)}
    names = [visit_id(token) for token in tokens]
    for visit in (row for row in stored_visits(app) if row.id in names):
        assert visit.status in {"completed", "stopped"}
        assert (visit.id in sent) == (visit.status == "completed")
        assert (visit.response, visit.person, visit.asked) == (None, None, "[]")


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
