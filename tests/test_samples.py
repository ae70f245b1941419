"""Made-up answers: valid, the same for the same seed, and opening what depends on them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from fhir.intake import urls
from fhir.intake.answers import check_answers
from fhir.intake.loading import load_form, standard_questionnaire
from fhir.intake.samples import sample_answers
from tests.any_forms import coding, form_of, item, options

ON = date(2026, 11, 25)
YES: Any = {"answerBoolean": True}
NO: Any = {"answerBoolean": False}


def follows(link_id: str, code: str) -> Any:
    return item(link_id, enable=[("q", "=", {"answerCoding": coding(code)})])


def test_the_answer_that_opens_most_is_given() -> None:
    form = form_of(
        item("q", "choice", answerOption=options("x", "y", "z")),
        follows("a", "x"),
        follows("b", "y"),
        item("c", enable=[("b", "exists", YES)]),
    )
    assert sample_answers(form, ON).keys() == {"q", "b", "c"}


def test_all_answers_of_several_that_open_something_are_given() -> None:
    lists = options("w", "x", "y", "z")
    form = form_of(
        item("q", "choice", repeats=True, answerOption=lists),
        *(follows(code.upper(), code) for code in "xyz"),
    )
    assert sample_answers(form, ON)["q"] == ["x", "y", "z"]


@pytest.mark.parametrize(
    ("operator", "answer", "is_opening"),
    [
        (">", 4, 5),
        (">=", 4, 4),
        ("<", 4, 3),
        ("=", 12, 12),
        ("!=", 1, 2),
    ],
)
def test_numbers_meet_conditions(operator: str, answer: int, is_opening: int) -> None:
    condition = ("q", operator, {"answerInteger": answer})
    form = form_of(item("q", "integer"), item("then", enable=[condition]))
    found = sample_answers(form, ON)
    assert "then" in found
    assert operator == "!=" or found["q"] == is_opening


def test_an_initial_value_gives_way_to_what_opens_more() -> None:
    lists = options("x", "y")
    lists[0]["initialSelected"] = True
    form = form_of(item("q", "choice", answerOption=lists), follows("a", "y"))
    assert sample_answers(form, ON)["q"] == "y"
    assert sample_answers(form, ON, seed=1)["q"] == "x"


def test_no_answer_is_given_where_that_opens_more() -> None:
    rest = [item(f"r{n}", enable=[("q", "exists", NO)]) for n in range(3)]
    form = form_of(item("q", "boolean"), *rest, item("then", enable=[("q", "=", YES)]))
    assert "q" not in sample_answers(form, ON)
    assert "q" in sample_answers(form, ON, seed=1)


def test_what_an_expression_compares_with_is_tried() -> None:
    text = "%resource.item.where(linkId = 'q').answer.value.code = 'z'"
    value = {"language": "text/fhirpath", "expression": text}
    extension = [{"url": urls.ENABLE_WHEN_EXPRESSION, "valueExpression": value}]
    form = form_of(
        item("q", "choice", answerOption=options("x", "y", "z")), item("a", extension=extension)
    )
    assert sample_answers(form, ON).keys() == {"q", "a"}


def test_rows_and_numbers_of_answers_are_bounded() -> None:
    def limits(low: int, high: int | None = None) -> list[Any]:
        rows = [{"url": urls.MIN_OCCURS, "valueInteger": low}]
        return [*rows, {"url": urls.MAX_OCCURS, "valueInteger": high}] if high is not None else rows

    form = form_of(
        item("three", repeats=True, extension=limits(3)),
        item("none", repeats=True, extension=limits(0, 0)),
        item("many", repeats=True, extension=limits(10_000)),
        item("rows", "group", item("cell"), repeats=True, extension=limits(4, 5)),
        item("masses", "group", item("other"), repeats=True, extension=limits(10_000)),
    )
    found = sample_answers(form, ON)
    assert {name: len(value) for name, value in found.items()} == {"three": 3, "rows": 4}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("ruled", [True, False])
def test_our_own_form(ruled: bool, seed: int) -> None:
    form = load_form(standard_questionnaire(), ruled=ruled)
    answers = sample_answers(form, ON, seed=seed)
    assert answers == sample_answers(form, ON, seed=seed)
    assert check_answers(answers, form, on=ON) == (answers, [])
    if seed == 0:
        fillable = [item for item in form.items.values() if item.is_fillable]
        names = {*answers, *(name for row in answers["medication"] for name in row)}
        # Those who may be pregnant have no growth of the breast to tell of.
        assert len(fillable) - len(names & {item.link_id for item in fillable}) <= 2
