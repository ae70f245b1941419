"""The whole way of a form on each kind of database: from the start to the clinician's files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from intake.processing import BUNDLE, PDF
from intake.worker import work
from tests.cases import VIGNETTES
from tests.pages import lint
from tests.patients import Patient
from tests.web import make_app, state_of, stored_submissions, stored_visits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask

    from intake.content import Content
    from intake.pdf.renderer import Renderer

pytest_plugins = ["tests.databases"]
HOSTILE = "\U0001f9e0 <script>alert(1)</script> \u202e {0} %s ' OR 1=1 -- \r\n\tend"


@pytest.fixture
def app(tmp_path: Path, database_url: str) -> Iterator[Flask]:
    made = make_app(tmp_path, INTAKE_DATABASE_URL=database_url)
    yield made
    state_of(made).storage.engine.dispose()


def test_start_to_files(app: Flask, content: Content, renderer: Renderer) -> None:
    patient = Patient(app.test_client(), content)
    answers = {
        **VIGNETTES["V11"]["answers"],
        "emergency_signs": ["dark_urine"],
        "takes_medicines": "medicines",
        "medication": [{"med_name": "sertraline", "med_dose": HOSTILE}],
        "med_before_twitch": "no",
    }
    check = patient.fill_in(answers)
    assert "/help/g_emergency" in patient.visited
    data = patient.filled(check, {})
    references = {patient.read(patient.post("/check", data)).text for _ in range(2)}
    assert len(references) == 1
    (sent,) = stored_submissions(app)
    assert work(app, renderer) == 1
    clinic = app.test_client()
    page = lint(clinic.get("/intake/clinic/").get_data(as_text=True))
    assert sent.reference in page.text
    page = lint(clinic.get(f"/intake/clinic/{sent.id}").get_data(as_text=True))
    assert "<script>alert(1)</script>" in page.text
    for name, start in ((PDF, b"%PDF-"), (BUNDLE, b"{")):
        file = clinic.get(f"/intake/clinic/{sent.id}/{name}")
        assert file.status_code == 200
        assert file.data.startswith(start)


def test_text_is_kept_to_the_character(app: Flask, content: Content) -> None:
    patient = Patient(app.test_client(), content)
    patient.fill_in({**VIGNETTES["V01"]["answers"], "your_words": HOSTILE})
    page = patient.get("/form/g_end")
    (field,) = page.named("your_words")
    assert (field.text or "") == HOSTILE.replace("\r\n", "\n")
    (visit,) = stored_visits(app)
    assert "\\r\\n\\tend" in (visit.response or "")
