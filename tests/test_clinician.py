"""The clinician's pages over a real database: what they show, send, refuse and audit."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from intake.person import Person
from intake.processing import ASSESSMENT, BUNDLE, PDF, RESPONSE
from intake.web.submission_list import PAGE_SIZE
from tests.cases import VIGNETTES
from tests.clinic import SENT, Sent, audited, reference_of, store
from tests.clinic_pages import (
    CLINIC,
    NAMES,
    READY,
    clinic_app,
    links,
    page_of,
    rows_of,
    sections,
    tags,
)
from tests.pages import classes, text
from tests.summary_case import MANY_MEDICINES, vignette
from tests.web import state_of

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

pytest_plugins = ["tests.clinic_pages"]


@pytest.fixture
def app(tmp_path: Path, empty_database: Path) -> Flask:
    shutil.copy(empty_database, tmp_path)
    return clinic_app(tmp_path)


def test_an_empty_list_says_so(client: FlaskClient) -> None:
    page = page_of(client)
    assert page.heading == "Submissions"
    assert "No form has been sent yet" in page.text
    assert not [*page.all("table")]


def test_the_list_shows_the_newest_first(app: Flask, client: FlaskClient) -> None:
    for number, name in enumerate(NAMES, 1):
        when = SENT + timedelta(hours=number)
        store(app, Sent(answers=vignette(name), number=number, sent=when))
    page = page_of(client)
    rows = [[text(cell) for cell in row] for row in page.one("tbody").iter("tr")]
    assert [row[0] for row in rows] == [
        "Emergency now",
        "Urgent",
        "Emergency now",
        "Urgent",
        "Self-care then review",
    ]
    last = ["22 Nov 2026, 15:14 (UTC+1)", reference_of(5), "Being made"]
    assert rows[0][1:] == ["Mark Example", "10 May 1984", *last]
    assert {"nhsuk-tag--red", "nhsuk-tag--orange", "nhsuk-tag--green"} <= {
        name for node in page.all("strong") for name in classes(node)
    }


def test_the_list_says_how_far_the_pdf_is(app: Flask, client: FlaskClient) -> None:
    calm = vignette("V01")
    store(app, Sent(answers=calm, number=1, files=READY))
    store(app, Sent(answers=calm, number=2, job="working"))
    store(app, Sent(answers=calm, number=3, job="failed", error="No PDF: Pango is missing."))
    store(app, Sent(answers=calm, number=4, job="failed", error="No.", files=READY))
    rows = [[text(cell) for cell in row] for row in page_of(client).one("tbody").iter("tr")]
    assert {row[4]: row[5] for row in rows} == {
        reference_of(1): "Ready",
        reference_of(2): "Being made",
        reference_of(3): "Failed",
        reference_of(4): "Ready",
    }


def test_an_urgency_that_the_pack_does_not_know_is_shown(app: Flask, client: FlaskClient) -> None:
    store(app, Sent(answers=vignette("V01"), changes={"tier": "purple-now"}))
    assert [*tags(page_of(client).one("tbody"))] == ["purple-now"]


def test_the_list_is_read_page_by_page(app: Flask, client: FlaskClient) -> None:
    for number in range(1, PAGE_SIZE + 3):
        when = SENT + timedelta(minutes=number)
        store(app, Sent(answers={"consent": "all"}, number=number, sent=when))
    first = page_of(client)
    assert len([*first.one("tbody").iter("tr")]) == PAGE_SIZE
    assert "27 in all, newest first · page 1 of 2" in first.text
    assert links(first)["Older"] == f"{CLINIC}/?page=2"
    assert "Newer" not in links(first)
    second = page_of(client, "/?page=2")
    assert len([*second.one("tbody").iter("tr")]) == 2
    assert links(second)["Newer"] == f"{CLINIC}/?page=1"
    assert "Older" not in links(second)
    assert page_of(client, "/?page=3", 404)


@pytest.mark.parametrize(
    "number", ["0", "-1", "2", "", "01", "abc", "1.0", "+1", "１", "9" * 30, "1 ", "NaN"]
)
def test_a_wrong_page_number_is_not_found(client: FlaskClient, number: str) -> None:
    response = client.get(f"{CLINIC}/", query_string={"page": number})
    assert response.status_code == 404


def test_the_list_needs_few_queries(app: Flask, client: FlaskClient) -> None:
    from sqlalchemy import event

    for number in range(1, 11):
        store(app, Sent(answers={"consent": "all"}, number=number))
    client.get(f"{CLINIC}/")
    seen: list[str] = []
    engine = state_of(app).storage.engine
    event.listen(engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    page_of(client)
    selects = [query for query in seen if query.startswith("SELECT")]
    assert len(selects) <= 4, selects


def test_every_case_has_a_page(app: Flask, client: FlaskClient) -> None:
    headings = {"urgency", "flags", "tests", "open", "medicines", "factors", "answers"}
    for number, name in enumerate(VIGNETTES, 1):
        page = page_of(client, f"/{store(app, Sent(answers=vignette(name), number=number))}")
        assert page.heading == "Mark Example"
        assert headings <= set(sections(page)), name


def test_who_it_is_about(app: Flask, client: FlaskClient) -> None:
    page = page_of(client, f"/{store(app, Sent(answers=vignette('V11')))}")
    assert page.title.startswith(f"Submission {reference_of(1)}")
    details = {text(row[0]): text(row[1]) for row in next(page.all("dl"))}
    assert details["Date of birth"] == "10 May 1984 (42 years)"
    assert details["Record number"] == "00-4711 (typed by the patient, not checked)"
    assert details["Phone"] == "555 0100 200"
    assert details["E-mail"] == "mark@example.org"
    assert details["Filled in"] == "by the patient, in English"
    assert details["Sent"] == "22 Nov 2026, 10:14 (UTC+1)"
    assert details["Reference"] == reference_of(1)


def test_what_is_not_given_is_said(app: Flask, client: FlaskClient) -> None:
    sent = Sent(answers={"consent": "all"}, person=Person(name=""), changes={"patient": "{}"})
    page = page_of(client, f"/{store(app, sent)}")
    assert page.heading == "Name not given"
    assert "Record number not given" in page.text
    assert "Date of birth not answered" in page.text
    assert "by whom: not answered" in page.text


def test_urgency_flags_tests_and_reasons(app: Flask, client: FlaskClient) -> None:
    page = page_of(client, f"/{store(app, Sent(answers=vignette('V11')))}")
    said = sections(page)
    assert said["urgency"].startswith("Urgent: within 14 days of the form, by 6 Dec 2026")
    assert "Suggested: Neurology referral, urgent · Neurological examination" in said["urgency"]
    assert "Suggested, not ordered. Supports, does not replace, clinical judgement." in page.text
    assert "The rules have not been reviewed by a clinician." in page.text
    assert "(U01; guideline: NICE NG127, NICE NG42, MND Association)" in said["because"]
    assert "Weak side: Right" in said["because"]
    assert "Present Weakness: Right" in said["flags"]
    assert "Absent Asked, answered no: Emergency sign" in said["flags"]
    rows = rows_of(page, "tests")
    assert rows[0] == ["Test", "Why", "Source", "Cautions"]
    assert rows[1] == ["Referrals"]
    assert rows[2][0].startswith("Neurology referral, urgent")
    assert page.by_id("rule-U01") is not None
    assert links(page)["U01"] == "#rule-U01"


def test_blank_is_never_shown_as_no(app: Flask, client: FlaskClient) -> None:
    answers = vignette("V45")
    page = page_of(client, f"/{store(app, Sent(answers=answers))}")
    said = sections(page)
    assert "Not known Weakness: not answered" in said["flags"]
    assert "Weakness (self-report) not answered" in said["answers"]
    assert "Weakness (self-report) would help to decide: Emergency now (E01" in said["open"]


def test_deferred_not_indicated_and_medicines(app: Flask, client: FlaskClient) -> None:
    emergency = page_of(client, f"/{store(app, Sent(answers=vignette('V14')))}")
    assert "Suggested, but for later Needle EMG" in sections(emergency)["tests"]
    calm = page_of(client, f"/{store(app, Sent(answers=vignette('V01'), number=2))}")
    assert "No test is suggested." in sections(calm)["tests"]
    assert "Not indicated Ganglioside GM1 IgM antibody" in sections(calm)["tests"]
    answers = vignette("V11", **MANY_MEDICINES)
    many = page_of(client, f"/{store(app, Sent(answers=answers, number=3))}")
    known = {row[0]: row[2] for row in rows_of(many, "medicines")}
    assert "did you mean sertraline?" in known["Sertralin"]
    assert known["salbutamol"].startswith("Can cause twitching")


def test_the_emergency_page_and_what_the_patient_did(app: Flask, client: FlaskClient) -> None:
    shown = ("interruption.shown", {"page": "g_emergency", "titles": ["Please get help now"]})
    cleared = ("interruption.cleared", {"page": "g_emergency"})
    passed = ("interruption.passed", {"page": "g_emergency"})
    events = (shown, cleared, shown, passed)
    page = page_of(client, f"/{store(app, Sent(answers=vignette('V14'), events=events))}")
    said = sections(page)["flags"]
    at = "22 Nov 2026, 10:14 (UTC+1)"
    assert f"Shown {at}: “Please get help now”. The patient then changed the answer, {at}." in said
    assert f"The patient read it and went on with the form, {at}." in said


def test_an_emergency_without_its_page_stands_out(app: Flask, client: FlaskClient) -> None:
    page = page_of(client, f"/{store(app, Sent(answers=vignette('V31')))}")
    assert "None was shown: the patient may not know how urgent it is." in page.text
    calm = page_of(client, f"/{store(app, Sent(answers=vignette('V01'), number=2))}")
    assert "None was shown to the patient." in calm.text


HOSTILE = (
    "<script>alert(1)</script>",
    "'\"><img src=x onerror=alert(1)>",
    "{{ 7*7 }} {% raw %} ${7*7} #{7*7}",
    "%s %(name)s {0} {emergency_number} %n",
    "\u202eשלום\u202c \u2067abc",
    "Ó\u0308\u0301 \U0001f9e0 \ud7ff ＜b＞",
    "x" * 1000,
    "two  blanks\n\n and lines",
)


@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_words_are_words(app: Flask, client: FlaskClient, typed: str) -> None:
    answers = vignette(
        "V11",
        your_words=typed,
        occupation=typed[:200],
        takes_medicines="medicines",
        medication=[{"med_name": typed[:100], "med_dose": typed[:100]}],
    )
    person = Person(name=typed[:200], record_number=typed[:60], phone=typed[:40], email=typed)
    name = store(app, Sent(answers=answers, person=person))
    for path in ("/", f"/{name}"):
        page = page_of(client, path)
        assert not [*page.all("script", "img", "b:script")]
        assert " ".join(typed[:200].split()) in page.text
    typed_texts = ["".join(node.itertext()) for node in page.all("bdi")]
    for whole in (typed, typed[:200], typed[:60]):
        assert whole in typed_texts
    assert "".join(page.one("h1").itertext()) == typed[:200]
    rtl = [node for node in page.all("bdi") if node.get("dir") == "rtl"]
    assert bool(rtl) == ("שלום" in typed)


def test_an_assessment_of_another_pack_is_shown(app: Flask, client: FlaskClient) -> None:
    stranger = {
        "tier": "amber",
        "target_days": 3,
        "pack": {"name": "other", "version": "1"},
        "rules": [
            {
                "id": "Q1",
                "kind": "tier",
                "because": "A reason of long ago.",
                "answers": {"gone_question": "gone_code"},
                "sources": ["Z9"],
                "strength": "guess",
            }
        ],
        "suggestions": [
            {
                "id": "scan_x",
                "category": "odd",
                "panel": None,
                "status": "suggested",
                "rules": ["Q1"],
                "cautions": [],
            }
        ],
        "red_flags": [{"id": "f", "label": "Old flag", "present": None, "answers": {}}],
    }
    sent = Sent(answers=vignette("V01"), changes={"assessment": json.dumps(stranger)})
    page = page_of(client, f"/{store(app, sent)}")
    assert "amber: within 3 days of the form" in page.text
    assert "A reason of long ago. (Q1; guess: Z9)" in page.text
    assert "gone question: gone_code" in page.text
    assert "scan_x" in page.text
    assert "Not known Old flag: not sure" in page.text


def test_an_older_form_is_no_failure(app: Flask, client: FlaskClient) -> None:
    name = store(app, Sent(answers=vignette("V11")))
    with state_of(app).storage.read() as session:
        from intake.storage import submissions

        found = submissions.find_submission(session, name)
    assert found is not None
    response = json.loads(found.response)
    lost = {"linkId": "lost", "text": "A lost question?", "answer": [{"valueString": "Lost!"}]}
    response["item"][0]["item"].append(lost)
    sent = Sent(answers=vignette("V11"), number=2, changes={"response": json.dumps(response)})
    page = page_of(client, f"/{store(app, sent)}")
    assert "Do not rely on “not answered” here" in page.text
    assert "A lost question? Lost!" in sections(page)["answers"]


@pytest.mark.parametrize(
    "name",
    [
        "190e4045-c326-4536-ad8d-615a9b4726d6",
        "abc",
        "0" * 36,
        "AD3F7515-F8F3-4AB1-BF21-ABE25084D980",
        "../../etc/passwd",
        "%00",
        "' OR 1=1 --",
        "1",
        "x" * 5000,
        "é" * 36,
    ],
)
def test_what_is_unknown_is_not_found(app: Flask, client: FlaskClient, name: str) -> None:
    store(app, Sent(answers=vignette("V01")))
    assert client.get(f"{CLINIC}/{name}").status_code == 404
    assert client.get(f"{CLINIC}/{name}/{PDF}").status_code == 404
    assert not audited(app, "submission.read", "file.read")


def test_another_clinic_finds_nothing(tmp_path: Path, empty_database: Path) -> None:
    shutil.copy(empty_database, tmp_path)
    ours = clinic_app(tmp_path, INTAKE_CLINIC_ID="north")
    theirs = clinic_app(tmp_path, INTAKE_CLINIC_ID="south").test_client()
    name = store(ours, Sent(answers=vignette("V11"), files=READY))
    assert ours.test_client().get(f"{CLINIC}/{name}").status_code == 200
    unknown = theirs.get(f"{CLINIC}/{uuid4()}")
    foreign = theirs.get(f"{CLINIC}/{name}")
    assert (foreign.status_code, foreign.data) == (unknown.status_code, unknown.data)
    assert foreign.status_code == 404
    for file in (PDF, RESPONSE, BUNDLE, ASSESSMENT):
        assert theirs.get(f"{CLINIC}/{name}/{file}").status_code == 404
    assert "No form has been sent yet" in theirs.get(f"{CLINIC}/").get_data(as_text=True)
