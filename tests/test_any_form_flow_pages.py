"""What the pages of a stored form show: headings, texts, values nobody can change, rows."""

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

    from tests.pages import Page

HIDDEN = [
    {"url": "http://hl7.org/fhir/StructureDefinition/questionnaire-hidden", "valueBoolean": True}
]
SUM = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression"
YES = {"answerBoolean": True}
ODD = (
    "a.b", "a/b", "a b", "\u00fc\u00df\u4e2d", "asked", "person", "data", "visit", "csrf_token",
    "rows", "errors", "main", "continue", "_hidden", "a-1-b", "a[1].b", "~1", "~_x", "x" * 255,
)  # fmt: skip


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return make_app(tmp_path)


def stranger(app: Flask, *items: Any, **answers: Any) -> Stranger:
    return Stranger(app.test_client(), add_form(app, questionnaire(*items)), answers)


def first_page(person: Stranger) -> Page:
    """Return the first page of the form itself."""
    return person.send(person.begin())


def stored(app: Flask) -> list[Any]:
    (visit,) = stored_visits(app)
    found: list[Any] = json.loads(visit.response or "{}").get("item", [])
    return found


def test_groups_are_headings_and_texts_heed_their_conditions(app: Flask) -> None:
    person = stranger(
        app,
        item(
            "page",
            "group",
            item("hurts", "boolean"),
            item("sorry", "display", text="We are sorry.", enable=[("hurts", "=", YES)]),
            item(
                "outer",
                "group",
                item("one"),
                item("inner", "group", item("two"), text="Inner"),
                text="Outer",
            ),
            item("gone", "group", item("three"), text="Gone", enable=[("hurts", "=", YES)]),
            text="The page",
        ),
    )
    page = first_page(person)
    headings = [(node.tag, text(node)) for node in page.all("h2", "h3", "h4")]
    assert headings == [("h2", "Outer"), ("h3", "Inner")]
    assert "We are sorry" not in page.text
    assert page.heading == "Section 2 of 2: The page"
    person.answers = {"hurts": "true"}
    again = person.send(page)
    assert person.at == "/form/page"
    assert "Please answer these questions too. Gone" not in again.text
    assert "We are sorry." in again.text
    assert "Gone" in again.text
    assert again.by_id("more") is not None


def test_what_nobody_can_answer_is_shown_and_needs_no_answer(app: Flask) -> None:
    person = stranger(
        app,
        item("fixed", readOnly=True, initial=[{"valueString": "<b>Read</b> me"}]),
        item("hidden", extension=HIDDEN, initial=[{"valueString": "unseen"}]),
        item("picture", "attachment", required=True),
        item("doctor", "reference"),
        item("listed", "choice", answerValueSet="http://example.org/ValueSet/none", required=True),
        item("age", "integer", initial=[{"valueInteger": 30}]),
        item("later", "integer", readOnly=True, extension=[_calculated("%resource.item.count()")]),
    )
    page = first_page(person)
    assert "<b>Read</b> me" in page.text
    assert "unseen" not in page.text
    assert page.text.count("This question can not be answered here.") == 3
    assert page.value("age") == "30"
    check = person.send(page, age="")
    assert person.at == "/check"
    assert "unseen" not in check.text
    links = [text(node) for node in check.all("a") if text(node).startswith("Change")]
    assert links[-1] == "Change: Any form, Text of age"
    assert not [link for link in links if "fixed" in link]
    person.send(check)
    (sent,) = stored_submissions(app)
    response = json.loads(sent.response)
    assert [found["linkId"] for found in response["item"]][:2] == ["fixed", "hidden"]
    assert "age" not in [found["linkId"] for found in response["item"]]
    assert response["status"] == "in-progress", "a required file is missing"


def _calculated(expression: str) -> dict[str, Any]:
    return {
        "url": SUM,
        "valueExpression": {"language": "text/fhirpath", "expression": expression},
    }


def test_calculated_values_follow_the_answers(app: Flask) -> None:
    total = "%resource.item.item.where(linkId = 'a' or linkId = 'b').answer.value.sum()"
    person = stranger(
        app,
        item("first", "group", item("a", "integer"), item("b", "integer")),
        item("second", "group", item("sum", "integer", extension=[_calculated(total)])),
        a="2",
        b="3",
    )
    page = person.send(first_page(person))
    assert person.at == "/form/second"
    assert "Text of sum 5" in page.text
    assert "Text of sum 5" in person.send(page).text


def test_a_page_without_questions_is_read_and_passed(app: Flask) -> None:
    person = stranger(
        app,
        item("intro", "group", item("words", "display", text="Read this."), text="Before"),
        item("rest", "group", item("name")),
    )
    page = first_page(person)
    assert (person.at, page.heading) == ("/form/intro", "Section 2 of 3: Before")
    person.send(page)
    assert person.at == "/form/rest"
    check = person.send(person.get("/form/rest"))
    assert person.at == "/check"
    assert "Before" not in check.text


@pytest.mark.parametrize("link_id", ODD)
def test_any_link_id_is_asked_stored_and_shown(app: Flask, link_id: str) -> None:
    rows = item("r", "group", item(f"{link_id:.254}!"), repeats=True)
    person = stranger(app, item(link_id, required=True), item("z", "group", rows))
    person.every = True
    check = person.walk()
    assert check.text.count("Some words") == 2
    assert stored(app)[0]["linkId"] == link_id
    changes = [node.get("href", "") for node in check.all("a") if "Change" in text(node)]
    page = person.read(person.client.get(changes[-2], follow_redirects=True))
    assert page.by_id(changes[-2].partition("#")[2]) is not None
    person.send(check)


def test_rows_have_questions_of_their_own_conditions(app: Flask) -> None:
    rows = item(
        "r",
        "group",
        item("drug", required=True),
        item("still", "boolean"),
        item("dose", required=True, enable=[("still", "=", YES)]),
        repeats=True,
        text="Drugs",
    )
    person = stranger(app, item("page", "group", rows))
    person.answers = {"r-1-drug": "Aspirin", "r-1-still": "true"}
    page = person.send(first_page(person))
    assert person.at == "/form/page"
    assert page.value("asked") == "r r[1].dose"
    assert page.by_id("more") is not None
    added = person.post(person.at, person.filled(page) | {"rows": "add:r"})
    assert [node.get("name") for node in added.all("input") if node.get("name") == "r-2-dose"] == []
    person.answers |= {"r-2-drug": "Iron", "r-2-still": "false"}
    wrong = person.send(added)
    assert wrong.status == 422
    assert [target for _, target in wrong.errors()] == ["#r-1-dose"]
    person.answers |= {"r-1-dose": "100 mg"}
    check = person.send(wrong)
    assert person.at == "/check"
    for words in ("Drugs (1)", "Aspirin", "100 mg", "Drugs (2)", "Iron"):
        assert words in check.text
    person.send(check)
    (sent,) = stored_submissions(app)
    found = json.loads(sent.response)["item"][0]["item"]
    assert [[cell["linkId"] for cell in row["item"]] for row in found] == [
        ["drug", "still", "dose"],
        ["drug", "still"],
    ]


def test_questions_below_a_question_come_when_it_is_answered(app: Flask) -> None:
    person = stranger(
        app,
        item("page", "group", item("pet", "string", item("pet_name", required=True))),
        item("end", "group", item("words")),
    )
    page = first_page(person)
    assert page.value("asked") == "pet"
    person.answers = {"pet": "Cat", "pet_name": "Tom"}
    page = person.send(page)
    assert page.value("asked") == "pet pet_name"
    check = person.send(person.send(page))
    assert person.at == "/check"
    assert "Tom" in check.text
    (pet,) = stored(app)[0]["item"]
    assert pet["answer"][0]["item"][0]["answer"] == [{"valueString": "Tom"}]


def test_a_required_group_and_too_few_answers_lead_back_to_the_page(app: Flask) -> None:
    person = stranger(app, item("page", "group", item("a"), item("b"), required=True))
    check = person.walk()
    again = person.send(check)
    assert again.status == 422
    assert again.errors() == [("Text of a: Answer at least one question of this group.", "#a")]
    person.answers = {"b": "Yes"}
    action = next(f.get("action", "") for f in again.all("form"))
    check = person.post(action.removeprefix(person.base), person.filled(again))
    assert person.at == "/check"
    person.send(check)
    assert person.at == "/done"


def test_several_choices_and_long_pages_are_named_apart(app: Flask) -> None:
    many = [item(f"q{n}", "choice", answerOption=options("a", "b")) for n in range(40)]
    person = stranger(app, item("long", "group", *many, text="Long"))
    person.every = True
    check = person.walk()
    titles = [text(node) for node in check.all("h2")]
    assert titles[1:-1] == [f"Long ({n} of 4)" for n in range(1, 5)]
