"""Any stored form on the patient's pages: at its own address, page by page, to the end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.any_forms import item, options, questionnaire
from tests.parsed import text
from tests.stored_forms import Stranger, add_form
from tests.web import make_app, stored_submissions, stored_visits

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

HIDDEN = {
    "url": "http://hl7.org/fhir/StructureDefinition/questionnaire-hidden",
    "valueBoolean": True,
}
SIMPLE = questionnaire(
    item(
        "general",
        "group",
        item("hello", "display", text="Please answer <b>all</b> questions."),
        item("name", required=True),
        item("smoker", "boolean"),
        item("packs", "integer", enable=[("smoker", "=", {"answerBoolean": True})]),
        text="In general",
    ),
    item(
        "more",
        "group",
        item("pain", "choice", answerOption=options("none", "some", "much")),
        item(
            "inner",
            "group",
            item("where", "choice", answerOption=options("arm", "leg"), repeats=True),
            text="If it hurts",
        ),
        text="More",
    ),
    title="How you are",
)


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return make_app(tmp_path)


def stranger(app: Flask, form: Any = SIMPLE, **answers: Any) -> Stranger:
    return Stranger(app.test_client(), add_form(app, form), answers)


def test_a_stored_form_is_filled_in_and_sent(app: Flask) -> None:
    person = stranger(app, name="Ann", smoker="true", packs="3", pain="some", where=["leg"])
    page = person.walk()
    assert [path for path in person.visited if path != "/check"] == [
        *("/", "/form/person", "/form/general", "/form/general", "/form/more"),
    ]
    assert "How you are" in page.title
    for words in ("Text of packs", "3", "If it hurts", "Leg"):
        assert words in page.text
    done = person.send(page)
    assert person.at == "/done"
    (sent,) = stored_submissions(app)
    assert sent.reference in done.text
    assert sent.questionnaire == "http://example.org/Questionnaire/any|1"
    assert sent.assessment is None
    response = json.loads(sent.response)
    assert response["status"] == "completed"
    general = response["item"][0]["item"]
    assert general[2]["answer"] == [{"valueInteger": 3}]


def test_html_of_an_author_is_not_rendered(app: Flask) -> None:
    person = stranger(app)
    person.begin()
    page = person.get("/form/person")
    page = person.send(page)
    assert "Please answer <b>all</b> questions." in page.text


def test_forms_in_one_browser_do_not_disturb_each_other(app: Flask) -> None:
    person = stranger(app, name="Ann")
    other = Stranger(person.client, person.form, base="/intake")
    own = other.begin()
    page = person.walk()
    assert own.title != page.title
    again = other.get("/form/g_start")
    assert other.at == "/form/g_start"
    assert again.status == 200
    assert len(stored_visits(app)) == 2


def test_a_token_opens_a_form_only_at_its_own_address(app: Flask) -> None:
    person = stranger(app, name="Ann")
    person.walk()
    cookie = person.client.get_cookie("intake_visit_any", path="/intake/q/any/")
    assert cookie is not None
    client = app.test_client()
    client.set_cookie("intake_visit", cookie.value, path="/intake/")
    answer = client.get("/intake/check")
    assert answer.location == "/intake/"


def test_an_unknown_address_is_no_form(app: Flask) -> None:
    client = app.test_client()
    for path in ("/q/none/", "/q/none/form/general", "/q/none/check", "/q/No%00ne/", "/q/%22/done"):
        answer = client.get(f"/intake{path}")
        assert answer.status_code == 404, path
        assert "We cannot find this page" in answer.text
    assert client.post("/intake/q/none/").status_code in {400, 404}


def test_a_visit_goes_on_with_the_version_with_which_it_began(app: Flask) -> None:
    person = stranger(app, name="Ann", new="A new answer")
    page = person.send(person.begin())
    add_form(app, {**SIMPLE, "version": "2", "item": [item("new", required=True)]})
    page = person.get("/form/general")
    assert "Text of name" in page.text
    person.walk()
    assert "/form/~1" in person.visited
    assert [visit.questionnaire[-2:] for visit in stored_visits(app)] == ["|1", "|2"]


def test_a_retired_form_is_finished_but_not_begun(app: Flask) -> None:
    person = stranger(app, name="Ann")
    person.walk()
    add_form(app, {**SIMPLE, "version": "2", "status": "retired"})
    start = person.get("/")
    assert "Go on with your form" in start.text
    assert "Start a new form" not in start.text
    person.send(person.get("/check"))
    assert person.at == "/done"
    other = Stranger(app.test_client(), person.form)
    closed = other.get("/")
    assert (closed.status, closed.heading) == (410, "This form is closed")
    token = person.get("/done")
    assert token.status == 200
    assert len(stored_visits(app)) == 1


def test_the_start_page_is_that_of_the_form(app: Flask) -> None:
    form = SIMPLE | {"description": "About <i>you</i>.\n\nIt takes a minute.", "language": "de"}
    start = stranger(app, form).get("/")
    assert start.heading == "How you are"
    assert "About <i>you</i>. It takes a minute." in start.text
    assert "medicines and supplements" not in start.text
    assert "not for emergencies" in start.text
    assert "has 3 short sections" in start.text
    assert start.one("h1").get("lang") == "de"


def test_consent_and_birth_are_questions_like_any_in_a_form_without_rules(app: Flask) -> None:
    form = questionnaire(
        item("consent", "choice", answerOption=options("no", "all")),
        item("date_of_birth", "date"),
    )
    born = {"date_of_birth-day": "1", "date_of_birth-month": "2", "date_of_birth-year": "2003"}
    person = stranger(app, form, consent="no", **born)
    page = person.walk()
    assert "1 Feb 2003" in page.text
    person.send(page)
    (sent,) = stored_submissions(app)
    answers = [found["answer"][0] for found in json.loads(sent.response)["item"]]
    assert answers[1] == {"valueDate": "2003-02-01"}
    assert json.loads(sent.patient)["birth_date"] == "2003-02-01"


def test_a_forged_page_changes_nothing_that_nobody_is_asked(app: Flask) -> None:
    """A page that claims to ask hidden, fixed and unknown questions, or rows that are not there."""
    form = questionnaire(
        item("name"),
        item("fixed", readOnly=True, initial=[{"valueString": "kept"}]),
        item("secret", initial=[{"valueString": "kept"}], extension=[HIDDEN]),
        item("r", "group", item("cell"), repeats=True),
    )
    person = stranger(app, form, name="Ann")
    page = person.send(person.begin())
    asked = "name fixed secret r r[1].cell r[9].cell zz zz[1].a r[1] [ ]. ~ r[x].y fixed[1].fixed"
    forged = {"asked": asked, "fixed": "x", "secret": "x", "r-9-cell": "y", "zz": "x", "r-1": "x"}
    person.send(page, **forged)
    assert person.at == "/check"
    (visit,) = stored_visits(app)
    answers = {
        found["linkId"]: found.get("answer", [{}])[0].get("valueString")
        for found in json.loads(visit.response or "{}")["item"]
    }
    assert answers == {"name": "Ann", "fixed": "kept", "secret": "kept", "r": None}


def test_a_page_that_asks_for_less_is_asked_again(app: Flask) -> None:
    person = stranger(app, name="Ann")
    page = person.send(person.begin())
    person.send(page, asked="smoker")
    assert person.at == "/form/general"


def test_texts_in_another_language_say_so(app: Flask) -> None:
    form = {**SIMPLE, "language": "de"}
    person = stranger(app, form, name="Ann")
    page = person.send(person.begin())
    told = next(node for node in page.all("p") if "all" in (node.text or ""))
    assert told.get("lang") == "de"
    for node in page.root.iter():
        if node.get("lang") == "de":
            assert "you can skip this" not in text(node), "our words are not German"
            assert not [*node.iter("input")]
    labels = [text(node) for node in page.all("span") if node.get("lang") == "de"]
    assert {"Text of name", "Text of smoker", "In general"} <= {*labels}
    plain = stranger(app, {**SIMPLE, "language": "en-GB", "version": "2"}, name="Ann")
    page = plain.send(plain.begin())
    assert [node for node in page.all("p", "div", "span") if node.get("lang")] == []
