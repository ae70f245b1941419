"""Every page in every state, as axe and the widths of phone, small phone and desk judge it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from intake.processing import BUNDLE, PDF
from intake.server import create_app
from intake.storage import StorageError, schema
from intake.web.session import COOKIE
from tests.browser import PHONE_SIZE, chromium, draft_of, judge, serving, take_up
from tests.clinic import Sent, store
from tests.eye import MISTAKES, PHONE, WIDE, Eye
from tests.page_drafts import CONTENT, FORM, PAGES, fullest, opened, questions, title, without
from tests.summary_case import MANY_MEDICINES, vignette
from tests.web import NUMBERS, make_app, state_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


READY = {PDF: b"%PDF-1.7 made", BUNDLE: b"{}"}
CALM = vignette("V01")
SHOWN = {"page": "g_emergency", "titles": ["Please get help now"]}
HELP = (("interruption.shown", SHOWN), ("interruption.passed", {"page": "g_emergency"}))
DESK = (WIDE, PHONE)


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Eye]:
    """The product as it is run, and one window for all: to open another takes a while."""
    folder = tmp_path_factory.mktemp("pages")
    config = {"INTAKE_DATABASE_URL": f"sqlite:///{folder / 'intake.db'}", "INTAKE_WORKER": False}
    app = create_app({"INTAKE_DEVELOPMENT": True, **config, **NUMBERS})
    schema.upgrade(state_of(app).storage.engine)
    with serving(app) as address, chromium() as browser:
        context = browser.new_context(base_url=address, viewport=PHONE_SIZE)
        yield Eye(context.new_page(), app)


@pytest.fixture
def eye(window: Eye) -> Eye:
    window.page.context.clear_cookies()
    window.go("/")
    return window


# Pages of questions


@pytest.mark.parametrize("name", PAGES)
def test_page_empty_and_with_mistakes(eye: Eye, name: str) -> None:
    draft = fullest(name)
    eye.take_up(without(draft, questions(name, draft)), f"/form/{name}")
    eye.look(title(name))
    eye.take_up(draft, f"/form/{name}")
    eye.page.evaluate(MISTAKES)
    eye.press("Continue")
    eye.look(title(name), error=True)


@pytest.mark.parametrize("name", PAGES)
def test_page_filled_and_with_opened_questions(eye: Eye, name: str) -> None:
    draft, late = fullest(name), opened(name)
    eye.take_up(draft, f"/form/{name}")
    eye.look(title(name))
    assert not eye.page.locator("#more").count()
    if late:
        eye.take_up(without(draft, late), f"/form/{name}")
        eye.look(title(name))
        assert eye.page.inner_text("#more") == "Please answer these questions too."


def test_some_pages_have_questions_that_open() -> None:
    assert len([name for name in PAGES if opened(name)]) > 5


def test_axe_sees_a_fault(eye: Eye) -> None:
    eye.take_up(fullest("g_mind"), "/form/g_mind")
    eye.page.evaluate("document.querySelector('main label').remove()")
    with pytest.raises(AssertionError, match="label"):
        judge(eye.page)


def test_rows_of_medicines(eye: Eye) -> None:
    eye.take_up(draft_of(vignette("V11", **MANY_MEDICINES), CONTENT), "/form/g_medicines")
    rows = eye.page.locator(".intake-row").count()
    eye.press("Add another medicine")
    eye.look("Medicines")
    assert eye.page.locator(".intake-row").count() == rows + 1
    eye.page.fill(f"[name='medication-{rows + 1}-med_dose']", "50 mg")
    eye.press("Continue")
    eye.look("Medicines", error=True)


# The way through the form


def test_start(eye: Eye) -> None:
    eye.look(FORM.title)
    eye.spoil("csrf_token")
    eye.press("Start")
    eye.look(FORM.title, error=True)
    eye.take_up(draft_of(CALM, CONTENT))
    eye.look(FORM.title)
    assert eye.page.get_by_role("button", name="Go on with your form").count()


@pytest.mark.parametrize(
    ("sign", "heading"),
    [
        ("self_harm", "Please get help now"),
        ("dark_urine", "Please get help now"),
        ("not_sure", "Please phone us today"),
    ],
)
def test_help(eye: Eye, sign: str, heading: str) -> None:
    eye.take_up(draft_of({**CALM, "emergency_signs": [sign]}, CONTENT), "/help/g_emergency")
    eye.look(heading)
    eye.spoil("csrf_token")
    eye.press("Go on with the form")
    eye.look(heading, error=True)


def test_check(eye: Eye) -> None:
    eye.take_up(fullest("g_medicines"), "/check")
    eye.look("Check your answers", widths=(PHONE, WIDE))
    eye.spoil("seen")
    eye.press("Send my answers")
    eye.look("Check your answers", error=True)


@pytest.mark.parametrize("signs", [["none"], ["dark_urine"]], ids=["calm", "emergency"])
def test_done(eye: Eye, signs: list[str]) -> None:
    eye.take_up(draft_of({**CALM, "emergency_signs": signs}, CONTENT), "/check")
    eye.press("Send my answers")
    eye.look("We have your answers")


def test_stopped(eye: Eye) -> None:
    eye.take_up(draft_of(CALM, CONTENT), "/form/g_start")
    eye.page.check("[name=consent][value=no]")
    eye.press("Continue")
    eye.look("You chose to stop")


# What goes wrong


def test_what_is_not_there(eye: Eye) -> None:
    eye.go("/form/nothing")
    eye.look("We cannot find this page")
    eye.post("/done")
    assert "Error 405" in eye.page.inner_text("main")
    eye.look("We cannot find this page")


def test_a_token_that_is_lost(eye: Eye) -> None:
    eye.take_up(fullest("g_emergency"), "/form/g_emergency")
    eye.spoil("csrf_token")
    eye.press("Continue")
    eye.look(title("g_emergency"), error=True)


def test_a_form_that_is_forgotten(eye: Eye) -> None:
    eye.take_up(draft_of(CALM, CONTENT), "/form/g_mind")
    eye.page.context.clear_cookies(name=COOKIE)
    eye.press("Continue")
    assert "Error 410" in eye.page.inner_text("main")
    eye.look("We cannot find your form")


def test_a_page_of_another_form(eye: Eye) -> None:
    eye.take_up(draft_of(CALM, CONTENT), "/form/g_mind")
    take_up(eye.page, eye.app, draft_of(CALM, CONTENT))
    eye.press("Continue")
    eye.look(title("g_mind"), error=True)


@pytest.mark.parametrize("sign", [None, "dark_urine"])
def test_a_page_that_comes_too_late(eye: Eye, sign: str | None) -> None:
    eye.take_up(draft_of(CALM, CONTENT), "/form/g_emergency")
    eye.send_elsewhere()
    if sign:
        eye.page.check(f"[name=emergency_signs][value={sign}]")
    eye.press("Continue")
    eye.look("This page was not added")


def test_a_database_that_fails(eye: Eye, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise StorageError("The disk of the database is full, so nothing was saved.")

    eye.take_up(draft_of(CALM, CONTENT), "/form/g_end")
    monkeypatch.setattr("intake.web.saving.current_visit", fail)
    eye.press("Continue")
    eye.look(title("g_end"), error=True)
    eye.go("/check")
    monkeypatch.setattr("intake.web.checking.submit", fail)
    eye.press("Send my answers")
    eye.look("Check your answers", error=True)
    monkeypatch.setattr("intake.web.patient.current_visit", fail)
    eye.go("/")
    assert "Error 503" in eye.page.inner_text("main")
    eye.look("There is a problem")


# The clinician


def test_list(eye: Eye) -> None:
    for number, name in enumerate(("V01", "V11", "V14", "V22", "V31"), 1):
        job = "failed" if name == "V22" else "pending"
        store(eye.app, Sent(answers=vignette(name), number=number, job=job, error="No."))
    eye.go("/clinic/")
    eye.look("Submissions", widths=DESK)
    assert eye.page.locator("tbody tr").count() > 4


def test_empty_list(eye: Eye, tmp_path: Path) -> None:
    with serving(make_app(tmp_path)) as address:
        eye.go(f"{address}/intake/clinic/")
        eye.look("Submissions", widths=DESK)
        assert "No form has been sent yet" in eye.page.inner_text("main")


@pytest.mark.parametrize(
    "sent",
    [
        Sent(answers=CALM, number=11, files=READY),
        Sent(answers=vignette("V31", **MANY_MEDICINES), number=12, files=READY, events=HELP),
        Sent(answers=vignette("V11"), number=13, job="failed", error="No PDF: no fonts."),
        Sent(answers=vignette("V45", consent="visit_only"), number=14, job="working"),
    ],
    ids=["mild", "emergency", "failed", "without-consent"],
)
def test_submission(eye: Eye, sent: Sent) -> None:
    eye.go(f"/clinic/{store(eye.app, sent)}")
    eye.look("Mark Example", widths=DESK)


def test_files_that_are_not_there(eye: Eye) -> None:
    refused = vignette("V11", consent="visit_only")
    name = store(eye.app, Sent(answers=refused, number=21, job="working"))
    eye.go(f"/clinic/{name}/{PDF}")
    eye.look("This file is being made", widths=DESK)
    eye.go(f"/clinic/{name}/{BUNDLE}")
    eye.look("There is no Bundle", widths=DESK)
    eye.go("/clinic/nothing")
    eye.look("We cannot find this page", widths=DESK)
