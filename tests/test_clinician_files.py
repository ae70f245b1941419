"""The clinician's files: sent as they are, explained where there are none; and the audit."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from intake.processing import ASSESSMENT, BUNDLE, PDF, RESPONSE
from intake.storage.visits import COMPLETED
from tests.clinic import PERSON, Sent, audited, reference_of, store
from tests.clinic_pages import (
    CLINIC,
    READY,
    clinic_app,
    links,
    page_of,
)
from tests.pages import lint
from tests.summary_case import vignette
from tests.web import state_of, stored_visits

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

pytest_plugins = ["tests.clinic_pages"]


@pytest.fixture
def app(tmp_path: Path, empty_database: Path) -> Flask:
    shutil.copy(empty_database, tmp_path)
    return clinic_app(tmp_path)


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        (PDF, "application/pdf"),
        (RESPONSE, "application/fhir+json"),
        (BUNDLE, "application/fhir+json"),
        (ASSESSMENT, "application/json"),
    ],
)
def test_files_are_attachments(app: Flask, client: FlaskClient, name: str, media_type: str) -> None:
    submission = store(app, Sent(answers=vignette("V11"), files=READY))
    response = client.get(f"{CLINIC}/{submission}/{name}")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == media_type
    assert (
        response.headers["Content-Disposition"]
        == f"attachment; filename={reference_of(1).lower()}-{name}"
    )
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "no-store"
    if name in READY:
        assert response.data == READY[name]
    else:
        assert response.get_json(force=True)


def test_the_stored_record_is_sent_as_it_is(app: Flask, client: FlaskClient) -> None:
    submission = store(app, Sent(answers=vignette("V11")))
    response = client.get(f"{CLINIC}/{submission}/{RESPONSE}").get_json(force=True)
    assert response["resourceType"] == "QuestionnaireResponse"
    assert response["status"] == COMPLETED
    assessment = client.get(f"{CLINIC}/{submission}/{ASSESSMENT}").get_json(force=True)
    assert assessment["tier"] == "urgent"


@pytest.mark.parametrize("name", ["secret.txt", "summary.pdf.exe", "static", "retry", "..", "a/b"])
def test_no_other_file(app: Flask, client: FlaskClient, name: str) -> None:
    submission = store(app, Sent(answers=vignette("V11"), files=READY))
    assert client.get(f"{CLINIC}/{submission}/{name}").status_code == 404


def test_a_file_that_is_being_made(app: Flask, client: FlaskClient) -> None:
    submission = store(app, Sent(answers=vignette("V11"), job="working"))
    page = page_of(client, f"/{submission}")
    assert "Summary (PDF): being made" in page.text
    assert links(page)["Load this page again"] == f"{CLINIC}/{submission}"
    for name in (PDF, BUNDLE):
        response = client.get(f"{CLINIC}/{submission}/{name}")
        assert response.status_code == 503
        assert int(response.headers["Retry-After"]) > 0
        made = lint(response.get_data(as_text=True), 503)
        assert made.heading == "This file is being made"


def test_without_full_consent_there_is_no_bundle(app: Flask, client: FlaskClient) -> None:
    answers = vignette("V11", consent="visit_only")
    # A Bundle that should not be there is not sent either.
    submission = store(app, Sent(answers=answers, files=READY))
    page = page_of(client, f"/{submission}")
    refusal = "No Bundle for the record, because of the patient's consent: Yes, but only"
    assert refusal in page.text
    assert f"{CLINIC}/{submission}/{BUNDLE}" not in links(page).values()
    assert refusal in page_of(client, f"/{submission}/{BUNDLE}", 404).text
    assert client.get(f"{CLINIC}/{submission}/{PDF}").status_code == 200


def test_a_failed_summary_can_be_tried_again(app: Flask, client: FlaskClient) -> None:
    error = "No PDF: <b>Pango</b> is missing."
    submission = store(app, Sent(answers=vignette("V11"), job="failed", error=error))
    page = page_of(client, f"/{submission}")
    assert error in page.text
    assert error in page_of(client, f"/{submission}/{PDF}", 503).text
    (form,) = page.all("form")
    assert form.get("action") == f"{CLINIC}/{submission}/retry"
    assert form.get("method") == "post"
    response = client.post(form.get("action", ""), data={"csrf_token": page.value("csrf_token")})
    assert (response.status_code, response.location) == (303, f"{CLINIC}/{submission}")
    assert "being made" in page_of(client, f"/{submission}").text
    assert audited(app, "summary.retried") == [("summary.retried", "dr-1", submission, {})]
    bell: Any = state_of(app).worker
    assert bell.rung == 1


def test_trying_again_what_has_not_failed_changes_nothing(app: Flask, client: FlaskClient) -> None:
    failed = store(app, Sent(answers=vignette("V11"), job="failed", error="No."))
    token = page_of(client, f"/{failed}").value("csrf_token")
    ready = store(app, Sent(answers=vignette("V11"), number=2, files=READY))
    response = client.post(f"{CLINIC}/{ready}/retry", data={"csrf_token": token})
    assert response.status_code == 303
    assert not audited(app, "summary.retried")
    unknown = client.post(f"{CLINIC}/{uuid4()}/retry", data={"csrf_token": token})
    assert unknown.status_code == 404


@pytest.mark.parametrize("data", [{}, {"csrf_token": ""}, {"csrf_token": "x" * 400}])
def test_a_forged_retry_is_refused(app: Flask, client: FlaskClient, data: dict[str, str]) -> None:
    submission = store(app, Sent(answers=vignette("V11"), job="failed", error="No."))
    response = client.post(f"{CLINIC}/{submission}/retry", data=data)
    assert response.status_code == 400
    page = lint(response.get_data(as_text=True), 400)
    assert links(page)["Back"] == f"{CLINIC}/{submission}"
    assert "Failed" in page_of(client).text
    assert not audited(app, "summary.retried")


def test_a_retry_is_a_post(app: Flask, client: FlaskClient) -> None:
    submission = store(app, Sent(answers=vignette("V11"), job="failed", error="No."))
    assert client.get(f"{CLINIC}/{submission}/retry").status_code == 404
    assert "Failed" in page_of(client).text


def test_every_read_is_audited(app: Flask, client: FlaskClient) -> None:
    submission = store(app, Sent(answers=vignette("V11"), files=READY))
    client.get(f"{CLINIC}/")
    client.get(f"{CLINIC}/{submission}")
    for name in (PDF, RESPONSE, BUNDLE, ASSESSMENT):
        client.get(f"{CLINIC}/{submission}/{name}")
    clinic = state_of(app).settings.clinic_id
    listed = {"page": 1, "submissions": [submission]}
    assert audited(app, "submissions.list", "submission.read", "file.read") == [
        ("submissions.list", "dr-1", clinic, listed),
        ("submission.read", "dr-1", submission, {}),
        *(
            ("file.read", "dr-1", submission, {"file": name})
            for name in (PDF, RESPONSE, BUNDLE, ASSESSMENT)
        ),
    ]


def test_the_audit_names_no_patient(app: Flask, client: FlaskClient) -> None:
    store(app, Sent(answers=vignette("V11")))
    client.get(f"{CLINIC}/")
    assert PERSON.name not in json.dumps(audited(app, "submissions.list"))


def test_what_can_not_be_audited_is_not_shown(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from intake.storage import StorageError, audit

    def refuse(*_: object, **__: object) -> None:
        raise StorageError("The disk of the database is full, so nothing was saved.")

    submission = store(app, Sent(answers=vignette("V11"), files=READY))
    monkeypatch.setattr(audit, "record", refuse)
    for path in ("/", f"/{submission}", f"/{submission}/{PDF}"):
        response = client.get(CLINIC + path)
        assert response.status_code == 503
        assert PERSON.name not in response.get_data(as_text=True)


def test_a_read_changes_nothing_else(app: Flask, client: FlaskClient) -> None:
    submission = store(app, Sent(answers=vignette("V11"), job="failed", error="No."))
    before = [(visit.status, visit.updated_at) for visit in stored_visits(app)]
    client.get(f"{CLINIC}/{submission}")
    assert [(visit.status, visit.updated_at) for visit in stored_visits(app)] == before
    assert "Failed" in page_of(client).text
