"""The patient's pages through a test client: what is typed is kept, and nothing is skipped."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy.exc import OperationalError

from intake.person import BIRTH_DATE, EMAIL, NAME, PERSON, PHONE
from intake.storage import audit
from tests.cases import VIGNETTES
from tests.patients import Patient, typed_date
from tests.web import make_app, state_of, stored_submissions, stored_visits

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from intake.content import Content

CALM: dict[str, Any] = VIGNETTES["V01"]["answers"]
HOSTILE = "</textarea><script>alert(1)</script> {0} {{7*7}} \u202e \u0000"


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return make_app(tmp_path)


@pytest.fixture
def patient(app: Flask, content: Content) -> Patient:
    return Patient(app.test_client(), content)


def actions(app: Flask) -> list[str]:
    (visit,) = stored_visits(app)
    with state_of(app).storage.read() as session:
        return [event.action for event in audit.events(session, ("visit", visit.id))]


def test_start_to_confirmation(app: Flask, patient: Patient) -> None:
    check = patient.fill_in(CALM)
    assert check.heading == "Check your answers"
    done = patient.submit(check)
    assert patient.at == "/done"
    (sent,) = stored_submissions(app)
    assert sent.reference in done.text
    assert json.loads(sent.patient)["name"] == "Mark Example"
    assert json.loads(sent.response)["status"] == "completed"
    assert sent.tier == json.loads(sent.assessment)["tier"]
    (visit,) = stored_visits(app)
    assert (visit.status, visit.response, visit.person) == ("completed", None, None)


def test_the_draft_is_a_response_in_progress(app: Flask, patient: Patient) -> None:
    page = patient.begin()
    patient.send(page, CALM)
    (visit,) = stored_visits(app)
    response = json.loads(visit.response or "")
    assert response["resourceType"] == "QuestionnaireResponse"
    assert response["status"] == "in-progress"
    assert response["item"][0]["linkId"] == "g_start"


def test_section_counts_only_what_is_shown(patient: Patient) -> None:
    page = patient.begin()
    assert "Section 1 of " in page.text
    first = int(page.text.split("Section 1 of ")[1].split()[0].strip(":"))
    weak = {**CALM, "weakness_present": "yes"}
    for _ in range(40):
        if patient.at == "/form/g_strength":
            break
        page = patient.send(page, weak)
    patient.send(page, weak)
    with_mri = patient.get("/form/g_strength")
    assert f" of {first}" not in with_mri.text


def test_blank_required_question(app: Flask, patient: Patient) -> None:
    page = patient.begin()
    again = patient.send(page, {"consent": "all"})
    assert again.status == 422
    assert again.title.startswith("Error: ")
    assert again.errors() == [("Who is filling in this form? Select an answer", "#completed_by")]
    (chosen,) = [n for n in again.named("consent") if n.get("checked") is not None]
    assert chosen.get("value") == "all"
    (visit,) = stored_visits(app)
    assert json.loads(visit.asked) == []


def test_what_was_typed_stays_in_the_page(patient: Patient) -> None:
    page = patient.fill_in(CALM)
    page = patient.get("/form/g_mind")
    data = patient.filled(page, CALM) | {"sleep_hours": "1_000", "stress_level": "\u0661"}
    again = patient.read(patient.post("/form/g_mind", data))
    assert again.status == 422
    assert again.value("sleep_hours") == "1_000"
    assert again.value("stress_level") == "\u0661"
    assert {target for _, target in again.errors()} == {"#sleep_hours", "#stress_level"}
    page = patient.get("/form/g_mind")
    assert page.value("sleep_hours") == f"{CALM['sleep_hours']:g}"


def test_hostile_text_is_refused_and_shown_as_typed(patient: Patient) -> None:
    patient.fill_in(CALM)
    page = patient.get("/form/g_end")
    again = patient.send(page, CALM, your_words=HOSTILE)
    assert again.status == 422
    (field,) = again.named("your_words")
    assert (field.text or "").replace("\ufffd", "\0") == HOSTILE


def test_hostile_text_is_stored_as_typed(app: Flask, patient: Patient) -> None:
    text = HOSTILE.replace("\u0000", "") + "\r\n\ttrailing  "
    check = patient.fill_in({**CALM, "your_words": text})
    patient.submit(check)
    (sent,) = stored_submissions(app)
    last = json.loads(sent.response)["item"][-1]["item"][-1]
    assert last["answer"] == [{"valueString": text}]


def test_pages_can_not_be_skipped(patient: Patient) -> None:
    patient.begin()
    patient.get("/form/g_end")
    assert patient.at == "/form/g_start"
    patient.get("/check")
    assert patient.at == "/form/g_start"
    patient.get("/done")
    assert patient.at == "/form/g_start"


def test_without_a_visit_everything_leads_to_the_start(patient: Patient) -> None:
    for path in ("/form/g_start", "/check", "/done", "/help/g_emergency"):
        patient.get(path)
        assert patient.at == "/"


@pytest.mark.parametrize("path", ["/form/g_clinician", "/form/nothing", "/help/nothing", "/x"])
def test_pages_that_are_not_there(patient: Patient, path: str) -> None:
    patient.begin()
    assert patient.client.get("/intake" + path).status_code == 404


def test_emergency_interrupts_and_is_recorded(app: Flask, patient: Patient) -> None:
    page = patient.begin()
    page = patient.send(page, CALM)
    signs = {**CALM, "emergency_signs": ["dark_urine"]}
    page = patient.send(page, signs)
    assert patient.at == "/help/g_emergency"
    assert page.heading == "Please get help now"
    assert "555-0911" in page.text
    patient.get("/form/person")
    assert patient.at == "/help/g_emergency"
    patient.read(patient.post(patient.at, {"csrf_token": page.value("csrf_token")}))
    assert patient.at == "/form/person"
    assert actions(app)[-2:] == ["interruption.shown", "interruption.passed"]


def test_emergency_taken_back(app: Flask, patient: Patient) -> None:
    page = patient.begin()
    page = patient.send(page, CALM)
    patient.send(page, {**CALM, "emergency_signs": ["self_harm"]})
    page = patient.get("/form/g_emergency")
    assert patient.at == "/form/g_emergency"
    patient.send(page, CALM)
    assert patient.at == "/form/person"
    assert "interruption.cleared" in actions(app)
    assert "interruption.passed" not in actions(app)


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


def test_two_tabs_do_not_undo_each_other(app: Flask, patient: Patient) -> None:
    page = patient.begin()
    patient.send(page, CALM)
    old = patient.get("/form/g_start")
    patient.send(patient.get("/form/g_emergency"), CALM)
    patient.visited.append("/form/g_start")
    patient.send(old, {**CALM, "completed_by": "carer"})
    (visit,) = stored_visits(app)
    stored = visit.response or ""
    assert "emergency-signs" in stored
    assert '"carer"' in stored


def test_rows_are_added_and_removed(patient: Patient) -> None:
    patient.fill_in(CALM)
    page = patient.get("/form/g_medicines")
    page = patient.send(page, {**CALM, "takes_medicines": "medicines"})
    typed = {"medication-1-med_name": "sertraline", "medication-1-med_dose": "50 <b>mg"}
    page = patient.send(page, {"takes_medicines": "medicines"}, **typed, rows="add:medication")
    assert page.status == 200
    assert page.value("medication-1-med_dose") == "50 <b>mg"
    assert page.value("medication-2-med_name") == ""
    typed["medication-2-med_name"] = "lithium"
    page = patient.send(page, {"takes_medicines": "medicines"}, **typed, rows="remove:medication:1")
    assert page.value("medication-1-med_name") == "lithium"
    assert not page.named("medication-2-med_name")


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


def test_birth_date_is_asked_once(app: Flask, patient: Patient) -> None:
    page = patient.begin()
    page = patient.send(page, CALM)
    page = patient.send(page, CALM)
    page = patient.send(page, CALM, **typed_date(BIRTH_DATE, "1970-02-03"))
    assert patient.at == "/form/g_about"
    assert BIRTH_DATE not in page.value("asked")
    (visit,) = stored_visits(app)
    assert '"valueDate": "1970-02-03"' in (visit.response or "")


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


def test_a_cookie_of_ours_is_not_guessable_and_not_stored(app: Flask, patient: Patient) -> None:
    patient.begin()
    cookie = patient.client.get_cookie("intake_visit", path="/intake/")
    assert cookie is not None
    assert len(cookie.value) == 43
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    (visit,) = stored_visits(app)
    assert cookie.value not in {visit.token_hash, visit.id}
