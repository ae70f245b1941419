"""Cookies: guessed, tampered, planted and taken back."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from intake.person import NAME
from intake.processing import BUNDLE, PDF
from intake.server import create_app
from intake.storage import schema
from intake.web.headers import HEADERS
from tests.attacks import (
    CALM,
    CANARY,
    READING,
    UNSAFE,
    app_of,
    routes,
)
from tests.clinic import Sent, store
from tests.pages import parse
from tests.patients import Patient
from tests.web import NUMBERS, state_of, stored_submissions, stored_visits

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from intake.content import Content

pytest_plugins = ["tests.attacks"]


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
