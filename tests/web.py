"""Applications with the extension, for tests of its pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Flask
from sqlalchemy import select

from intake import Intake
from intake.storage.tables import Submission, Visit

if TYPE_CHECKING:
    from pathlib import Path

    from intake.state import State

NUMBERS = {
    "INTAKE_EMERGENCY_NUMBER": "555-0911",
    "INTAKE_CRISIS_NUMBER": "555-0988",
    "INTAKE_CLINIC_PHONE": "555-0123",
}


def make_app(folder: Path, **config: Any) -> Flask:
    """Make a host application with nothing but the extension, on SQLite unless told otherwise."""
    app = Flask("host", instance_path=str(folder), static_folder=None)
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
