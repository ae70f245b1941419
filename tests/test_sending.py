"""Checking, changing, sending and stopping: what is confirmed is stored, and only that."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy.exc import OperationalError

from fhir.intake.record import Identifier
from intake import signals
from intake.person import BIRTH_DATE, EMAIL, NAME, PERSON, PHONE
from intake.reference import short_reference
from tests.cases import VIGNETTES
from tests.patients import Patient, actions
from tests.web import stored_submissions, stored_visits

if TYPE_CHECKING:
    from flask import Flask


CALM: dict[str, Any] = VIGNETTES["V01"]["answers"]
HOSTILE = "</textarea><script>alert(1)</script> {0} {{7*7}} \u202e \u0000"


def test_start_to_confirmation(app: Flask, patient: Patient) -> None:
    check = patient.fill_in(CALM)
    assert check.heading == "Check your answers"
    done = patient.submit(check)
    assert patient.at == "/done"
    (sent,) = stored_submissions(app)
    assert sent.reference in done.text
    assert sent.reference == short_reference(
        Identifier(**json.loads(sent.response)["identifier"])
    )  # which is what the PDF says
    assert json.loads(sent.patient)["name"] == "Mark Example"
    assert json.loads(sent.response)["status"] == "completed"
    assert sent.tier == json.loads(sent.assessment or "")["tier"]
    (visit,) = stored_visits(app)
    assert (visit.status, visit.response, visit.person) == ("completed", None, None)


@pytest.mark.parametrize(
    ("case", "words"),
    [("V31", "Get help now. Call 555-0911."), ("V01", "Try the self-care steps")],
)
def test_the_confirmation_says_what_the_urgency_asks_for(
    patient: Patient, case: str, words: str
) -> None:
    done = patient.submit(patient.fill_in(VIGNETTES[case]["answers"]))
    assert words in done.text


def test_stopping_is_no_link_that_ends_a_form(app: Flask, patient: Patient) -> None:
    patient.send(patient.begin(), CALM)
    patient.get("/stopped")
    assert patient.at == "/"
    patient.get("/form/g_emergency")
    assert patient.at == "/form/g_emergency"
    (visit,) = stored_visits(app)
    assert visit.status == "in-progress"


def test_consent_taken_back_at_the_end_deletes_the_draft(app: Flask, patient: Patient) -> None:
    patient.fill_in(CALM)
    page = patient.get("/form/g_start?return=check")
    page = patient.send(page, {**CALM, "consent": "no"})
    assert patient.at == "/stopped"
    assert "We do not keep your answers" in page.text
    (visit,) = stored_visits(app)
    assert (visit.status, visit.response, visit.person) == ("stopped", None, None)


@pytest.mark.parametrize("path", ["/", "/check", "/help/g_emergency"])
def test_a_lost_token_is_said_on_every_page(app: Flask, patient: Patient, path: str) -> None:
    page = patient.begin()
    if path == "/check":
        patient.fill_in(CALM)
    if path == "/help/g_emergency":
        page = patient.send(page, CALM)
        patient.send(page, {**CALM, "emergency_signs": ["dark_urine"]})
    again = patient.read(patient.post(path, {"csrf_token": "forged"}))
    assert again.status == 400
    assert again.errors()[0][0].startswith("Please select")
    assert not stored_submissions(app)


def test_a_listener_that_fails_stops_nothing(app: Flask, patient: Patient) -> None:
    def fail(_: object, **__: object) -> None:
        raise RuntimeError("the host's own fault")

    with signals.intake_submitted.connected_to(fail), signals.intake_saved.connected_to(fail):
        done = patient.submit(patient.fill_in(CALM))
    assert done.status == 200
    assert len(stored_submissions(app)) == 1


def test_refused_consent_keeps_nothing(app: Flask, patient: Patient) -> None:
    page = patient.begin()
    page = patient.send(page, {"consent": "no", "completed_by": "self"})
    assert patient.at == "/stopped"
    (visit,) = stored_visits(app)
    assert (visit.status, visit.response, visit.person) == ("stopped", None, None)
    assert actions(app)[-1] == "visit.stopped"


def test_sent_twice_gives_the_same_reference(app: Flask, patient: Patient) -> None:
    check = patient.fill_in(CALM)
    data = patient.filled(check, {})
    pages = [patient.read(patient.post("/check", data)) for _ in range(3)]
    (sent,) = stored_submissions(app)
    assert all(sent.reference in page.text for page in pages)


def test_after_sending_no_answers_are_shown(patient: Patient) -> None:
    patient.submit(patient.fill_in(CALM))
    for path in ("/form/g_about", "/check"):
        page = patient.get(path)
        assert patient.at == "/done"
        assert "Mark Example" not in page.text


def test_change_comes_back_to_the_check(patient: Patient) -> None:
    patient.fill_in(CALM)
    page = patient.get("/form/g_mind?return=check")
    patient.send(page, {**CALM, "sleep_hours": 5.5})
    assert patient.at == "/check"


def test_a_change_that_opens_questions_asks_them_first(patient: Patient) -> None:
    changed = {**CALM, "sensory_present": "yes"}
    items = patient.content.form.items
    changed["sensory_sites"] = [items["sensory_sites"].options[0].code]
    changed["sensory_onset"] = items["sensory_onset"].options[0].code
    changed |= {"prior_tests": ["none"], "mri_safety": ["none"], "emg_safety": ["none"]}
    patient.fill_in(CALM)
    page = patient.get("/form/g_muscles?return=check")
    page = patient.send(page, changed)
    assert patient.at == "/form/g_muscles"
    assert page.by_id("more") is not None
    seen = []
    while patient.at != "/check":
        page = patient.send(page, changed)
        seen.append(patient.at)
    assert seen == ["/form/g_daily", "/form/g_tests", "/form/g_mri", "/form/g_emg", "/check"]


def test_without_token_nothing_is_stored_and_nothing_lost(app: Flask, patient: Patient) -> None:
    page = patient.begin()
    data = patient.filled(page, CALM) | {"csrf_token": "forged"}
    again = patient.read(patient.post("/form/g_start", data))
    assert again.status == 400
    assert [n.get("value") for n in again.named("consent") if n.get("checked") is not None] == [
        CALM["consent"]
    ]
    (visit,) = stored_visits(app)
    assert json.loads(visit.asked) == []
    patient.send(again, CALM)
    assert patient.at == "/form/g_emergency"


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({NAME: ""}, NAME),
        ({NAME: "\u200b\u2060"}, NAME),
        ({PHONE: "call me"}, PHONE),
        ({EMAIL: "mark@"}, EMAIL),
        ({f"{BIRTH_DATE}-year": "2027"}, f"{BIRTH_DATE}-year"),
        ({f"{BIRTH_DATE}-month": "2", f"{BIRTH_DATE}-day": "30"}, f"{BIRTH_DATE}-day"),
        ({f"{BIRTH_DATE}-day": ""}, f"{BIRTH_DATE}-day"),
    ],
)
def test_person_faults(patient: Patient, changes: dict[str, str], place: str) -> None:
    page = patient.begin()
    page = patient.send(page, CALM)
    page = patient.send(page, CALM)
    assert patient.at == f"/form/{PERSON}"
    page = patient.send(page, CALM, **changes)
    assert page.status == 422
    assert place.partition("-")[0] in page.errors()[0][1]


def test_a_database_that_fails_loses_nothing(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = patient.begin()

    def fail(*_: object, **__: object) -> None:
        raise OperationalError("COMMIT", {}, Exception("disk full"))

    with monkeypatch.context() as patch:
        patch.setattr("sqlalchemy.orm.Session.commit", fail)
        again = patient.send(page, CALM)
    assert again.status == 503
    assert again.errors()[0][0] == "We could not save your answers. Please try again."
    patient.send(again, CALM)
    assert patient.at == "/form/g_emergency"
