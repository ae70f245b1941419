"""The pages in process, without sockets: showing, saving and sending, and the start of a worker."""

from __future__ import annotations

import hashlib
import secrets
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from flask import Flask
from sqlalchemy import select

from benchmarks.plain_form import plain_app
from benchmarks.timing import compare, compare_processes, report
from intake import Intake
from intake.drafts import load_draft
from intake.state import get_state
from intake.storage.tables import Visit
from intake.web.checking import draft_digest
from intake.web.clock import clinic_now
from intake.web.session import COOKIE
from tests.pages import parse
from tests.patients import Patient

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from intake.content import Content

PAGE: Final = "g_strength"
"""The longest page of the example case: ten questions, all shown."""
REPEATS: Final = 20


def bench_web(content: Content, answers: dict[str, Any], *, rounds: int) -> None:
    """Time a page of questions and the submission beside plain Flask-WTF rendering."""
    with tempfile.TemporaryDirectory() as folder:
        app = _app(Path(folder))
        patient = Patient(app.test_client(), content)
        patient.fill_in(answers)
        asked = [question for question in content.form.items[PAGE].children if question.is_question]
        plain = plain_app(content.form.items[PAGE].text, asked, answers).test_client()
        page = patient.get(f"/form/{PAGE}")
        data = patient.filled(page, answers)
        shown = len(page.value("asked").split())
        if shown != len(asked):
            raise RuntimeError(f"only {shown} of {len(asked)} questions are shown")
        token = parse(plain.get("/").get_data(as_text=True)).value("csrf_token")
        fields = {k: v for k, v in data.items() if k != "asked"} | {"csrf_token": token}
        tokens = _copies(app, (rounds + 1) * REPEATS)
        sender = Patient(app.test_client(), content)
        sender.client.set_cookie(COOKIE, tokens[-1], path="/intake/")
        send = sender.filled(sender.get("/check"), {})
        seen = _digests(app)
        times = compare(
            {
                f"GET /form/{PAGE}": lambda: _ok(patient.client.get(f"/intake/form/{PAGE}")),
                "GET the same questions, plain Flask-WTF": lambda: _ok(plain.get("/")),
                f"POST /form/{PAGE}, saved": lambda: _ok(
                    patient.client.post(f"/intake/form/{PAGE}", data=data), 303
                ),
                "POST plain Flask-WTF, nothing saved": lambda: _ok(plain.post("/", data=fields)),
                "POST /check: submitted": lambda: _submit(sender.client, tokens, send, seen),
            },
            rounds=rounds,
            repeats=REPEATS,
        )
    title = "Pages, in process, SQLite (aims: GET at most 8 ms, submit at most 5 ms)"
    report(title, times, beside="GET the same questions, plain Flask-WTF")


def bench_worker_start() -> None:
    """Time the start of a server process: it loads neither WeasyPrint nor fhir.resources."""
    start = (
        "from flask import Flask; from intake import Intake; "
        "app = Flask('host'); app.testing = True; Intake().init_app(app); import sys; "
        "assert not {'weasyprint', 'fhir.resources', 'pydantic'} & set(sys.modules)"
    )
    codes = {
        "python alone": "pass",
        "import flask, flask_wtf, sqlalchemy.orm": "import flask, flask_wtf, sqlalchemy.orm",
        "a server of the form, ready": start,
        "with WeasyPrint and fhir.resources": start.replace("assert", "import weasyprint; 0 and")
        + "; import fhir.resources.R4B.bundle",
    }
    times = compare_processes(codes, rounds=3)
    report("Start of a server process", times, beside="with WeasyPrint and fhir.resources")


def _app(folder: Path) -> Flask:
    app = Flask("host", instance_path=str(folder))
    app.config.update(TESTING=True, SECRET_KEY=secrets.token_hex())
    Intake().init_app(app)
    return app


def _copies(app: Flask, count: int) -> list[str]:
    """Copy the finished draft to visits of their own; return their tokens."""
    tokens = [secrets.token_urlsafe(32) for _ in range(count)]
    with app.app_context(), get_state().storage.write() as session:
        (draft,) = session.scalars(select(Visit))
        row = {column.name: getattr(draft, column.name) for column in Visit.__table__.columns}
        for token in tokens:
            own = {"id": str(uuid4()), "token_hash": hashlib.sha256(token.encode()).hexdigest()}
            session.add(Visit(**(row | own)))
    return tokens


def _digests(app: Flask) -> dict[str, str]:
    """Return what the check page of each visit says was shown, by the hash of its token."""
    with app.app_context(), get_state().storage.read() as session:
        form, on = get_state().content.form, clinic_now().date()
        return {
            visit.token_hash: draft_digest(visit, load_draft(visit, form, on))
            for visit in session.scalars(select(Visit))
        }


def _submit(
    client: FlaskClient, tokens: list[str], data: dict[str, Any], seen: dict[str, str]
) -> None:
    token = tokens.pop()
    client.set_cookie(COOKIE, token, path="/intake/")
    shown = seen[hashlib.sha256(token.encode()).hexdigest()]
    response = client.post("/intake/check", data=data | {"seen": shown})
    if not response.location.endswith("/done"):
        raise RuntimeError(f"not submitted: {response.location}")


def _ok(response: Any, status: int = 200) -> None:
    if response.status_code != status:
        raise RuntimeError(f"answered {response.status_code}")
