"""The files of a submission are made after it is stored, and a failure never touches it."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from fhir.intake.strict_json import dump_json
from intake import signals
from intake.pdf import PdfFailed, PdfUnavailable
from intake.processing import BUNDLE, PDF
from intake.storage import outbox, submissions
from intake.worker import Worker, work
from tests.cases import VIGNETTES
from tests.patients import Patient
from tests.web import make_app, state_of, stored_submissions

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from intake.content import Content
    from intake.pdf.renderer import Renderer
    from intake.storage.tables import Submission


class BrokenRenderer:
    """A renderer whose every document fails."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def render(self, *_: object, **__: object) -> bytes:
        raise self.error


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return make_app(tmp_path)


def send(app: Flask, content: Content, **answers: Any) -> Submission:
    patient = Patient(app.test_client(), content)
    patient.submit(patient.fill_in({**VIGNETTES["V01"]["answers"], **answers}))
    return stored_submissions(app)[-1]


def document(app: Flask, submission: Submission, name: str) -> bytes | None:
    with state_of(app).storage.read() as session:
        found = submissions.find_document(session, submission.id, name)
        return found.content if found else None


def status(app: Flask, submission: Submission) -> tuple[str, str | None]:
    with state_of(app).storage.read() as session:
        job = outbox.job_of(session, submission.id)
        assert job is not None
        return job.status, job.error


def test_pdf_and_bundle_are_stored(app: Flask, content: Content, renderer: Renderer) -> None:
    sent = send(app, content)
    told: list[str] = []

    def listen(_: object, submission: str) -> None:
        told.append(submission)

    with signals.summary_made.connected_to(listen):
        assert work(app, renderer) == 1
        assert work(app, renderer) == 0
    assert told == [sent.id]
    pdf = document(app, sent, PDF)
    assert pdf is not None
    assert pdf.startswith(b"%PDF-")
    assert (document(app, sent, BUNDLE) or b"").startswith(b"{")
    assert status(app, sent) == ("done", None)


def test_without_consent_no_bundle(app: Flask, content: Content, renderer: Renderer) -> None:
    sent = send(app, content, consent="visit_only")
    work(app, renderer)
    assert document(app, sent, PDF)
    assert document(app, sent, BUNDLE) is None


@pytest.mark.parametrize("error", [PdfFailed("it crashed"), PdfUnavailable()])
def test_a_failed_pdf_leaves_the_bundle(app: Flask, content: Content, error: Exception) -> None:
    sent = send(app, content)
    work(app, BrokenRenderer(error))  # type: ignore[arg-type]
    state, words = status(app, sent)
    assert state == "pending"
    assert words is not None
    assert words.startswith("No PDF: ")
    assert document(app, sent, PDF) is None
    assert document(app, sent, BUNDLE)
    assert stored_submissions(app)[0].response == sent.response


def test_what_goes_on_failing_is_given_up_and_can_be_tried_again(
    app: Flask, content: Content, renderer: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "MAX_ATTEMPTS", 1)
    sent = send(app, content)
    work(app, BrokenRenderer(RuntimeError("secret words of a patient")))  # type: ignore[arg-type]
    state, words = status(app, sent)
    assert state == "failed"
    assert words == "The files could not be made (RuntimeError)."
    with state_of(app).storage.write() as session:
        assert outbox.retry(session, sent.id, sent.created_at)
    work(app, renderer)
    assert status(app, sent)[0] == "done"
    assert document(app, sent, PDF)


def test_the_pdf_shows_what_was_assessed_also_under_newer_rules(
    app: Flask, content: Content, renderer: Renderer, tmp_path: Path
) -> None:
    sent = send(app, content)
    with state_of(app).storage.write() as session:
        row = submissions.find_submission(session, sent.id)
        assert row is not None
        stored = json.loads(row.assessment or "")
        stored["tier"] = "urgent"
        row.assessment = dump_json(stored).decode()
    work(app, renderer)
    assert status(app, sent) == ("done", None)
    (tmp_path / "summary.pdf").write_bytes(document(app, sent, PDF) or b"")
    shown = subprocess.run(  # noqa: S603  # our own file
        ["pdftotext", "-f", "1", "-l", "1", tmp_path / "summary.pdf", "-"],  # noqa: S607
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "URGENT" in shown.upper()


def test_answers_to_another_form_make_no_pdf(
    app: Flask, content: Content, renderer: Renderer
) -> None:
    sent = send(app, content)
    with state_of(app).storage.write() as session:
        row = submissions.find_submission(session, sent.id)
        assert row is not None
        row.response = row.response.replace("Questionnaire/muscle-twitching|", "Questionnaire/x|")
    work(app, renderer)
    state, words = status(app, sent)
    assert state == "failed"
    assert "do not fit the form" in (words or "")
    assert document(app, sent, PDF) is None


def test_the_thread_works_and_stops(app: Flask, content: Content) -> None:
    sent = send(app, content)
    done: list[str] = []

    def listen(_: object, submission: str) -> None:
        done.append(submission)
        worker.stop(0)

    worker = Worker(app)
    with signals.summary_made.connected_to(listen):
        worker.wake()
        thread = worker._thread
        assert thread is not None
        thread.join(60)
    assert done == [sent.id]
    assert not thread.is_alive()
