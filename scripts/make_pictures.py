"""Make the pictures of the README; needs poppler and Chromium.

Of the article's case a page of the form on a phone, the clinician's page, and page 1 of the PDF; of
a form that was added, two pages.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

from PIL import Image

from fhir.intake.answers import check_answers
from fhir.intake.enablement import Enablement
from intake.drafts import store_draft
from intake.extension import State
from intake.journey import Draft
from intake.pdf.renderer import Renderer
from intake.person import Person
from intake.questionnaire_files import read_form
from intake.server import create_app
from intake.storage import questionnaires, schema, visits
from intake.submitting import Stamp, submit
from intake.web.session import COOKIE
from intake.worker import work
from scripts.chromium import chromium, serving

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Browser, Page

    from intake.storage.tables import Visit

ROOT: Final = Path(__file__).parents[1]
PICTURES: Final = ROOT / "docs" / "images"
CASE: Final = ROOT / "examples" / "mark.json"
NOW: Final = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
OTHER: Final = ROOT / "examples" / "before-you-travel.json"
SLUG: Final = "before-you-travel"
PAGE: Final = "g_strength"
TOKENS: Final = ("under-way", "sent")
SUBMISSION: Final = UUID(int=1)
COLOURS: Final = 128


def main() -> None:
    """Draw all pictures."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        draw_face_sheet(folder)
        app = make_app(folder)
        with serving(app) as address, chromium() as browser:
            take(browser, f"{address}/form/{PAGE}", "form-page", width=390, height=844, scale=2)
            take(browser, f"{address}/clinic/{SUBMISSION}", "clinician", width=1200, height=795)
            take_other_form(browser, f"{address}/q/{SLUG}/")
    for picture in PICTURES.glob("*.png"):
        shrink(picture)


def draw_face_sheet(folder: Path) -> None:
    """Process the case and draw the first page of its PDF."""
    command = [sys.executable, "-m", "intake", "process", str(CASE), "--out", str(folder)]
    subprocess.run([*command, "--on", f"{NOW:%Y-%m-%d}"], check=True)  # noqa: S603  # our own command
    draw = ["pdftoppm", "-png", "-r", "96", "-f", "1", "-singlefile"]
    pdf, target = folder / "summary.pdf", PICTURES / "face-sheet"
    subprocess.run([*draw, str(pdf), str(target)], check=True)  # noqa: S603  # a fixed command


def make_app(folder: Path) -> Flask:
    """Make an application with the case twice, under way and sent, and with a form of others."""
    app = create_app(
        {
            "INTAKE_DEVELOPMENT": True,
            "INTAKE_DATABASE_URL": f"sqlite:///{folder / 'intake.db'}",
            "INTAKE_WORKER": False,
            "INTAKE_TIME_ZONE": "UTC",
        }
    )
    state = app.extensions["intake"]
    assert isinstance(state, State)
    schema.upgrade(state.storage.engine)
    draft = read_draft(state)
    with state.storage.write() as session:
        for number, token in enumerate(TOKENS):
            visit: Visit = visits.start_visit(
                session,
                new_id=UUID(int=number),
                token_hash=hashlib.sha256(token.encode()).hexdigest(),
                questionnaire=state.content.form.canonical,
                now=NOW,
            )
            store_draft(visit, draft, state.content.form, NOW)
        session.flush()
        version = read_form(OTHER).version
        questionnaires.add(session, version, new_id=uuid4(), slug=SLUG, now=NOW)
        key = "K7QM-3XPT"
        stamp = Stamp(now=NOW, submission_id=SUBMISSION, job_id=UUID(int=0), key=key)
        submit(session, visit, draft, content=state.content, record_system=None, stamp=stamp)
    with Renderer() as renderer:
        work(app, renderer)
    return app


def read_draft(state: State) -> Draft:
    """Return the case as a form that is filled in to the end."""
    form, on = state.content.form, NOW.date()
    data = json.loads(CASE.read_text(encoding="utf-8"))["answers"]
    answers, problems = check_answers(data, form, on=on)
    if problems:
        raise ValueError(f"{CASE.name}: {problems[0]}")
    asked = frozenset(item.link_id for item in Enablement(form, answers, on).questions())
    person = Person(name="Mark Example", birth_date=data["date_of_birth"])
    return Draft(answers=answers, asked=asked, person=person)


def take(  # noqa: PLR0913  # a page, and how it is looked at
    browser: Browser, url: str, name: str, *, width: int, height: int, scale: int = 1
) -> None:
    """Take a picture of the top of a page, as the patient whose form is under way."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, device_scale_factor=scale
    )
    context.add_cookies([{"name": COOKIE, "value": TOKENS[0], "url": url}])
    page = context.new_page()
    response = page.goto(url)
    if response is None or response.status != 200 or page.url != url:
        sys.exit(f"{url} could not be shown")
    page.screenshot(path=PICTURES / f"{name}.png")
    context.close()


def take_other_form(browser: Browser, url: str) -> None:
    """Fill in a form that was added, and take pictures of its list and of its second page."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, device_scale_factor=2)
    page = context.new_page()
    page.goto(url)
    page.get_by_role("button").first.click()
    page.fill("[name=person_name]", "Mark Example")
    fill_day(page, "date_of_birth", (14, 2, 1983))
    page.get_by_role("button", name="Continue").click()
    page.fill("[name=country-find]", "mo")
    page.get_by_role("button", name="Find").click()
    page.check("[name=country][value=MA]")
    top(page, "list")
    fill_day(page, "leave", (12, 3, 2027))
    page.get_by_role("button", name="Continue").click()
    page.fill("[name=height]", "178")
    page.fill("[name=weight]", "74")
    page.fill("[name=vaccines-1-vaccine]", "Hepatitis A")
    page.fill("[name='vaccines-1-vaccine~2Dyear']", "2019")
    top(page, "other-form")
    context.close()


def fill_day(page: Page, name: str, day: tuple[int, int, int]) -> None:
    """Type a date: day, month, year."""
    for part, number in zip(("day", "month", "year"), day, strict=True):
        page.fill(f"[name={name}-{part}]", str(number))


def top(page: Page, name: str) -> None:
    """Take a picture of the top of a page, with nothing in it in focus."""
    page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
    page.screenshot(path=PICTURES / f"{name}.png")


def shrink(picture: Path) -> None:
    """Reduce the colours of a picture, which a page of text does not need."""
    with Image.open(picture) as image:
        small = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(picture, optimize=True)


if __name__ == "__main__":
    main()
