"""The clinician's pages over a real database: what they show, send, refuse and audit."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from intake.person import Person
from intake.processing import ASSESSMENT, BUNDLE, PDF, RESPONSE
from intake.storage import make_engine, schema
from intake.submitting import COMPLETED
from intake.web.submission_list import PAGE_SIZE
from tests.cases import VIGNETTES
from tests.clinic import PERSON, SENT, Sent, audited, reference_of, store
from tests.pages import Page, classes, lint, text
from tests.summary_case import MANY_MEDICINES, vignette
from tests.web import make_app, state_of, stored_visits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from xml.etree.ElementTree import Element

    from flask import Flask
    from flask.testing import FlaskClient

CLINIC = "/intake/clinic"
NAMES = ("V01", "V11", "V14", "V22", "V31")
READY = {PDF: b"%PDF-1.7 made", BUNDLE: b'{"resourceType": "Bundle"}'}


class Bell:
    """Stands for the worker: counts how often it is woken."""

    def __init__(self) -> None:
        self.rung = 0

    def wake(self) -> None:
        self.rung += 1


@pytest.fixture(scope="module")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database without rows, to be copied: to make one takes a while."""
    file = tmp_path_factory.mktemp("empty") / "intake.db"
    engine = make_engine(f"sqlite:///{file}")
    schema.upgrade(engine)
    engine.dispose()
    return file


@pytest.fixture
def app(tmp_path: Path, empty_database: Path) -> Flask:
    shutil.copy(empty_database, tmp_path)
    return clinic_app(tmp_path)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def clinic_app(folder: Path, **config: Any) -> Flask:
    app = make_app(folder, INTAKE_TIME_ZONE="Europe/Madrid", **config)
    app.extensions["intake"] = replace(state_of(app), actor=lambda: "dr-1", worker=Bell())  # type: ignore[arg-type]
    return app


def page_of(client: FlaskClient, path: str = "/", status: int = 200) -> Page:
    response = client.get(CLINIC + path)
    assert response.status_code == status
    page = lint(response.get_data(as_text=True), response.status_code)
    for table in page.all("table"):
        for header in table.iter("th"):
            assert header.get("scope") in {"col", "row", "rowgroup"}, text(header)
    return page


def sections(page: Page) -> dict[str, str]:
    """Return the text of each section by the id of its heading."""
    return {
        node.get("aria-labelledby", ""): text(node)
        for node in page.all("section")
        if node.get("aria-labelledby")
    }


def rows_of(page: Page, section: str) -> list[list[str]]:
    """Return the texts of the rows of a section's tables."""
    (found,) = (n for n in page.all("section") if n.get("aria-labelledby") == section)
    return [[text(cell) for cell in row if cell.tag in {"td", "th"}] for row in found.iter("tr")]


def links(page: Page) -> dict[str, str]:
    return {text(node): node.get("href", "") for node in page.all("a")}


def tags(node: Element) -> Iterator[str]:
    return (text(part) for part in node.iter() if "nhsuk-tag" in classes(part))


# The list


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


# One submission


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


# What is not there


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


# Files


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


# Audit


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
