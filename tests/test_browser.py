"""The form in a real browser, at phone width, from the start to the confirmation and the files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from intake.storage import audit
from intake.worker import work
from tests.browser import PHONE_SIZE, Reader, chromium, serving
from tests.cases import VIGNETTES
from tests.web import make_app, state_of, stored_submissions, stored_visits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from playwright.sync_api import Browser

    from intake.content import Content
    from intake.pdf.renderer import Renderer

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
    with serving(app) as address:
        context = browser.new_context(base_url=address, viewport=PHONE_SIZE)  # type: ignore[arg-type]
        page = context.new_page()
        page.goto("/")
        yield Reader(page, content)
        context.close()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
@pytest.mark.parametrize("case", CASES)
def test_walk(  # noqa: PLR0913, PLR0917  # a browser, an application, and what is compared
    browser: Browser, app: Flask, content: Content, case: str, script: bool, tmp_path: Path
) -> None:
    del tmp_path
    with serving(app) as address:
        context = browser.new_context(
            base_url=address,
            viewport=PHONE_SIZE,  # type: ignore[arg-type]
            java_script_enabled=script,
        )
        page = context.new_page()
        page.goto("/")
        reader = Reader(page, content, judge=script)
        paths = reader.walk(CASES[case])
        assert ("/help/g_emergency" in paths) == (case == "emergency")
        assert reader.press("Send my answers") == "/done"
        (sent,) = stored_submissions(app)
        assert sent.reference in page.inner_text("main")
        context.close()
    answers = content_answers(json.loads(sent.response))
    assert answers == set(CASES[case])


def content_answers(response: dict[str, Any]) -> set[str]:
    """Return the link ids of all that is answered, with rows under the name of their group."""
    found: set[str] = set()
    for page in response["item"]:
        found |= {row["linkId"] for row in page["item"]}
    return found


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


def test_enter_means_continue(reader: Reader) -> None:
    reader.judge = False
    answers = {
        **CASES["V01"],
        "takes_medicines": "medicines",
        "medication": [{"med_name": "sertraline", "med_dose": "50 mg"}, {"med_name": "lithium"}],
        "med_before_twitch": "no",
    }
    reader.walk(answers)
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


@pytest.mark.parametrize("width", [320, 1200])
def test_pages_fit_any_width(reader: Reader, width: int) -> None:
    reader.judge = False
    reader.page.set_viewport_size({"width": width, "height": 800})
    reader.walk(CASES["Mark"])


def test_clinician_to_pdf_and_fhir(reader: Reader, app: Flask, renderer: Renderer) -> None:
    reader.judge = False
    reader.walk(CASES["Mark"])
    reader.press("Send my answers")
    work(app, renderer)
    reader.judge = True
    reader.page.goto("/clinic/")
    reader.look()
    reader.press("Mark Example")
    for name, start in (("PDF", b"%PDF-"), ("Answers", b"{"), ("Bundle", b"{")):
        with reader.page.expect_download() as download:
            reader.page.get_by_role("link", name=name).first.click()
        assert download.value.path().read_bytes().startswith(start)


def test_no_request_leaves_the_server(reader: Reader) -> None:
    asked: list[str] = []
    own = reader.page.url.rstrip("/")
    reader.page.on("request", lambda request: asked.append(request.url))
    reader.judge = False
    reader.walk(CASES["V01"])
    assert len(asked) > 20
    assert [url for url in asked if not url.startswith((own, "data:"))] == []
