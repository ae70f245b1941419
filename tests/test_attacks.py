"""Attacks on the running pages: what is hostile, forged, foreign or out of order does no harm."""

from __future__ import annotations

import json
import logging
import random
import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from flask import abort, request

from fhir.intake.conformance import validate
from intake import Intake
from intake.person import BIRTH_DATE, NAME, PHONE, RECORD_NUMBER
from intake.processing import BUNDLE, FILES, PDF
from intake.server import create_app
from intake.storage import StorageError, audit, schema
from intake.web.headers import HEADERS
from intake.worker import work
from tests.cases import TEST_DATA, VIGNETTES
from tests.clinic import Sent, audited, store
from tests.pages import lint, parse
from tests.patients import Patient, typed_date
from tests.web import NUMBERS, make_app, state_of, stored_submissions, stored_visits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from werkzeug.routing import Rule

    from fhir.intake.items import Form, Item
    from intake.content import Content
    from intake.pdf.renderer import Renderer

FILE = TEST_DATA / "security" / "bad_inputs.json"
FORM_DATA = "application/x-www-form-urlencoded"
CALM: dict[str, Any] = VIGNETTES["V01"]["answers"]
CANARY = "Zebra4711"
READING = {"GET", "HEAD", "OPTIONS"}
DANGER = {"emergency_signs": ["self_harm"]}
LONGEST = 1000


def entries(*where: str) -> list[Any]:
    """Return the hostile inputs for some kind of field that are a value or a repeated text."""
    if not FILE.is_file():
        reason = f"the hostile inputs are not at {FILE} (set INTAKE_TEST_DATA)"
        return [pytest.param({}, marks=pytest.mark.skip(reason=reason))]
    rows = json.loads(FILE.read_text(encoding="utf-8"))["inputs"]
    return [
        pytest.param(row, id=row["id"])
        for row in rows
        if row["where"].startswith(where) and row["id"] != "uni-lone-lo"  # no bytes of UTF-8
    ]


def value_of(row: dict[str, Any]) -> str:
    if "value" in row:
        return str(row["value"])
    return str(row["generator"]["s"] * row["generator"]["n"])


def must_refuse(row: dict[str, Any]) -> bool:
    """Tell whether a text is refused; one of the form's fields takes a thousand characters."""
    return row["expected"].startswith(("422", "413")) or len(value_of(row)) > LONGEST


def database(app: Flask, *, but: str = "intake_audit") -> dict[str, list[Any]]:
    """Return all rows of all tables but one, past everything that could hide any."""
    file = str(state_of(app).storage.engine.url.database)
    with closing(sqlite3.connect(file)) as connection:
        master = "SELECT name FROM sqlite_master WHERE type = 'table'"
        names = [name for (name,) in connection.execute(master) if name != but]
        kept = [name for name in names if not name.startswith("sqlite_")]
        return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in kept}  # noqa: S608


def make_ready(folder: Path, **config: Any) -> Flask:
    """Make an application whose tables are there, so that a test can store rows."""
    made = make_app(folder, **config)
    schema.upgrade(state_of(made).storage.engine)
    return made


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return make_ready(tmp_path)


@pytest.fixture
def patient(app: Flask, content: Content) -> Patient:
    return Patient(app.test_client(), content)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Patient:
    """A patient who has answered everything and sent nothing; shared by tests that refuse."""
    from intake.content import standard_content

    shared = make_app(tmp_path_factory.mktemp("filled"))
    known = Patient(shared.test_client(), standard_content())
    known.fill_in(CALM)
    return known


def app_of(patient: Patient) -> Flask:
    return patient.client.application


def actions(app: Flask) -> list[str]:
    (visit,) = stored_visits(app)
    with state_of(app).storage.read() as session:
        return [event.action for event in audit.events(session, ("visit", visit.id))]


def stored(app: Flask) -> dict[str, Any]:
    """Return the answers of the only draft by link id: lists of what FHIR calls the values."""
    (visit,) = stored_visits(app)
    return values_in(json.loads(visit.response or "{}"))


def values_in(item: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "answer" in item:
        found[item["linkId"]] = [*(next(iter(answer.values())) for answer in item["answer"])]
    for child in item.get("item", ()):
        for name, values in values_in(child).items():
            found[name] = found.get(name, []) + values
    return found


# Hostile inputs, through HTTP


@pytest.mark.parametrize("row", entries("form:text", "form:name"))
def test_hostile_text(filled: Patient, row: dict[str, Any]) -> None:
    text = value_of(row)
    app = app_of(filled)
    before = database(app)
    data = filled.filled(filled.get("/form/g_end"), {"your_words": text})
    answer = filled.post("/form/g_end", data, follow=False)
    if must_refuse(row):
        assert answer.status_code in {413, 422}
        assert database(app) == before
        if answer.status_code == 422:
            page = lint(answer.text, 422)
            assert [target for _, target in page.errors()] == ["#your_words"]
            (control,) = page.named("your_words")
            # HTML has no way to write a NUL; its line ends are LF.
            kept = (control.text or "").replace("\ufffd", "")
            assert kept == text.replace("\0", "").replace("\r\n", "\n")
        return
    assert answer.status_code == 303
    assert stored(app)["your_words"] == [text]
    check = lint(filled.client.get("/intake/check").text)
    shown = ["".join(node.itertext()) for node in check.all("p")]
    assert text.replace("\r\n", "\n").replace("\r", "\n") in shown


@pytest.mark.parametrize("row", entries("form:number"))
def test_hostile_number(filled: Patient, row: dict[str, Any]) -> None:
    app = app_of(filled)
    before = stored(app)
    data = filled.filled(filled.get("/form/g_mind"), CALM) | {"stress_level": value_of(row)}
    answer = filled.post("/form/g_mind", data, follow=False)
    if answer.status_code == 303:
        assert row["id"] == "num-octal"
        assert stored(app)["stress_level"] == [10]
        return
    assert answer.status_code == 422
    page = lint(answer.text, 422)
    assert [target for _, target in page.errors()] == ["#stress_level"]
    assert page.value("stress_level") == value_of(row)
    assert stored(app) == before


@pytest.mark.parametrize("row", entries("form:date"))
def test_hostile_date(filled: Patient, row: dict[str, Any]) -> None:
    app = app_of(filled)
    before = database(app)
    year, month, day = (*value_of(row).split("-", 2), "", "")[:3]
    parts = {f"{BIRTH_DATE}-day": day, f"{BIRTH_DATE}-month": month, f"{BIRTH_DATE}-year": year}
    data = filled.filled(filled.get("/form/person"), CALM) | parts
    answer = filled.post("/form/person", data, follow=False)
    if answer.status_code == 303:
        assert row["id"] in {"date-29feb", "date-unpadded"}
        return
    assert answer.status_code == 422
    page = lint(answer.text, 422)
    assert {name: page.value(name) for name in parts} == parts
    assert database(app) == before


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'x'>]><a>&b;</a>", "application/xml", 415),
        (b'{"your_words": "x"}', "application/json", 415),
        (b"x", "multipart/form-data", 400),
        (b"--b\r\n\r\n" + b"a" * 500_000, "multipart/form-data; boundary=b", 413),
        (b"your_words=" + b"a" * 3_000_000, FORM_DATA, 413),
        (b"your_words=a&" * 10_000, FORM_DATA, 413),
        (b"&".join(b"f%d=1" % n for n in range(5000)), FORM_DATA, 413),
        (b"=&&&=%00%ff&%", FORM_DATA, 400),
    ],
)
def test_hostile_bodies(filled: Patient, body: bytes, kind: str, status: int) -> None:
    app = app_of(filled)
    before = database(app, but="")
    answer = filled.client.post("/intake/form/g_end", data=body, content_type=kind)
    assert answer.status_code == status
    assert database(app, but="") == before


@pytest.mark.parametrize("field", ["stress_level", "your_words", "cramps"])
def test_an_answer_that_is_sent_twice(filled: Patient, field: str) -> None:
    app = app_of(filled)
    page = {"stress_level": "g_mind", "your_words": "g_end", "cramps": "g_muscles"}[field]
    before = database(app)
    data = filled.filled(filled.get(f"/form/{page}"), CALM) | {field: ["1", "2"]}
    assert filled.post(f"/form/{page}", data).status_code == 422
    assert database(app) == before


def test_the_query_is_no_part_of_what_is_sent(filled: Patient) -> None:
    data = filled.filled(filled.get("/form/g_end"), {"your_words": "from the body"})
    path = (
        "/form/g_end?your_words=query&asked=consent&consent=no&csrf_token=x&return=//evil.example"
    )
    answer = filled.post(path, data, follow=False)
    assert (answer.status_code, answer.location) == (303, "/intake/check")
    assert stored(app_of(filled))["your_words"] == ["from the body"]


@pytest.mark.parametrize("value", ["https://evil.example", "//evil.example", "x'\"><script>"])
def test_queries_lead_nowhere_else(filled: Patient, value: str) -> None:
    for path in ("/", "/form/g_end", "/check", "/help/g_emergency", "/done", "/stopped"):
        for name in ("return", "next", "page", "q", "sort"):
            answer = filled.client.get(f"/intake{path}", query_string={name: value})
            assert answer.status_code in {200, 303}
            assert (answer.location or "/intake/").startswith("/intake/")
            assert "evil" not in answer.text + (answer.location or "")
            assert "<script" not in answer.text


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory, renderer: Renderer) -> tuple[Flask, str]:
    """An application with a form that says every accepted hostile text, and its files; the id."""
    from intake.content import standard_content

    app = make_app(tmp_path_factory.mktemp("hostile"))
    texts = hostile_texts()
    rows = [
        {"med_name": name, "med_dose": dose}
        for name, dose in zip(texts[:20], texts[20:40], strict=True)
    ]
    answers = {
        **VIGNETTES["V11"]["answers"],
        "takes_medicines": "medicines",
        "medication": rows,
        "your_words": "\r\n".join(texts),
        "occupation": texts[-1],
        "family_history": ["ms"],
        "family_history_who": texts[-2],
        "med_before_twitch": "no",
    }
    answers["your_words"] = answers["your_words"][:LONGEST]
    patient = Patient(app.test_client(), standard_content())
    patient.who |= {NAME: "</textarea><script>alert(1)</script>", RECORD_NUMBER: "{{7*7}}<b>"}
    patient.submit(patient.fill_in(answers))
    (sent,) = stored_submissions(app)
    assert work(app, renderer) == 1
    found = values_in(json.loads(sent.response))
    assert found["med_name"] == texts[:20]
    assert found["med_dose"] == texts[20:40]
    assert found["your_words"] == [answers["your_words"]]
    return app, sent.id


def hostile_texts() -> list[str]:
    if not FILE.is_file():
        pytest.skip(f"the hostile inputs are not at {FILE} (set INTAKE_TEST_DATA)")
    rows = [entry.values[0] for entry in entries("form:text", "form:name")]
    return [value_of(row) for row in rows if not must_refuse(row) and len(value_of(row)) <= 100]


def test_hostile_texts_are_text_to_the_clinician(hostile: tuple[Flask, str]) -> None:
    app, name = hostile
    client = app.test_client()
    listed = lint(client.get("/intake/clinic/").text)
    page = lint(client.get(f"/intake/clinic/{name}").text)
    assert "</textarea><script>alert(1)</script>" in listed.text
    body = "".join(page.one("body").itertext())
    for text in hostile_texts()[:40]:
        assert text.replace("\r\n", "\n").replace("\r", "\n") in body
    outside = {"script", "svg", "img", "iframe", "embed", "object", "noscript", "base"}
    assert not [*page.all(*outside), *listed.all(*outside)]


def test_hostile_texts_are_text_in_the_files(hostile: tuple[Flask, str], tmp_path: Path) -> None:
    app, name = hostile
    client = app.test_client()
    for file in FILES:
        answer = client.get(f"/intake/clinic/{name}/{file}")
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    bundle = json.loads(client.get(f"/intake/clinic/{name}/{BUNDLE}").data)
    assert validate(bundle) == []
    for entry in bundle["entry"]:
        narrative = entry["resource"].get("text", {}).get("div", "")
        assert not [*parse(narrative).all("script", "img", "svg", "link", "style", "base")]
    pdf = client.get(f"/intake/clinic/{name}/{PDF}").data
    tool = shutil.which("pdftotext")
    if tool is None:
        pytest.skip("pdftotext (poppler) is not installed")
    (tmp_path / PDF).write_bytes(pdf)
    run = [tool, "-raw", str(tmp_path / PDF), "-"]
    printed = subprocess.run(run, capture_output=True, check=True).stdout.decode()  # noqa: S603
    bare = "".join(printed.split())
    for text in hostile_texts()[:40]:
        if text.isascii():
            assert "".join(text.split()) in bare, text


# Who may do what: generated from the routes, so that a new one is covered


def path_of(rule: Rule, submission: str, file: str = PDF) -> str:
    """Return a path of a route; a route with an argument of another name must be added here."""
    known = {"submission_id": submission, "filename": "intake.css"}
    known["name"] = file if "submission_id" in rule.arguments else "g_emergency"
    return str(rule.build({name: known[name] for name in rule.arguments})[1])  # type: ignore[index]


def routes(app: Flask, methods: set[str], submission: str = "x") -> Iterator[tuple[str, str, str]]:
    """Yield endpoint, method and path of all routes of ours."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) & methods):
            for file in FILES if rule.endpoint.endswith(".file") else (PDF,):
                yield rule.endpoint, method, path_of(rule, submission, file)


UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


@pytest.mark.parametrize("config", [{}, {"WTF_CSRF_ENABLED": False}], ids=["usual", "host-off"])
def test_nothing_is_changed_without_a_token(
    tmp_path: Path, content: Content, config: dict[str, Any]
) -> None:
    app = make_ready(tmp_path, **config)
    sent = store(app, Sent(answers=CALM, job="failed", error="x"))
    patient = Patient(app.test_client(), content)
    page = patient.fill_in(CALM)
    answers = patient.filled(page, {}) | {"asked": "emergency_signs", "emergency_signs": "none"}
    foreign = parse(app.test_client().get("/intake/").text).value("csrf_token")
    own = answers.pop("csrf_token")
    before = database(app, but="")
    unsafe = [*routes(app, UNSAFE, sent)]
    assert len({endpoint for endpoint, _, _ in unsafe}) >= 5
    for token in (None, "", "x", foreign, own[:-1], [foreign, own]):
        data = answers if token is None else {**answers, "csrf_token": token}
        for endpoint, method, path in unsafe:
            answer = patient.client.open(path, method=method, data=data)
            away = endpoint == "intake_patient.pass_help" and answer.status_code == 303
            assert answer.status_code == 400 or away, (endpoint, token, answer.status_code)
            assert database(app, but="") == before, endpoint


def test_reading_changes_nothing_but_the_audit(app: Flask, content: Content) -> None:
    sent = store(app, Sent(answers=CALM))
    clients = [app.test_client() for _ in range(3)]
    Patient(clients[1], content).fill_in(CALM)
    done = Patient(clients[2], content)
    done.submit(done.fill_in(CALM))
    before = database(app)
    cookies = [client.get_cookie("intake_visit", path="/intake/") for client in clients]
    for client in clients:
        for endpoint, method, path in routes(app, READING, sent):
            status = client.open(path, method=method).status_code
            assert status < 400 or (status == 503 and endpoint.endswith(".file"))
    assert database(app) == before
    after = [client.get_cookie("intake_visit", path="/intake/") for client in clients]
    assert [c and c.value for c in after] == [c and c.value for c in cookies]


def guarded_app(folder: Path, clinic: str = "default") -> Flask:
    from flask import Flask as Host

    app = Host("host", instance_path=str(folder), static_folder=None)
    app.config.update(TESTING=True, SECRET_KEY=str(uuid4()), INTAKE_CLINIC_ID=clinic, **NUMBERS)
    app.config["INTAKE_DATABASE_URL"] = f"sqlite:///{folder / 'intake.db'}"

    def admit() -> None:
        if request.headers.get("X-User") is None:
            abort(403)

    Intake().init_app(app, guard=admit, actor=lambda: request.headers.get("X-User"))
    schema.upgrade(state_of(app).storage.engine)
    return app


def test_who_is_no_clinician_sees_and_does_nothing(tmp_path: Path, content: Content) -> None:
    app = guarded_app(tmp_path)
    sent = store(app, Sent(answers=CALM))
    patient = Patient(app.test_client(), content)
    patient.submit(patient.fill_in(CALM))
    before = database(app, but="")
    for client in (app.test_client(), patient.client):
        for endpoint, method, path in routes(app, READING | UNSAFE, sent):
            if endpoint.startswith("intake_clinician.") and not endpoint.endswith(".static"):
                assert client.open(path, method=method).status_code == 403, endpoint
    assert database(app, but="") == before


def test_another_clinic_sees_and_does_nothing(tmp_path: Path, content: Content) -> None:
    """Two clinics in one database, with all that belongs to one tried at the other."""
    north, south = guarded_app(tmp_path, "north"), guarded_app(tmp_path, "south")
    sent = store(north, Sent(answers=CALM, job="failed", error="x"))
    theirs = Patient(north.test_client(), content)
    theirs.fill_in(CALM)
    cookie = theirs.client.get_cookie("intake_visit", path="/intake/")
    assert cookie is not None
    client = south.test_client()
    client.set_cookie("intake_visit", cookie.value, path="/intake/")
    token = parse(client.get("/intake/").text).value("csrf_token")
    before = database(north)
    for endpoint, method, path in routes(south, READING | UNSAFE, sent):
        data = {"csrf_token": token, "asked": "consent", "consent": "no", "key": "k"}
        if endpoint == "intake_patient.begin":
            continue
        answer = client.open(
            path, method=method, data=data if method == "POST" else None, headers={"X-User": "eve"}
        )
        if sent in path and method != "OPTIONS":
            assert answer.status_code == 404, (endpoint, method)
        assert "Mark Example" not in answer.text
        assert sent not in answer.text
    assert database(north) == before


def test_every_read_of_a_clinician_is_in_the_audit(tmp_path: Path) -> None:
    app = guarded_app(tmp_path)
    sent = store(app, Sent(answers=CALM, files={PDF: b"%PDF-", BUNDLE: b"{}"}))
    client = app.test_client()
    reads = ("submissions.list", "submission.read", "file.read")
    for endpoint, method, path in routes(app, {"GET", "HEAD"}, sent):
        if endpoint.startswith("intake_clinician.") and not endpoint.endswith(".static"):
            count = len(audited(app, *reads))
            assert client.open(path, method=method, headers={"X-User": "ana"}).status_code == 200
            assert len(audited(app, *reads)) == count + 1, endpoint
    assert {actor for _, actor, _, _ in audited(app, *reads)} == {"ana"}


@pytest.mark.parametrize(
    "name",
    ["1", "0", "00000000-0000-0000-0000-000000000000", "%00", "x" * 3000, "..%2f..%2fetc%2fpasswd"],
)
def test_guessed_ids(filled: Patient, name: str) -> None:
    for path in (f"/{name}", f"/{name}/{PDF}", f"/{name}/../{PDF}", f"/{name}/settings.py"):
        assert filled.client.get(f"/intake/clinic{path}").status_code == 404
    token = parse(filled.client.get("/intake/").text).value("csrf_token")
    data = {"csrf_token": token}
    assert filled.client.post(f"/intake/clinic/{name}/retry", data=data).status_code == 404
    assert filled.client.get(f"/intake/form/{name}").status_code == 404
    assert filled.client.get(f"/intake/static/{name}").status_code == 404


# Cookies


def test_cookies_that_are_not_ours(filled: Patient) -> None:
    """Guessed and damaged tokens, what the database holds of one, and the cookies of others."""
    app = app_of(filled)
    known = filled.client.get_cookie("intake_visit", path="/intake/")
    assert known is not None
    token = known.value
    (visit,) = stored_visits(app)
    dice = random.Random(4711)  # noqa: S311  # repeatable
    guesses = [f"{dice.getrandbits(172):043x}" for _ in range(50)]
    tampered = [token[:-1], f"{token}x", token.swapcase(), token[::-1], "", "a" * 5000, "\xff\xfe"]
    others = ["gASVIAAAAAAAAACMBXBvc2l4lIwGc3lzdGVtlJOUjAJpZJSFlFKULg==", "' OR '1'='1", "../x"]
    client = app.test_client(use_cookies=False)
    for value in (*guesses, *tampered, *others, visit.token_hash, visit.id):
        answer = client.get("/intake/check", headers={"Cookie": f"intake_visit={value}"})
        assert (answer.status_code, answer.location) == (303, "/intake/"), value
    assert (
        client.get("/intake/check", headers={"Cookie": f"intake_visit={token}"}).status_code == 200
    )
    for value in ("garbage", ".eJw", "e30.x.y", "a" * 8000):
        answer = client.get("/intake/", headers={"Cookie": f"session={value}"})
        assert answer.status_code == 200


def test_a_new_form_has_a_new_token(app: Flask, patient: Patient) -> None:
    """A token that was planted, or is of an earlier form, is not kept for the next form."""
    patient.client.set_cookie("intake_visit", "planted", path="/intake/")
    tokens = {"planted"}
    for _ in range(2):
        patient.begin()
        cookie = patient.client.get_cookie("intake_visit", path="/intake/")
        assert cookie is not None
        tokens.add(cookie.value)
    assert len(tokens) == 3
    assert len({visit.token_hash for visit in stored_visits(app)}) == 2


def test_the_cookie_of_a_form_that_was_sent_shows_no_answers(app: Flask, patient: Patient) -> None:
    patient.who[NAME] = CANARY
    patient.submit(patient.fill_in(CALM | {"your_words": CANARY}))
    for endpoint, method, path in routes(app, {"GET"}):
        if endpoint.startswith("intake_patient."):
            assert (
                CANARY not in patient.client.open(path, method=method, follow_redirects=True).text
            )


def test_two_browsers_have_two_forms(app: Flask, content: Content) -> None:
    first, second = (Patient(app.test_client(), content) for _ in range(2))
    first.who[NAME], second.who[NAME] = "First Example", "Second Example"
    checks = [person.fill_in(CALM) for person in (first, second)]
    assert "First" in checks[0].text
    assert "First" not in checks[1].text
    crossed = first.filled(checks[0], {})
    assert second.post("/check", crossed).status_code == 400  # the token of another session
    assert stored_submissions(app) == []


def standalone(folder: Path) -> Flask:
    url = f"sqlite:///{folder / 'intake.db'}"
    made = create_app({"TESTING": True, "INTAKE_DATABASE_URL": url, **NUMBERS})
    schema.upgrade(state_of(made).storage.engine)
    return made


def test_every_answer_has_the_headers(tmp_path: Path, content: Content) -> None:
    app = standalone(tmp_path)
    sent = store(app, Sent(answers=CALM, files={PDF: b"%PDF-", BUNDLE: b"{}"}))
    patient = Patient(app.test_client(), content, prefix="")
    patient.fill_in(CALM)
    methods = READING | UNSAFE | {"TRACE"}
    paths = {path for _, _, path in routes(app, READING | UNSAFE, sent)} | {
        "/x",
        "/clinic",
        "/form",
    }
    for client in (app.test_client(), patient.client):
        for path in sorted(paths):
            for method in methods:
                answer = client.open(path, method=method)
                for name, value in HEADERS.items():
                    assert answer.headers.getlist(name) == [value], (method, path, name)
                if answer.status_code != 200 or "static" not in path:
                    assert answer.headers["Cache-Control"] == "no-store", (method, path)
                assert "Access-Control-Allow-Origin" not in answer.headers
                assert answer.status_code < 500, (method, path)
                if answer.content_type.startswith("text/"):
                    assert answer.content_type.endswith("; charset=utf-8"), (method, path)


def test_cookies_are_for_the_server_only(tmp_path: Path) -> None:
    app = standalone(tmp_path)
    app.config["SESSION_COOKIE_SECURE"] = True
    client = app.test_client()
    token = parse(client.get("/", base_url="https://localhost").text).value("csrf_token")
    answers = [
        client.get("/", base_url="https://localhost"),
        app.test_client().get("/", base_url="https://localhost"),
        client.post("/", base_url="https://localhost", data={"csrf_token": token}),
    ]
    lines = [line for answer in answers for line in answer.headers.getlist("Set-Cookie")]
    assert {line.partition("=")[0] for line in lines} == {"intake_session", "intake_visit"}
    for line in lines:
        parts = {part.strip() for part in line.split(";")[1:]}
        assert {"HttpOnly", "SameSite=Lax", "Path=/", "Secure"} <= parts, line
        assert not [part for part in parts if part.startswith(("Domain", "Expires", "Max-Age"))]


# What is said in logs


def test_logs_hold_no_patient(
    tmp_path: Path,
    content: Content,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    app = make_app(tmp_path, PROPAGATE_EXCEPTIONS=False)
    patient = Patient(app.test_client(), content)
    patient.who |= {NAME: CANARY, RECORD_NUMBER: CANARY, PHONE: "555 4711 4711"}
    check = patient.fill_in({**CALM, "your_words": CANARY})
    cookie = patient.client.get_cookie("intake_visit", path="/intake/")
    assert cookie is not None
    patient.send(patient.get("/form/g_end"), {"your_words": f"{CANARY}\0"})
    agent = {"User-Agent": CANARY, "Referer": CANARY, "X-Forwarded-For": CANARY}
    patient.client.get(f"/intake/form/{CANARY}?q={CANARY}%0d%0aINFO", headers=agent)
    patient.visited.append("/check")
    patient.submit(check)
    work(app, Broken())  # type: ignore[arg-type]
    (sent,) = stored_submissions(app)
    fail_everywhere(app)
    for _, method, path in routes(app, {"GET", "POST"}, sent.id):
        answer = patient.client.open(f"{path}?q={CANARY}", method=method, data=_typed(method))
        assert answer.status_code == 500
        assert CANARY not in answer.text
    out, err = capfd.readouterr()
    said = caplog.text + out + err
    assert "RuntimeError" in said
    for secret in (CANARY, cookie.value, "555 4711", "4711 4711"):
        assert secret not in said


class Broken:
    """A renderer that fails with the patient's words."""

    def render(self, *_: object, **__: object) -> bytes:
        raise ValueError(CANARY)


def fail_everywhere(app: Flask) -> None:
    """Let every view fail with what was typed."""

    def fail(**_: object) -> str:
        raise RuntimeError(f"{CANARY} {dict(request.form)}")

    app.view_functions |= dict.fromkeys(app.view_functions, fail)


def _typed(method: str) -> dict[str, str] | None:
    return {"your_words": CANARY} if method == "POST" else None


# Pages out of order, forged, or older than what they are sent to


def sent_page(patient: Patient, path: str, answers: dict[str, Any]) -> dict[str, Any]:
    return patient.filled(parse(patient.client.get(f"/intake{path}").text), answers)


def test_the_emergency_page_is_not_passed_by_another_page(app: Flask, patient: Patient) -> None:
    """A tab that was open before, or a page that is not due yet, does not lead past it."""
    page = patient.begin()
    tab = patient.filled(page, CALM)
    page = patient.send(page, CALM)
    patient.send(page, CALM | DANGER)
    assert patient.at == "/help/g_emergency"
    person = {"asked": f"{NAME} {BIRTH_DATE}", NAME: "Mark Example"}
    later = {"asked": "cramps", "cramps": CALM["cramps"]}
    pages = {"g_start": tab, "person": person, "g_muscles": later, "g_end": {"asked": ""}}
    for name, data in pages.items():
        born = typed_date(BIRTH_DATE, "1984-05-10")
        own = {"csrf_token": tab["csrf_token"], "visit": tab["visit"]}
        patient.post(f"/form/{name}", data | born | own)
        for path in ("/form/person", "/form/g_end", "/check", "/done", "/stopped"):
            patient.get(path)
            assert patient.at in {"/help/g_emergency", "/"}, (name, path)
        assert stored_visits(app)[0].interruption == "g_emergency"
    assert not {"interruption.passed", "interruption.cleared"} & set(actions(app))


def test_danger_that_is_told_at_the_end_is_not_sent_before_it_is_read(
    app: Flask, patient: Patient
) -> None:
    check = patient.fill_in(CALM)
    data = patient.filled(check, {})
    page = patient.get("/form/g_emergency?return=check")
    patient.send(page, CALM | DANGER)
    assert patient.at == "/help/g_emergency"
    answer = patient.post("/check", data, follow=False)
    assert (answer.status_code, answer.location) == (303, "/intake/help/g_emergency")
    assert stored_submissions(app) == []
    token = patient.get("/help/g_emergency").value("csrf_token")
    patient.read(patient.post("/help/g_emergency?return=check", {"csrf_token": token}))
    assert patient.at == "/check"
    assert patient.post("/check", data).status_code == 409
    patient.submit(patient.get("/check"))
    (sent,) = stored_submissions(app)
    assert json.loads(sent.assessment)["tier"] is not None


def test_pages_in_the_wrong_order_reach_the_same_end(app: Flask, patient: Patient) -> None:
    """Pages that are sent unasked are kept, and the others are asked for all the same."""
    first = patient.begin()
    token, visit = first.value("csrf_token"), first.value("visit")
    for name in ("g_end", "g_mind", "g_muscles"):
        page = next(page for page in patient.content.form.pages if page.link_id == name)
        asked = [item.link_id for item in page.walk() if item.is_question]
        data = {"csrf_token": token, "visit": visit, "asked": " ".join(asked)}
        for link_id in asked:
            data |= patient.typed(link_id, CALM.get(link_id))
        assert patient.post(f"/form/{name}", data, follow=False).status_code == 303
        patient.get("/check")
        assert patient.at == "/form/g_start"
    assert (
        patient.post("/check", {"csrf_token": token, "key": "k"}, follow=False).status_code == 303
    )
    assert stored_submissions(app) == []
    patient.submit(patient.fill_in(CALM))
    assert len(stored_submissions(app)) == 1


FORGED = (
    "clin_exam_done clin_weakness emergency_signs consent nothing",
    " ".join(f"x{number}" for number in range(20_000)),
    "__class__ csrf_token asked key your_words.x your_words[1] ../../x",
)


@pytest.mark.parametrize("asked", FORGED)
def test_forged_questions_are_not_asked(filled: Patient, asked: str) -> None:
    app = app_of(filled)
    before = stored(app)
    data = sent_page(filled, "/form/g_end", {}) | {"asked": asked, "consent": "no"}
    data |= {"clin_exam_done": "yes", "emergency_signs": "self_harm", "nothing": "x"}
    assert filled.post("/form/g_end", data, follow=False).status_code == 303
    assert stored(app) == before


@pytest.mark.parametrize("changes", [{"rows": "add:medication"}, {"csrf_token": ""}, {}])
def test_a_forged_column_is_no_question(
    filled: Patient, monkeypatch: pytest.MonkeyPatch, changes: dict[str, str]
) -> None:
    monkeypatch.setitem(app_of(filled).config, "PROPAGATE_EXCEPTIONS", False)  # as in production
    data = sent_page(filled, "/form/g_medicines", CALM)
    data |= {"asked": "takes_medicines medication med_name med_dose", **changes}
    data["takes_medicines"] = "none of these"
    assert filled.post("/form/g_medicines", data).status_code in {200, 400, 422}


def test_the_date_of_birth_is_that_of_the_person(app: Flask, patient: Patient) -> None:
    patient.fill_in(CALM)
    data = sent_page(patient, "/form/g_about", CALM)
    data |= {"asked": f"{data['asked']} {BIRTH_DATE}"} | typed_date(BIRTH_DATE, "1950-02-01")
    patient.post("/form/g_about", data)
    (visit,) = stored_visits(app)
    assert stored(app)[BIRTH_DATE] == [json.loads(visit.person or "{}")["birth_date"]]


def test_a_form_that_was_sent_is_not_changed(app: Flask, patient: Patient) -> None:
    check = patient.fill_in(CALM)
    data = patient.filled(check, {})
    tab = sent_page(patient, "/form/g_end", {"your_words": "too late"})
    patient.read(patient.post("/check", data))
    before = database(app, but="")
    for key in (data["key"], "another key", "k" * 64):
        answer = patient.post("/check", data | {"key": key}, follow=False)
        assert (answer.status_code, answer.location) == (303, "/intake/done")
    patient.post("/form/g_end", tab)
    patient.post("/form/g_start", tab | {"asked": "consent", "consent": "no"})
    patient.post("/help/g_emergency", tab)
    assert database(app, but="") == before


def test_an_answer_that_comes_too_late_is_not_confirmed(app: Flask, patient: Patient) -> None:
    """Who adds a danger in a tab that was open before must not read that we have the answers."""
    check = patient.fill_in(CALM)
    tab = sent_page(patient, "/form/g_emergency", DANGER)
    patient.submit(check)
    answer = patient.post("/form/g_emergency", tab)
    page = lint(answer.text, answer.status_code)
    assert len(stored_submissions(app)) == 1
    assert page.heading != "We have your answers"


@pytest.mark.parametrize("key", ["", "k" * 65])
def test_a_key_that_is_none(app: Flask, patient: Patient, key: str) -> None:
    data = patient.filled(patient.fill_in(CALM), {}) | {"key": key}
    answer = patient.post("/check", data)
    assert answer.status_code == 400
    assert lint(answer.text, 400).errors()
    assert stored_submissions(app) == []


def test_consent_that_is_withdrawn_at_the_end(app: Flask, patient: Patient) -> None:
    patient.who[NAME] = CANARY
    check = patient.fill_in(CALM | {"your_words": CANARY})
    data = patient.filled(check, {})
    patient.send(patient.get("/form/g_start?return=check"), CALM | {"consent": "no"})
    assert patient.at == "/stopped"
    assert CANARY not in str(database(app, but=""))
    before = database(app, but="")
    patient.client.set_cookie("intake_visit", "", path="/intake/")
    for path in ("/check", "/form/g_end"):
        assert patient.post(path, data, follow=False).status_code in {303, 410}
    assert database(app, but="") == before


def test_a_form_under_way_is_not_thrown_away_by_reading(app: Flask, patient: Patient) -> None:
    patient.begin()
    patient.client.get("/intake/stopped")
    patient.get("/form/g_start")
    assert patient.at == "/form/g_start"
    assert stored_visits(app)[0].status == "in-progress"


def changed_form(form: Form, **changes: dict[str, Any]) -> Form:
    """Return the next version of a form, with some questions changed."""

    def change(item: Item) -> Item:
        children = tuple(map(change, item.children))
        return replace(item, children=children, **changes.get(item.link_id, {}))

    return replace(form, version="99", pages=tuple(map(change, form.pages)))


def upgrade(app: Flask, **changes: dict[str, Any]) -> None:
    """Restart the application with another version of the form."""
    state = state_of(app)
    content = replace(state.content, form=changed_form(state.content.form, **changes))
    app.extensions["intake"] = replace(state, content=content)


def test_an_answer_that_a_new_form_does_not_take_is_asked_again(
    app: Flask, patient: Patient
) -> None:
    check = patient.fill_in(CALM | {"your_words": "a long story", "worry_level": 9})
    data = patient.filled(check, {})
    upgrade(app, your_words={"max_length": 5}, stress_level={"max_value": 1})
    answer = patient.post("/check", data, follow=False)
    assert (answer.status_code, answer.location) == (303, "/intake/form/g_mind?return=check")
    patient.send(patient.get("/form/g_mind?return=check"), CALM | {"stress_level": 1})
    assert patient.at == "/form/g_end"
    assert stored_submissions(app) == []


def test_a_new_form_does_not_lead_in_a_circle(app: Flask, patient: Patient) -> None:
    """The sign that interrupted is none any more, and an earlier page asks something new."""
    page = patient.send(patient.begin(), CALM)
    patient.send(page, CALM | DANGER)
    items = patient.content.form.items
    signs = tuple(o for o in items["emergency_signs"].options if o.code != "self_harm")
    roles = tuple(o for o in items["completed_by"].options if o.code != CALM["completed_by"])
    upgrade(
        app,
        g_emergency={"interrupts": items["g_emergency"].interrupts[1:]},
        emergency_signs={"options": signs},
        completed_by={"options": roles},
    )
    path = "/intake/check"
    seen = []
    while path not in seen:
        seen.append(path)
        path = patient.client.get(path).location or path
    assert patient.client.get(seen[-1]).status_code == 200, seen


def test_a_page_of_an_earlier_form_is_not_saved_in_the_next(app: Flask, patient: Patient) -> None:
    """On a device that is shared, or with a form for each child, in the tab of the first."""
    patient.who[NAME] = "First Example"
    page = patient.send(patient.send(patient.begin(), CALM), CALM)
    assert patient.at == "/form/person"
    tab = patient.filled(page, CALM)
    patient.begin()
    patient.post("/form/person", tab)
    assert "First Example" not in str(database(app))


def test_another_site_fills_in_nothing(app: Flask) -> None:
    client = app.test_client()  # a browser sends no cookie with a form of another site
    data = {"asked": "consent completed_by", "consent": "all", "completed_by": "carer"}
    headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    for more in ({}, {"rows": "add:x"}):
        answer = client.post("/intake/form/g_start", data=data | more, headers=headers)
        assert "checked" not in answer.text
        assert answer.headers.getlist("Set-Cookie") == []


@pytest.mark.parametrize("path", ["/form/g_end", "/check"])
def test_a_database_that_fails_says_when_to_try_again(
    patient: Patient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    patient.fill_in(CALM)
    data = patient.filled(patient.get(path), {})

    def fail(*_: object) -> None:
        raise StorageError("The disk of the database is full, so nothing was saved.")

    monkeypatch.setattr("intake.storage.engine._commit", fail)
    answer = patient.post(path, data)
    assert answer.status_code == 503
    assert answer.headers.get("Retry-After")


def test_a_cookie_is_taken_back_as_it_was_given(patient: Patient) -> None:
    patient.send(patient.begin(), CALM | {"consent": "no"})
    patient.begin()
    data = sent_page(patient, "/form/g_start", CALM | {"consent": "no"})
    patient.post("/form/g_start", data, follow=False)
    (line,) = patient.client.get("/intake/stopped").headers.getlist("Set-Cookie")
    assert {"HttpOnly", "SameSite=Lax"} <= {part.strip() for part in line.split(";")}


# Blanks


def test_blanks_are_no_answers(app: Flask, patient: Patient) -> None:
    """Of a form with only what must be answered, nothing else is stored: no "no" and no zero."""
    required = {item.link_id for item in patient.content.form.items.values() if item.required}
    answers = {name: value for name, value in CALM.items() if name in required}
    check = patient.fill_in(answers)
    assert "Not answered" in check.text
    assert stored(app).keys() == answers.keys() | {BIRTH_DATE}
    patient.submit(check)
    (sent,) = stored_submissions(app)
    found = values_in(json.loads(sent.response))
    assert found.keys() == answers.keys() | {BIRTH_DATE}
    assert json.loads(sent.patient).keys() == {"name", "birth_date", "phone"}
    body = parse(app.test_client().get(f"/intake/clinic/{sent.id}").text)
    assert "not answered" in body.text


def test_an_answer_that_is_taken_back_is_gone(app: Flask, patient: Patient) -> None:
    optional = {"worry_level": 0, "alcohol_week": 0, "your_words": "0", "twitch_triggers": ["none"]}
    options = [o.code for o in patient.content.form.items["twitch_triggers"].options]
    optional["twitch_triggers"] = options[:1]
    patient.fill_in(CALM | optional)
    assert [stored(app)[name][0] for name in ("worry_level", "alcohol_week")] == [0, 0]
    assert stored(app)["your_words"] == ["0"]
    for path, name in (
        ("/form/g_mind", "worry_level"),
        ("/form/g_daily", "alcohol_week"),
        ("/form/g_end", "your_words"),
        ("/form/g_how", "twitch_triggers"),
    ):
        patient.send(patient.get(path), {k: v for k, v in CALM.items() if k != name})
        assert name not in stored(app)
    for row in ({}, {"med_name": ""}, {"med_name": " ", "med_dose": ""}):
        typed = {f"medication-1-{column}": cell for column, cell in row.items()}
        page = patient.get("/form/g_medicines")
        patient.send(page, CALM | {"takes_medicines": "medicines", "medication": []}, **typed)
        assert "med_name" not in stored(app)
