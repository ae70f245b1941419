"""The patient's pages through a test client: what is typed is kept, and nothing is skipped."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from intake.person import BIRTH_DATE
from tests.cases import VIGNETTES
from tests.patients import Patient, typed_date
from tests.web import stored_submissions, stored_visits

if TYPE_CHECKING:
    from flask import Flask


CALM: dict[str, Any] = VIGNETTES["V01"]["answers"]
HOSTILE = "</textarea><script>alert(1)</script> {0} {{7*7}} \u202e \u0000"


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


def test_coming_back_to_the_person_page_announces_nothing_new(patient: Patient) -> None:
    patient.fill_in(CALM)
    page = patient.get("/form/person?return=check")
    assert page.by_id("more") is None
    assert page.value("person_name") == "Mark Example"


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


def test_birth_date_is_asked_once(app: Flask, patient: Patient) -> None:
    page = patient.begin()
    page = patient.send(page, CALM)
    page = patient.send(page, CALM)
    page = patient.send(page, CALM, **typed_date(BIRTH_DATE, "1970-02-03"))
    assert patient.at == "/form/g_about"
    assert BIRTH_DATE not in page.value("asked")
    (visit,) = stored_visits(app)
    assert '"valueDate": "1970-02-03"' in (visit.response or "")


def test_a_cookie_of_ours_is_not_guessable_and_not_stored(app: Flask, patient: Patient) -> None:
    patient.begin()
    cookie = patient.client.get_cookie("intake_visit", path="/intake/")
    assert cookie is not None
    assert len(cookie.value) == 43
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    (visit,) = stored_visits(app)
    assert cookie.value not in {visit.token_hash, visit.id}
