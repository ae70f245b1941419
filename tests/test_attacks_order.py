"""Pages out of order, forged, or older than what they are sent to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from intake.person import BIRTH_DATE, NAME
from intake.storage import StorageError
from tests.attacks import (
    CALM,
    CANARY,
    DANGER,
    actions,
    app_of,
    database,
    stored,
    upgrade,
)
from tests.pages import lint, parse
from tests.patients import Patient, typed_date
from tests.web import stored_submissions, stored_visits

if TYPE_CHECKING:
    from flask import Flask


pytest_plugins = ["tests.attacks"]


def sent_page(patient: Patient, path: str, answers: dict[str, Any]) -> dict[str, Any]:
    return patient.filled(parse(patient.client.get(f"/intake{path}").text), answers)


def test_the_emergency_page_is_not_passed_by_another_page(app: Flask, patient: Patient) -> None:
    """A tab that was open before, or a page that is not due yet, does not lead past it."""
    page = patient.begin()
    tab = patient.filled(page, CALM)
    page = patient.send(page, CALM)
    patient.send(page, CALM | DANGER)
    assert patient.at == "/help/g_emergency"
    person = {"asked": f"{NAME} {BIRTH_DATE}", NAME: "Mark Example"}
    later = {"asked": "cramps", "cramps": CALM["cramps"]}
    pages = {"g_start": tab, "person": person, "g_muscles": later, "g_end": {"asked": ""}}
    for name, data in pages.items():
        born = typed_date(BIRTH_DATE, "1984-05-10")
        own = {"csrf_token": tab["csrf_token"], "visit": tab["visit"]}
        patient.post(f"/form/{name}", data | born | own)
        for path in ("/form/person", "/form/g_end", "/check", "/done", "/stopped"):
            patient.get(path)
            assert patient.at in {"/help/g_emergency", "/"}, (name, path)
        assert stored_visits(app)[0].interruption == "g_emergency"
    assert not {"interruption.passed", "interruption.cleared"} & set(actions(app))


def test_danger_that_is_told_at_the_end_is_not_sent_before_it_is_read(
    app: Flask, patient: Patient
) -> None:
    check = patient.fill_in(CALM)
    data = patient.filled(check, {})
    page = patient.get("/form/g_emergency?return=check")
    patient.send(page, CALM | DANGER)
    assert patient.at == "/help/g_emergency"
    answer = patient.post("/check", data, follow=False)
    assert (answer.status_code, answer.location) == (303, "/intake/help/g_emergency")
    assert stored_submissions(app) == []
    token = patient.get("/help/g_emergency").value("csrf_token")
    patient.read(patient.post("/help/g_emergency?return=check", {"csrf_token": token}))
    assert patient.at == "/check"
    assert patient.post("/check", data).status_code == 409
    patient.submit(patient.get("/check"))
    (sent,) = stored_submissions(app)
    assert json.loads(sent.assessment or "")["tier"] is not None


def test_pages_in_the_wrong_order_reach_the_same_end(app: Flask, patient: Patient) -> None:
    """Pages that are sent unasked are kept, and the others are asked for all the same."""
    first = patient.begin()
    token, visit = first.value("csrf_token"), first.value("visit")
    for name in ("g_end", "g_mind", "g_muscles"):
        page = next(page for page in patient.content.form.pages if page.link_id == name)
        asked = [item.link_id for item in page.walk() if item.is_question]
        data = {"csrf_token": token, "visit": visit, "asked": " ".join(asked)}
        for link_id in asked:
            data |= patient.typed(link_id, CALM.get(link_id))
        assert patient.post(f"/form/{name}", data, follow=False).status_code == 303
        patient.get("/check")
        assert patient.at == "/form/g_start"
    assert (
        patient.post("/check", {"csrf_token": token, "key": "k"}, follow=False).status_code == 303
    )
    assert stored_submissions(app) == []
    patient.submit(patient.fill_in(CALM))
    assert len(stored_submissions(app)) == 1


FORGED = (
    "clin_exam_done clin_weakness emergency_signs consent nothing",
    " ".join(f"x{number}" for number in range(20_000)),
    "__class__ csrf_token asked key your_words.x your_words[1] ../../x",
)


@pytest.mark.parametrize("asked", FORGED)
def test_forged_questions_are_not_asked(filled: Patient, asked: str) -> None:
    app = app_of(filled)
    before = stored(app)
    data = sent_page(filled, "/form/g_end", {}) | {"asked": asked, "consent": "no"}
    data |= {"clin_exam_done": "yes", "emergency_signs": "self_harm", "nothing": "x"}
    assert filled.post("/form/g_end", data, follow=False).status_code == 303
    assert stored(app) == before


@pytest.mark.parametrize("changes", [{"rows": "add:medication"}, {"csrf_token": ""}, {}])
def test_a_forged_column_is_no_question(
    filled: Patient, monkeypatch: pytest.MonkeyPatch, changes: dict[str, str]
) -> None:
    monkeypatch.setitem(app_of(filled).config, "PROPAGATE_EXCEPTIONS", False)  # as in production
    data = sent_page(filled, "/form/g_medicines", CALM)
    data |= {"asked": "takes_medicines medication med_name med_dose", **changes}
    data["takes_medicines"] = "none of these"
    assert filled.post("/form/g_medicines", data).status_code in {200, 400, 422}


def test_the_date_of_birth_is_that_of_the_person(app: Flask, patient: Patient) -> None:
    patient.fill_in(CALM)
    data = sent_page(patient, "/form/g_about", CALM)
    data |= {"asked": f"{data['asked']} {BIRTH_DATE}"} | typed_date(BIRTH_DATE, "1950-02-01")
    patient.post("/form/g_about", data)
    (visit,) = stored_visits(app)
    assert stored(app)[BIRTH_DATE] == [json.loads(visit.person or "{}")["birth_date"]]


def test_a_form_that_was_sent_is_not_changed(app: Flask, patient: Patient) -> None:
    check = patient.fill_in(CALM)
    data = patient.filled(check, {})
    tab = sent_page(patient, "/form/g_end", {"your_words": "too late"})
    patient.read(patient.post("/check", data))
    before = database(app, but="")
    for key in (data["key"], "another key", "k" * 64):
        answer = patient.post("/check", data | {"key": key}, follow=False)
        assert (answer.status_code, answer.location) == (303, "/intake/done")
    patient.post("/form/g_end", tab)
    patient.post("/form/g_start", tab | {"asked": "consent", "consent": "no"})
    patient.post("/help/g_emergency", tab)
    assert database(app, but="") == before


def test_an_answer_that_comes_too_late_is_not_confirmed(app: Flask, patient: Patient) -> None:
    """Who adds a danger in a tab that was open before must not read that we have the answers."""
    check = patient.fill_in(CALM)
    tab = sent_page(patient, "/form/g_emergency", DANGER)
    patient.submit(check)
    answer = patient.post("/form/g_emergency", tab)
    page = lint(answer.text, answer.status_code)
    assert len(stored_submissions(app)) == 1
    assert page.heading != "We have your answers"


@pytest.mark.parametrize("key", ["", "k" * 65])
def test_a_key_that_is_none(app: Flask, patient: Patient, key: str) -> None:
    data = patient.filled(patient.fill_in(CALM), {}) | {"key": key}
    answer = patient.post("/check", data)
    assert answer.status_code == 400
    assert lint(answer.text, 400).errors()
    assert stored_submissions(app) == []


def test_consent_that_is_withdrawn_at_the_end(app: Flask, patient: Patient) -> None:
    patient.who[NAME] = CANARY
    check = patient.fill_in(CALM | {"your_words": CANARY})
    data = patient.filled(check, {})
    patient.send(patient.get("/form/g_start?return=check"), CALM | {"consent": "no"})
    assert patient.at == "/stopped"
    assert CANARY not in str(database(app, but=""))
    before = database(app, but="")
    patient.client.set_cookie("intake_visit", "", path="/intake/")
    for path in ("/check", "/form/g_end"):
        assert patient.post(path, data, follow=False).status_code in {303, 410}
    assert database(app, but="") == before


def test_a_form_under_way_is_not_thrown_away_by_reading(app: Flask, patient: Patient) -> None:
    patient.begin()
    patient.client.get("/intake/stopped")
    patient.get("/form/g_start")
    assert patient.at == "/form/g_start"
    assert stored_visits(app)[0].status == "in-progress"


def test_an_answer_that_a_new_form_does_not_take_is_asked_again(
    app: Flask, patient: Patient
) -> None:
    check = patient.fill_in(CALM | {"your_words": "a long story", "worry_level": 9})
    data = patient.filled(check, {})
    upgrade(app, your_words={"max_length": 5}, stress_level={"max_value": 1})
    answer = patient.post("/check", data, follow=False)
    assert (answer.status_code, answer.location) == (303, "/intake/form/g_mind?return=check")
    patient.send(patient.get("/form/g_mind?return=check"), CALM | {"stress_level": 1})
    assert patient.at == "/form/g_end"
    assert stored_submissions(app) == []


def test_a_new_form_does_not_lead_in_a_circle(app: Flask, patient: Patient) -> None:
    """The sign that interrupted is none any more, and an earlier page asks something new."""
    page = patient.send(patient.begin(), CALM)
    patient.send(page, CALM | DANGER)
    items = patient.content.form.items
    signs = tuple(o for o in items["emergency_signs"].options if o.code != "self_harm")
    roles = tuple(o for o in items["completed_by"].options if o.code != CALM["completed_by"])
    upgrade(
        app,
        g_emergency={"interrupts": items["g_emergency"].interrupts[1:]},
        emergency_signs={"options": signs},
        completed_by={"options": roles},
    )
    path = "/intake/check"
    seen = []
    while path not in seen:
        seen.append(path)
        path = patient.client.get(path).location or path
    assert patient.client.get(seen[-1]).status_code == 200, seen


def test_a_page_of_an_earlier_form_is_not_saved_in_the_next(app: Flask, patient: Patient) -> None:
    """On a device that is shared, or with a form for each child, in the tab of the first."""
    patient.who[NAME] = "First Example"
    page = patient.send(patient.send(patient.begin(), CALM), CALM)
    assert patient.at == "/form/person"
    tab = patient.filled(page, CALM)
    patient.begin()
    patient.post("/form/person", tab)
    assert "First Example" not in str(database(app))


def test_another_site_fills_in_nothing(app: Flask) -> None:
    client = app.test_client()  # a browser sends no cookie with a form of another site
    data = {"asked": "consent completed_by", "consent": "all", "completed_by": "carer"}
    headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    for more in ({}, {"rows": "add:x"}):
        answer = client.post("/intake/form/g_start", data=data | more, headers=headers)
        assert "checked" not in answer.text
        assert answer.headers.getlist("Set-Cookie") == []


@pytest.mark.parametrize("path", ["/form/g_end", "/check"])
def test_a_database_that_fails_says_when_to_try_again(
    patient: Patient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    patient.fill_in(CALM)
    data = patient.filled(patient.get(path), {})

    def fail(*_: object) -> None:
        raise StorageError("The disk of the database is full, so nothing was saved.")

    monkeypatch.setattr("intake.storage.engine._commit", fail)
    answer = patient.post(path, data)
    assert answer.status_code == 503
    assert answer.headers.get("Retry-After")


def test_a_cookie_is_taken_back_as_it_was_given(patient: Patient) -> None:
    patient.send(patient.begin(), CALM | {"consent": "no"})
    patient.begin()
    data = sent_page(patient, "/form/g_start", CALM | {"consent": "no"})
    patient.post("/form/g_start", data, follow=False)
    (line,) = patient.client.get("/intake/stopped").headers.getlist("Set-Cookie")
    assert {"HttpOnly", "SameSite=Lax"} <= {part.strip() for part in line.split(";")}
