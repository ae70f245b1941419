"""The words of a stored form: titles, units, times, texts that come and go, and their language."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.any_forms import item, options, questionnaire
from tests.parsed import classes, text
from tests.stored_forms import Stranger, add_form
from tests.web import make_app, stored_submissions, stored_visits

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from tests.pages import Page

EXTENSION = "http://hl7.org/fhir/StructureDefinition/"
YES = {"answerBoolean": True}
UCUM = "http://unitsofmeasure.org"


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return make_app(tmp_path)


def stranger(app: Flask, *items: Any, more: Any = None, **answers: Any) -> Stranger:
    form = add_form(app, questionnaire(*items, **(more or {})))
    return Stranger(app.test_client(), form, answers)


def first_page(person: Stranger) -> Page:
    """Return the first page of the form itself."""
    return person.send(person.begin())


def limit(name: str, value: float, code: str = "mg", **more: str) -> dict[str, Any]:
    unit = {"unit": code, "system": UCUM, "code": code} | more
    quantity = {"value": value, **{key: text for key, text in unit.items() if text}}
    return {"url": f"{EXTENSION}{name}", "valueQuantity": quantity}


def dose(**more: Any) -> dict[str, Any]:
    limits = [limit("minValue", 1), limit("maxValue", 100)]
    return item("dose", "quantity", extension=limits, **more)


def test_an_amount_is_asked_in_the_unit_of_its_limits(app: Flask) -> None:
    person = stranger(app, dose(), item("r", "group", dose() | {"linkId": "inner"}, repeats=True))
    page = first_page(person)
    assert page.by_id("dose-unit") is None
    units = [text(node) for node in page.all("div") if "suffix" in node.get("class", "")]
    assert units == ["mg", "mg"]
    wrong = person.send(page, **{"dose": "0.5", "r-1-inner": "900"})
    assert [words for words, _ in wrong.errors()] == [
        "Text of dose: Enter a number from 1 to 100 mg",
        "Entry 1: Text of dose: Enter a number from 1 to 100 mg",
    ]
    check = person.send(wrong, **{"dose": "2.5", "r-1-inner": "7"})
    assert "2.5 mg" in check.text
    assert person.get("/form/~1").value("dose") == "2.5"
    person.send(person.get("/check"))
    response = json.loads(stored_submissions(app)[0].response)
    assert response["status"] == "completed"
    (answer,) = response["item"][0]["answer"]
    assert answer == {"valueQuantity": {"value": 2.5, "unit": "mg", "system": UCUM, "code": "mg"}}


@pytest.mark.parametrize(
    "given",
    [
        {"extension": [limit("minValue", 1, code="", unit="mg", system="")]},
        {"extension": [limit("minValue", 1), limit("maxValue", 1, code="g")]},
        {"initial": [{"valueQuantity": {"value": 1, "unit": "g", "system": UCUM, "code": "g"}}]},
        {},
    ],
)
def test_a_unit_is_typed_where_the_limits_do_not_say_it(app: Flask, given: dict[str, Any]) -> None:
    question = dose() if "initial" in given else item("dose", "quantity")
    page = first_page(stranger(app, question | given))
    assert page.by_id("dose-unit") is not None


def test_limits_in_another_unit_are_told_with_it(app: Flask) -> None:
    unit = {"url": f"{EXTENSION}questionnaire-unit", "valueCoding": {"system": UCUM, "code": "kg"}}
    limits = [unit, limit("minValue", 1000, "g"), limit("maxValue", 9000, "g")]
    person = stranger(app, item("mass", "quantity", extension=limits))
    wrong = person.send(first_page(person), mass="0.5")
    (told,) = [words for words, _ in wrong.errors()]
    assert "1000 g" in told
    assert "from 1000 to 9000" not in told


def test_times_are_said_without_seconds_and_moments_by_the_clock_of_the_clinic(
    tmp_path: Path,
) -> None:
    app = make_app(tmp_path, INTAKE_TIME_ZONE="Europe/Berlin")
    person = stranger(app, item("clock", "time"), item("moment", "dateTime"), item("exact", "time"))
    moment = {"moment-day": "3", "moment-month": "2", "moment-year": "2026", "moment-time": "9:05"}
    person.answers = {"clock": "14:30", "exact": "14:30:15", **moment}
    person.send(first_page(person))
    check = person.get("/check")
    values = [text(node) for node in check.all("p") if "intake-answer" in classes(node)][-3:]
    assert values == ["14:30", "3 Feb 2026, 09:05", "14:30:15"]


def test_texts_in_rows_come_and_go_with_the_answers_of_their_row(app: Flask) -> None:
    sorry = item("sorry", "display", text="We are sorry.", enable=[("ill", "=", YES)])
    scan = item("scan", "attachment", text="The scan", enable=[("ill", "=", YES)])
    inside = item(
        "g", "group", item("calm", "display", text="Stay calm."), enable=[("ill", "=", YES)]
    )
    kin = item(
        "kin", "group", item("who"), item("ill", "boolean"), sorry, inside, scan, repeats=True
    )
    person = stranger(app, item("page", "group", kin), item("end", "group", item("last")))
    page = first_page(person)
    assert page.value("asked") == "kin"
    page = person.send(page, **{"kin-1-who": "Ann", "kin-1-ill": "true"})
    assert person.at == "/form/end", "a text alone is no reason to show the page again"
    page = person.get("/form/page")
    assert page.value("asked") == "kin kin[1].calm kin[1].scan kin[1].sorry"
    added = person.post(person.at, person.filled(page) | {"rows": "add:kin"})
    rows = [text(node) for node in added.all("fieldset") if "intake-row" in classes(node)]
    for words in ("We are sorry.", "Stay calm.", "The scan This question can not be answered"):
        assert [words in row for row in rows] == [True, False], words
    assert added.by_id("more") is None
    page = person.send(added, **{"kin-2-who": "Bob", "kin-1-ill": "false"})
    page = person.get("/form/page")
    assert page.value("asked") == "kin"
    assert "We are sorry." not in page.text


def test_questions_without_words_are_told_apart(app: Flask) -> None:
    blank: dict[str, Any] = {"text": "", "required": True}
    person = stranger(
        app,
        item("a", **blank),
        item("b", text="With words"),
        item("c", "boolean", **blank),
        item("r", "group", item("d", **blank), item("e"), text="", repeats=True),
    )
    page = first_page(person)
    wrong = person.send(page, **{"r-1-e": "x"})
    told = [words.partition(":")[0] for words, _ in wrong.errors()]
    assert told == ["Question 1", "Question 3", "Entry 1"]
    assert wrong.errors()[2][0] == "Entry 1: Question 5: Enter an answer"
    check = person.send(wrong, a="x", c="true", **{"r-1-d": "y", "r-1-e": "x"})
    terms = [text(node) for node in check.all("dt")][-5:]
    assert terms == ["Question 1", "With words", "Question 3", "Question 5", "Text of e"]


def test_one_question_without_words_needs_no_number(app: Flask) -> None:
    page = first_page(stranger(app, item("a", text=""), item("b", text="", prefix="2.")))
    assert [text(node) for node in page.all("label")] == [
        "Your answer (you can skip this)",
        "2. (you can skip this)",
    ]


def test_only_the_words_of_the_author_are_in_the_authors_language(app: Flask) -> None:
    english = [{"url": "lang", "valueCode": "en"}, {"url": "content", "valueString": "How old?"}]
    translated = {"url": f"{EXTENSION}translation", "extension": english}
    rows = item("r", "group", item("wann", "date"), repeats=True, text="Reisen")
    person = stranger(
        app,
        item("wer", required=True, text="Wer?", maxLength=3),
        item("alt", "integer", text="Wie alt?", _text={"extension": [translated]}),
        item("was", "choice", answerOption=options("brot", "salz"), text="Was?"),
        rows,
        more={"language": "de", "title": "Fragen"},
    )
    page = first_page(person)
    wrong = person.send(page, wer="abcdef")
    check = person.send(wrong, wer="Ann", was="salz", **{"r-1-wann-day": "1"} | {
        "r-1-wann-month": "2", "r-1-wann-year": "2020"})  # fmt: skip
    assert person.at == "/check"
    ours = ("you can skip", "Day", "Use 3", "Entry", "Remove", "Add", "Not answered", "Change")
    for seen in (page, wrong, check):
        german = [text(node) for node in seen.root.iter() if node.get("lang") == "de"]
        assert not [words for words in german for own in ours if own in words]
    assert wrong.errors()[0][0] == "Wer? Use 3 characters or fewer"
    shown = {text(node) for node in page.all("span") if node.get("lang") == "de"}
    assert {"Fragen", "Wer?", "Was?", "Brot", "Salz", "Reisen", "Text of wann"} <= shown
    assert "How old?" not in shown
    assert "How old?" in page.text
    reviewed = {text(node) for node in check.all("span") if node.get("lang") == "de"}
    assert {"Fragen", "Wer?", "Salz", "Reisen"} <= reviewed


def test_a_list_that_can_be_left_out_says_so(app: Flask) -> None:
    rows = [
        item("r", "group", item("a"), repeats=True),
        item("s", "group", item("b"), repeats=True, required=True),
        item("t", "string", item("c"), repeats=True),
    ]
    page = first_page(stranger(app, *rows))
    assert [text(node) for node in page.all("h2")] == [
        "Text of r (you can skip this)",
        "Text of s",
        "Text of t (you can skip this)",
    ]


def test_hints_that_help_nobody_are_left_out(app: Flask) -> None:
    form = {"url": f"{EXTENSION}entryFormat", "valueString": "yyyy/MM/dd"}
    page = first_page(stranger(
        app,
        item("day", "date", extension=[form]),
        item("word", extension=[form]),
        item("only", "choice", answerOption=options("a"), repeats=True),
        item("both", "choice", answerOption=options("a", "b"), repeats=True),
    ))  # fmt: skip
    hints = [text(node) for node in page.all("div") if "nhsuk-hint" in classes(node)]
    assert hints == [
        "For example, 27 3 1980 (day, month, year)",
        "yyyy/MM/dd",
        "Select all that apply.",
    ]


def test_what_was_searched_is_said_again_shortly(app: Flask) -> None:
    many = options(*(f"c{number}" for number in range(50)))
    person = stranger(app, item("q", "choice", answerOption=many))
    page = first_page(person)
    found = person.post(person.at, person.filled(page) | {"q-find": "x" * 5_000, "rows": "find:q"})
    status = found.by_id("q-found")
    assert status is not None
    assert len(text(status)) < 200
    assert found.value("q-find") == "x" * 5_000
    assert found.by_id("q") is not None
    assert "answer" not in (stored_visits(app)[0].response or "")
