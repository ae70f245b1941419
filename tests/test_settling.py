"""Initial and calculated values."""

from __future__ import annotations

from datetime import date
from typing import Any

from fhir.intake.settling import initial_answer, settle
from tests.any_forms import coding, form_of, item, options

ON = date(2026, 11, 25)
SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"
YES: Any = {"answerBoolean": True}


def calculated(expression: str) -> list[Any]:
    value = {"language": "text/fhirpath", "expression": expression}
    return [{"url": SDC + "calculatedExpression", "valueExpression": value}]


def variable(name: str, expression: str) -> list[Any]:
    value = {"name": name, "language": "text/fhirpath", "expression": expression}
    url = "http://hl7.org/fhir/StructureDefinition/variable"
    return [{"url": url, "valueExpression": value}]


def answer(link_id: str) -> str:
    return f"%resource.repeat(item).where(linkId = '{link_id}').answer.value"


def test_an_initial_value_is_the_answer_until_it_is_asked() -> None:
    form = form_of(item("q", initial=[{"valueString": "first"}]), item("r"))
    assert settle(form, {}, ON) == {"q": "first"}
    assert settle(form, {"q": "own"}, ON) == {"q": "own"}
    assert settle(form, {}, ON, asked=["q"]) == {}


def test_an_initial_value_of_what_is_not_enabled_counts_for_nothing() -> None:
    form = form_of(
        item("a", "boolean"),
        item("b", "boolean", enable=[("a", "=", YES)], initial=[{"valueBoolean": True}]),
        item("c", enable=[("b", "=", YES)], initial=[{"valueString": "x"}]),
    )
    assert settle(form, {}, ON) == {}
    assert settle(form, {"a": True}, ON) == {"a": True, "b": True, "c": "x"}
    assert settle(form, {"a": False, "b": True, "c": "x"}, ON) == {"a": False}


def test_initial_answers_of_every_kind() -> None:
    lists = options("x", "y")
    lists[1]["initialSelected"] = True
    form = form_of(
        item("list", "choice", answerOption=lists),
        item("several", "choice", repeats=True, answerOption=lists),
        item("quantity", "quantity", initial=[{"valueQuantity": {"value": 3, "unit": "cups"}}]),
        item("open", "open-choice", initial=[{"valueCoding": coding("z")}]),
        item("none"),
    )
    assert {name: initial_answer(found) for name, found in form.items.items()} == {
        "list": "y",
        "several": ["y"],
        "quantity": {"value": 3, "unit": "cups"},
        "open": coding("z"),
        "none": None,
    }


def test_values_are_calculated_from_each_other() -> None:
    height = answer("height")
    form = form_of(
        item("weight", "decimal"),
        item("height", "decimal"),
        item("bmi", "decimal", extension=calculated(f"({answer('weight')} / (%m * %m)).round(1)")),
        item("rounded", "integer", extension=calculated(f"{answer('bmi')}.round(0)")),
        extension=variable("m", f"{height} / 100"),
    )
    given = {"weight": 70, "height": 175}
    assert settle(form, given, ON) == given | {"bmi": 22.9, "rounded": 23}
    assert settle(form, {"weight": 70, "bmi": 99}, ON) == {"weight": 70}


def test_a_value_is_calculated_in_each_row() -> None:
    row = item(
        "rows",
        "group",
        item("n", "integer"),
        item("twice", "integer", extension=calculated("%n * 2")),
        item("shown", enable=[("twice", ">", {"answerInteger": 3})]),
        repeats=True,
        extension=variable("n", "%context.item.where(linkId = 'n').answer.value"),
    )
    found = settle(form_of(row), {"rows": [{"n": 1, "shown": "x"}, {"n": 2, "shown": "y"}]}, ON)
    assert found == {"rows": [{"n": 1, "twice": 2}, {"n": 2, "twice": 4, "shown": "y"}]}


def test_an_initial_value_may_be_calculated_once() -> None:
    value = {"language": "text/fhirpath", "expression": "today()"}
    form = form_of(
        item("q", "date", extension=[{"url": SDC + "initialExpression", "valueExpression": value}])
    )
    assert settle(form, {}, ON) == {"q": "2026-11-25"}
    assert settle(form, {"q": "2020-01-01"}, ON) == {"q": "2020-01-01"}
    assert settle(form, {}, ON, asked=["q"]) == {}


def test_a_calculation_that_gives_no_answer_to_its_question_gives_none() -> None:
    form = form_of(item("q", "integer", extension=calculated("'words'")))
    assert settle(form, {}, ON) == {}


def test_several_initial_answers_with_questions_below_are_rows() -> None:
    rows = item(
        "q", "string", item("below"), repeats=True, initial=[{"valueString": v} for v in ("a", "b")]
    )
    assert settle(form_of(rows), {}, ON) == {"q": [{"q": "a"}, {"q": "b"}]}
    assert settle(form_of(rows), {}, ON, asked=["q"]) == {}


def test_places_that_were_asked_have_escaped_names() -> None:
    form = form_of(item("a/b", initial=[{"valueString": "x"}]))
    assert settle(form, {}, ON, asked=["a~2Fb"]) == {}


def test_an_initial_value_that_does_not_fit_is_none() -> None:
    pounds = {"value": 150, "system": "http://unitsofmeasure.org", "code": "[lb_av]"}
    form = form_of(
        item("kg", "quantity", initial=[{"valueQuantity": pounds}], extension=[UNIT]),
        item("day", "date", initial=[{"valueDate": "2026-02-30"}]),
        item("open", "open-choice", answerOption=[{**options("x")[0], "initialSelected": True}]),
    )
    assert settle(form, {}, ON) == {"open": coding("x")}


UNIT: Any = {
    "url": "http://hl7.org/fhir/StructureDefinition/questionnaire-unit",
    "valueCoding": {"system": "http://unitsofmeasure.org", "code": "kg", "display": "kg"},
}


def test_calculated_quantities_have_the_unit_of_their_question() -> None:
    ucum = {"system": "http://unitsofmeasure.org"}
    form = form_of(
        item("kg", "quantity", extension=[UNIT, *calculated("1500 'g'")]),
        item("other", "quantity", extension=[UNIT, *calculated("3 'm'")]),
        item("any", "quantity", extension=calculated("3 'mg'")),
        item("days", "quantity", extension=calculated("4 days")),
        item("number", "quantity", extension=calculated("4")),
        item("plain", "decimal", extension=calculated("3 'mg'")),
    )
    assert settle(form, {}, ON) == {
        "kg": 1.5,
        "any": {"value": 3.0, "unit": "mg", **ucum, "code": "mg"},
        "days": {"value": 4.0, "unit": "day", **ucum, "code": "d"},
        "number": {"value": 4},
    }


def test_a_calculated_answer_may_be_one_of_a_list() -> None:
    form = form_of(
        item("n", "integer", extension=calculated("2"), answerOption=[{"valueInteger": 2}]),
        item("s", "choice", extension=calculated("'a'"), answerOption=[{"valueString": "a"}]),
        item("none", "choice", extension=calculated("'b'"), answerOption=[{"valueString": "a"}]),
    )
    assert settle(form, {}, ON) == {"n": "2", "s": "a"}


def test_what_makes_itself_impossible_stays_blank() -> None:
    def enabled(text: str) -> list[Any]:
        value = {"language": "text/fhirpath", "expression": text}
        return [{"url": SDC + "enableWhenExpression", "valueExpression": value}]

    form = form_of(
        item("q", extension=enabled(f"{answer('q')}.empty()")),
        item("n", "integer", extension=calculated(f"{answer('q')}.count()")),
    )
    assert settle(form, {"q": "x"}, ON) == {"n": 0}


def test_expressions_that_need_too_many_steps_end() -> None:
    costly = ".".join(["descendants()"] * 4)
    form = form_of(
        *[
            item(f"q{n}", "integer", extension=calculated(f"%resource.{costly}.count()"))
            for n in range(200)
        ],
        item("last"),
    )
    assert settle(form, {"last": "x"}, ON)["last"] == "x"
