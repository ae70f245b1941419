"""Who may do what, generated from the routes, so that a new one is covered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from flask import abort, request

from intake import Intake
from intake.processing import BUNDLE, PDF
from intake.storage import schema
from tests.any_forms import item, questionnaire
from tests.attacks import (
    CALM,
    READING,
    UNSAFE,
    database,
    make_ready,
    routes,
)
from tests.clinic import Sent, audited, store
from tests.pages import parse
from tests.patients import Patient
from tests.stored_forms import add_form
from tests.web import NUMBERS, state_of

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from intake.content import Content

pytest_plugins = ["tests.attacks"]
STORED = questionnaire(item("g_emergency", "group", item("emergency_signs")))
"""A stored form with a page of the same name as one of ours."""


@pytest.mark.parametrize("config", [{}, {"WTF_CSRF_ENABLED": False}], ids=["usual", "host-off"])
def test_nothing_is_changed_without_a_token(
    tmp_path: Path, content: Content, config: dict[str, Any]
) -> None:
    app = make_ready(tmp_path, **config)
    add_form(app, STORED)
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
            elsewhere = endpoint.endswith(".pass_help") or path == "/intake/q/any/check"
            away = elsewhere and answer.status_code == 303
            assert answer.status_code == 400 or away, (path, token, answer.status_code)
            assert database(app, but="") == before, endpoint


def test_reading_changes_nothing_but_the_audit(app: Flask, content: Content) -> None:
    add_form(app, STORED)
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
