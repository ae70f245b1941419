"""What is said in logs: no name, answer or token."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from flask import request

from intake.person import NAME, PHONE, RECORD_NUMBER
from intake.worker import work
from tests.attacks import (
    CALM,
    CANARY,
    routes,
)
from tests.patients import Patient
from tests.web import make_app, stored_submissions

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from flask import Flask

    from intake.content import Content

pytest_plugins = ["tests.attacks"]


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
