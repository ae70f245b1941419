"""The emergency page: shown at once, not to be passed by, and recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from intake.storage.tables import Visit
from tests.cases import VIGNETTES
from tests.patients import Patient, actions
from tests.web import NUMBERS, state_of, stored_visits

if TYPE_CHECKING:
    from flask import Flask


CALM: dict[str, Any] = VIGNETTES["V01"]["answers"]
HOSTILE = "</textarea><script>alert(1)</script> {0} {{7*7}} \u202e \u0000"


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


def test_another_page_does_not_take_the_emergency_page_away(app: Flask, patient: Patient) -> None:
    page = patient.begin()
    page = patient.send(page, CALM)
    other = patient.get("/form/g_start")
    patient.visited.append("/form/g_emergency")
    patient.send(page, {**CALM, "emergency_signs": ["dark_urine"]})
    patient.visited.append("/form/g_start")
    patient.send(other, CALM)
    assert patient.at == "/help/g_emergency"
    assert "interruption.cleared" not in actions(app)


def test_a_sign_beside_none_of_these_is_urgent_too(app: Flask, patient: Patient) -> None:
    page = patient.begin()
    page = patient.send(page, CALM)
    page = patient.send(page, {**CALM, "emergency_signs": ["dark_urine", "none"]})
    assert page.status == 422
    assert "Call 555-0911 now." in page.text
    assert page.text.index("Call 555-0911 now.") < page.text.index("There is a problem")
    assert actions(app)[-1] == "interruption.shown"
    (visit,) = stored_visits(app)
    assert "emergency" not in (visit.response or "")


def test_all_three_numbers_stand_on_the_emergency_page(patient: Patient) -> None:
    page = patient.begin()
    page = patient.send(page, CALM)
    page = patient.send(page, {**CALM, "emergency_signs": ["dark_urine"]})
    assert all(number in page.text for number in NUMBERS.values())


def test_an_emergency_seen_from_the_check_comes_back_to_it(patient: Patient) -> None:
    patient.fill_in(CALM)
    page = patient.get("/form/g_emergency?return=check")
    page = patient.send(page, {**CALM, "emergency_signs": ["dark_urine"]})
    assert patient.at == "/help/g_emergency"
    data = {"csrf_token": page.value("csrf_token")}
    patient.read(patient.post("/help/g_emergency?return=check", data))
    assert patient.at == "/check"


def test_a_page_that_a_newer_form_lacks_holds_nobody_up(app: Flask, patient: Patient) -> None:
    patient.begin()
    with state_of(app).storage.write() as session:
        (visit,) = session.scalars(select(Visit))
        visit.interruption = "g_gone"
    patient.get("/form/g_start")
    assert patient.at == "/form/g_start"
