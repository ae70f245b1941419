"""The form in a real browser, at phone width, from the start to the confirmation and the files."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from fhir.intake.record import RESPONSE_SYSTEM, Identifier
from fhir.intake.response import build_response
from fhir.intake.strict_json import dump_json
from intake.person import NAME
from intake.storage import audit
from intake.submission import Frame, parse_submission
from intake.worker import work
from tests.browser import PHONE_SIZE, WHO, Reader, chromium, draft_of, serving, take_up
from tests.cases import VIGNETTES
from tests.clinic import Sent, store
from tests.web import make_app, state_of, stored_submissions, stored_visits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from playwright.sync_api import Browser

    from intake.content import Content
    from intake.pdf.renderer import Renderer
    from intake.storage.tables import Submission

EMERGENCY = {**VIGNETTES["V01"]["answers"], "emergency_signs": ["dark_urine"]}
CASES: dict[str, dict[str, Any]] = {
    "V01": VIGNETTES["V01"]["answers"],
    "Mark": VIGNETTES["V11"]["answers"],
    "emergency": EMERGENCY,
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return make_app(tmp_path, INTAKE_URL_PREFIX="", INTAKE_CLINICIAN_URL_PREFIX="/clinic")


@pytest.fixture
def reader(browser: Browser, app: Flask, content: Content) -> Iterator[Reader]:
    """A patient at the start; test_browser_pages lets axe judge each page in each state."""
    with serving(app) as address:
        context = browser.new_context(base_url=address, viewport=PHONE_SIZE)
        page = context.new_page()
        page.goto("/")
        yield Reader(page, content, judge=False)
        context.close()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
@pytest.mark.parametrize("case", CASES)
def test_walk(browser: Browser, app: Flask, content: Content, case: str, script: bool) -> None:
    asked: list[str] = []
    with serving(app) as address:
        context = browser.new_context(
            base_url=address, viewport=PHONE_SIZE, java_script_enabled=script
        )
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto("/")
        reader = Reader(page, content, judge=script and case == "Mark")
        paths = reader.walk(CASES[case])
        assert ("/help/g_emergency" in paths) == (case == "emergency")
        assert reader.press("Send my answers") == "/done"
        (sent,) = stored_submissions(app)
        assert sent.reference in page.inner_text("main")
        context.close()
    assert sent.response.encode() == expected_response(sent, CASES[case], content)
    assert len(asked) > 20
    assert [url for url in asked if not url.startswith((f"{address}/", "data:"))] == []


def expected_response(sent: Submission, answers: dict[str, Any], content: Content) -> bytes:
    """Return the bytes that `intake process` writes for the same answers, but for id and time."""
    response = json.loads(sent.response)
    subject = response["subject"]
    frame = Frame(
        now=sent.created_at,
        on=None,
        patient=Identifier(**subject["identifier"]),
        patient_name=WHO[NAME],
    )
    raw = json.dumps(answers).encode()
    read = parse_submission(raw, name="", stem="", form=content.form, frame=frame)
    expected = build_response(read.answers, content.form, read.record)
    identifier = {"system": RESPONSE_SYSTEM, "value": sent.visit_id}
    assert response["identifier"] == identifier
    assert datetime.fromisoformat(response["authored"]) == sent.created_at.replace(microsecond=0)
    return dump_json({**expected, "identifier": identifier, "authored": response["authored"]})


def test_the_emergency_page_comes_at_once_and_is_recorded(reader: Reader, app: Flask) -> None:
    reader.press("Start")
    reader.fill(EMERGENCY)
    reader.press("Continue")
    reader.fill(EMERGENCY)
    assert reader.press("Continue") == "/help/g_emergency"
    assert "555-0911" in reader.page.inner_text("main")
    (visit,) = stored_visits(app)
    with state_of(app).storage.read() as session:
        names = [event.action for event in audit.events(session, ("visit", visit.id))]
    assert names[-1] == "interruption.shown"


def test_errors_are_focused_and_lead_to_their_fields(reader: Reader) -> None:
    reader.press("Start")
    assert reader.press("Continue") == "/form/g_start"
    assert reader.page.title().startswith("Error: ")
    focused = reader.page.evaluate("document.activeElement.className")
    assert "nhsuk-error-summary" in focused
    reader.page.locator(".nhsuk-error-summary a").first.click()
    assert reader.page.evaluate("document.activeElement.name") == "consent"


def test_enter_means_continue(reader: Reader, app: Flask, content: Content) -> None:
    answers = {
        **CASES["V01"],
        "takes_medicines": "medicines",
        "medication": [{"med_name": "sertraline", "med_dose": "50 mg"}, {"med_name": "lithium"}],
        "med_before_twitch": "no",
    }
    take_up(reader.page, app, draft_of(answers, content))
    reader.page.goto("/form/g_medicines?return=check")
    with reader.page.expect_navigation():
        reader.page.locator("input[name='medication-2-med_name']").press("Enter")
    assert reader.look() == "/check"
    assert "lithium" in reader.page.inner_text("main")


def test_back_and_forward_keep_the_answers(reader: Reader) -> None:
    reader.press("Start")
    reader.fill(CASES["V01"])
    reader.press("Continue")
    reader.page.go_back()
    assert reader.look() == "/form/g_start"
    assert reader.page.locator("input[name=consent]:checked").get_attribute("value") == "all"
    reader.press("Continue")
    assert reader.path == "/form/g_emergency"


def test_clinician_to_pdf_and_fhir(reader: Reader, app: Flask, renderer: Renderer) -> None:
    store(app, Sent(answers=CASES["Mark"]))
    work(app, renderer)
    reader.page.goto("/clinic/")
    reader.look()
    reader.press("Mark Example")
    for name, start in (("PDF", b"%PDF-"), ("Answers", b"{"), ("Bundle", b"{")):
        with reader.page.expect_download() as download:
            reader.page.get_by_role("link", name=name).first.click()
        assert download.value.path().read_bytes().startswith(start)
