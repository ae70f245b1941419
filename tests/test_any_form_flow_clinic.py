"""Answers to a stored form on the clinician's pages: by section, as given, without urgency."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.any_forms import item, options, questionnaire
from tests.cases import VIGNETTES
from tests.clinic import Sent, store
from tests.pages import Page, lint_answer
from tests.parsed import text
from tests.stored_forms import Stranger, add_form
from tests.web import PageClient, make_app, state_of, stored_submissions

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

HOSTILE = "<script>alert(1)</script> {{7*7}} \u202eabc"
FORM = questionnaire(
    item("words", "text"),
    item(
        "visits",
        "group",
        item("where"),
        item("why", "choice", answerOption=options("pain", "rest"), repeats=True),
        repeats=True,
        text="Visits",
    ),
    item("picture", "attachment"),
    title="How <you> are",
)


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return make_app(tmp_path)


def sent(app: Flask) -> str:
    """Send the form, and return the id of the submission."""
    typed = {"words": HOSTILE, "visits-1-where": "Home", "visits-1-why": ["pain", "rest"]}
    person = Stranger(app.test_client(), add_form(app, FORM), typed)
    person.send(person.walk())
    return stored_submissions(app)[-1].id


def page_of(app: Flask, path: str) -> Page:
    answer = app.test_client().get(f"/intake/clinic/{path}")
    assert answer.status_code == 200
    return lint_answer(answer.text)


def test_the_page_shows_every_answer_and_no_urgency(app: Flask) -> None:
    page = page_of(app, sent(app))
    found = {
        text(term): [text(dd) for dd in row.iter("dd")]
        for row in page.all("div")
        if (term := row.find("dt")) is not None
    }
    assert found["Text of words"] == [HOSTILE]
    assert found["Text of where"] == ["Home"]
    assert found["Text of why"] == ["Pain Rest"]
    headings = [text(node) for node in page.all("h3")]
    assert headings == ["How <you> are", "How <you> are: Visits (1)", "How <you> are"]
    assert found["Text of picture"] == ["can not be asked here"]
    assert "nothing was concluded" in page.text
    for words in ("Red flags", "Suggested tests", "Urgency", "assessment.json", "Sex at birth"):
        assert words not in page.text


def test_the_list_names_the_form(app: Flask) -> None:
    add_form(app, FORM)
    store(app, Sent(answers=VIGNETTES["V11"]["answers"]))
    before = page_of(app, "")
    assert "Form" not in [text(node) for node in before.all("th")]
    person = Stranger(app.test_client(), add_form(app, {**FORM, "version": "2"}))
    person.send(person.walk())
    page = page_of(app, "")
    assert "Form" in [text(node) for node in page.all("th")]
    rows = [text(row) for row in page.all("tr")]
    (own,) = [row for row in rows if state_of(app).content.form.title in row]
    (other,) = [row for row in rows if "How <you> are" in row]
    assert "Not assessed" in other
    assert "Not assessed" not in own


def test_there_is_no_assessment_to_download(app: Flask) -> None:
    submission = sent(app)
    client = app.test_client()
    assert isinstance(client, PageClient)
    missing = client.get(f"/intake/clinic/{submission}/assessment.json")
    assert missing.status_code == 404
    answers = client.get(f"/intake/clinic/{submission}/questionnaire-response.json")
    assert answers.json == json.loads(stored_submissions(app)[-1].response)
    assert client.get(f"/intake/clinic/{submission}/bundle.json").status_code in {200, 503}


def test_answers_to_an_earlier_version_are_read_with_that_version(app: Flask) -> None:
    submission = sent(app)
    add_form(app, {**FORM, "version": "2", "item": [item("new")], "title": "Another"})
    page = page_of(app, submission)
    assert "How <you> are" in page.text
    assert "another version of the form" not in page.text
    assert "Text of where" in page.text
