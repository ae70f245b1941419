"""Applications with the extension, for tests of its pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from intake import Intake
from intake.storage.tables import Submission, Visit
from tests.pages import lint_answer

if TYPE_CHECKING:
    from pathlib import Path

    from werkzeug.test import TestResponse

    from intake.state import State

NUMBERS = {
    "INTAKE_EMERGENCY_NUMBER": "555-0911",
    "INTAKE_CRISIS_NUMBER": "555-0988",
    "INTAKE_CLINIC_PHONE": "555-0123",
}


PLAIN = "<!doctype html>\n<html lang=en>\n<title>"
"""How Werkzeug begins its own pages: redirects, and the errors of a host that has no words."""


class PageClient(FlaskClient):
    """A client that lints every page it gets, so that no test can forget to."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Return the answer to a request. Raises AssertionError for a page that is not fit."""
        response = super().open(*args, **kwargs)
        has_page = response.request.method not in {"HEAD", "OPTIONS"}
        is_page = has_page and response.mimetype == "text/html"
        if is_page and not response.text.startswith(PLAIN):
            assert response.content_type == "text/html; charset=utf-8", response.content_type
            lint_answer(response.text, response.status_code)
        return response


def make_app(folder: Path, **config: Any) -> Flask:
    """Make a host application with nothing but the extension, on SQLite unless told otherwise."""
    app = Flask("host", instance_path=str(folder), static_folder=None)
    app.test_client_class = PageClient
    app.config.update(
        TESTING=True,
        SECRET_KEY="only for tests, and longer than thirty-two bytes",  # noqa: S106
        INTAKE_DATABASE_URL=f"sqlite:///{folder / 'intake.db'}",
        **NUMBERS,
    )
    app.config.update(config)
    Intake().init_app(app)
    return app


def state_of(app: Flask) -> State:
    state: State = app.extensions["intake"]
    return state


def stored_submissions(app: Flask) -> list[Submission]:
    with state_of(app).storage.read() as session:
        return [*session.scalars(select(Submission))]


def stored_visits(app: Flask) -> list[Visit]:
    with state_of(app).storage.read() as session:
        return [*session.scalars(select(Visit).order_by(Visit.created_at))]
