"""Answers to any form: nested, in rows, of every type; to a response and back without loss."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from fhir.intake.answers import check_answers
from fhir.intake.reading import read_items
from fhir.intake.response import response_items
from tests.any_forms import coding, form_of, item, options

ON = date(2026, 11, 25)
NESTED = form_of(
    item(
        "g",
        "group",
        item("a.b", "boolean", item("why", "text"), item("more", "group", item("n", "integer"))),
        item("list", "string", repeats=True),
    ),
    item(
        "rows/1",
        "group",
        item("drug", "choice", answerOption=options("x", "y")),
        item("dose", "group", item("amount", "quantity"), item("times", "integer", repeats=True)),
        item("inner", "group", item("deep"), repeats=True),
        repeats=True,
    ),
    item("each", "choice", item("since", "date"), repeats=True, answerOption=options("p", "q")),
    item("file", "attachment"),
)
ANSWERS: dict[str, Any] = {
    "a.b": True,
    "why": "because",
    "n": 3,
    "list": ["one", "two"],
    "rows/1": [
        {
            "drug": "x",
            "amount": {"value": 2.5, "unit": "spoons"},
            "times": [1, 2],
            "inner": [{"deep": "d1"}, {"deep": "d2"}],
        },
        {"drug": "y"},
    ],
    "each": [{"each": "p", "since": "2026-01"}, {"each": "q"}],
    "file": {"contentType": "text/plain", "data": "YQ=="},
}


def test_nested_answers_come_back_as_they_were() -> None:
    answers, problems = check_answers(ANSWERS, NESTED, on=ON)
    assert problems == []
    assert answers == ANSWERS
    items = response_items(NESTED.roots, answers)
    read, faults = read_items({"item": items}, NESTED)
    assert faults == []
    assert read == ANSWERS


def test_what_stands_below_an_answer_is_written_there() -> None:
    [group, *_] = response_items(NESTED.roots, {"a.b": False, "n": 1})
    answer = group["item"][0]["answer"]
    below = [{"linkId": "n", "text": "Text of n", "answer": [{"valueInteger": 1}]}]
    assert answer == [
        {
            "valueBoolean": False,
            "item": [{"linkId": "more", "text": "Text of more", "item": below}],
        }
    ]


def test_repeating_question_with_questions_below_is_one_item_with_many_answers() -> None:
    items = response_items(NESTED.roots, {"each": ANSWERS["each"]})
    assert len(items) == 1
    first, second = items[0]["answer"]
    assert first["valueCoding"] == second["valueCoding"] | coding("p")
    assert first["item"][0]["answer"] == [{"valueDate": "2026-01"}]
    assert "item" not in second


@pytest.mark.parametrize(
    ("kind", "option", "answer"),
    [
        ("integer", {"valueInteger": 3}, "3"),
        ("date", {"valueDate": "2026-01-02"}, "2026-01-02"),
        ("time", {"valueTime": "10:00:00"}, "10:00:00"),
        ("string", {"valueString": "some words"}, "some words"),
        ("choice", {"valueString": "some words"}, "some words"),
        ("choice", {"valueInteger": 3}, "3"),
        ("choice", {"valueCoding": {"display": "only words"}}, "only words"),
    ],
)
def test_an_option_of_any_type_is_its_own_answer(kind: str, option: Any, answer: str) -> None:
    form = form_of(item("q", kind, answerOption=[option]))
    items = response_items(form.roots, {"q": answer})
    assert items[0]["answer"] == [option]
    assert read_items({"item": items}, form) == ({"q": answer}, [])
    assert check_answers({"q": answer}, form, on=ON) == ({"q": answer}, [])
    assert check_answers({"q": "other"}, form, on=ON)[1]


def test_two_codings_with_one_code_are_told_apart() -> None:
    two = [{"valueCoding": {"system": f"http://example.org/{n}", "code": "x"}} for n in (1, 2)]
    form = form_of(item("q", "choice", answerOption=two))
    names = [option.code for option in form.items["q"].options]
    assert len(set(names)) == 2
    for name, option in zip(names, two, strict=True):
        assert response_items(form.roots, {"q": name})[0]["answer"] == [option]


def test_an_open_choice_is_a_coding_or_words() -> None:
    form = form_of(item("q", "open-choice", answerOption=options("a")))
    for answer, written in (
        (coding("a"), {"valueCoding": coding("a")}),
        ("a", {"valueString": "a"}),
    ):
        assert check_answers({"q": answer}, form, on=ON) == ({"q": answer}, [])
        items = response_items(form.roots, {"q": answer})
        assert items[0]["answer"] == [written]
        assert read_items({"item": items}, form) == ({"q": answer}, [])


@pytest.mark.parametrize("value", [{"valueInteger": 3}, {"valueDate": "2026"}])
def test_an_open_choice_may_list_what_is_no_coding(value: Any) -> None:
    form = form_of(item("q", "open-choice", answerOption=[value, {"valueString": "words"}]))
    for written in (value, {"valueString": "words"}, {"valueString": "own words"}):
        items = [{"linkId": "q", "text": "Text of q", "answer": [written]}]
        answers, faults = read_items({"item": items}, form)
        assert faults == []
        assert check_answers(answers, form, on=ON) == (answers, [])
        assert response_items(form.roots, answers) == items


def test_a_number_for_a_quantity_of_any_unit_is_a_quantity() -> None:
    form = form_of(item("q", "quantity"))
    assert check_answers({"q": 3}, form, on=ON) == ({"q": {"value": 3}}, [])


@pytest.mark.parametrize(
    ("answers", "place"),
    [
        ({"rows/1": [{"dose": 1}]}, "rows~2F1[1].dose"),
        ({"rows/1": [{}, {"inner": [{"deep": 3}]}]}, "rows~2F1[2].inner[1].deep"),
        ({"each": [{"each": "z"}]}, "each[1].each"),
        ({"deep": "x"}, "deep"),
        ({"list": "no list"}, "list"),
    ],
)
def test_a_fault_names_the_row_and_the_question(answers: Any, place: str) -> None:
    _, problems = check_answers(answers, NESTED, on=ON)
    assert [problem.place for problem in problems] == [place]
