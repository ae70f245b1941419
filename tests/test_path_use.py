"""The FHIRPath subset as it is called: variables, context, truth, types, budget."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from fhir.intake.path import Node, PathError, Quantity, Temporal, Tree, compile_path
from tests.cases import ROOT
from tests.path_case import CODING, NOW, RESPONSE, VARIABLES

ITEM = RESPONSE["item"][1]


def run(text: str, resource: Any = RESPONSE, **more: Any) -> list[Any]:
    names = more.get("variables", {})
    return compile_path(text, names=names).evaluate(resource, now=NOW, **more)


def test_what_an_expression_reads() -> None:
    text = "%resource.item.where(linkId = 'a' or 'b' = linkId).id > %x or linkId in ('c' | 'd')"
    path = compile_path(text, names={"x", "y"})
    assert path.names == {"resource", "x"}
    assert path.link_ids == {"a", "b", "c", "d"}


def test_equal_expressions_are_compiled_once() -> None:
    assert compile_path("item.linkId", names=["a", "b"]) is compile_path(
        "item.linkId", names=("b", "a")
    )


def test_results_are_python_values() -> None:
    text = "1 | 1.5 | 'a' | true | 4 days | authored | item[1].answer.value"
    one, more, word, yes, days, when, coding = run(text)
    assert (one, more, word, yes) == (1, Decimal("1.5"), "a", True)
    assert days == Quantity(Decimal(4), "day", calendar=True)
    assert isinstance(when, Temporal)
    assert str(when) == RESPONSE["authored"]
    assert coding == CODING


def test_floats_are_the_decimals_that_were_written() -> None:
    assert run("%x + 0.2", variables={"x": [0.1]}) == [Decimal("0.3")]
    assert run("%x + 0.2", variables={"x": [Decimal("0.1")]}) == [Decimal("0.3")]
    with pytest.raises(PathError, match="no number"):
        run("%x", variables={"x": [float("nan")]})


def test_truth() -> None:
    def truth(text: str) -> bool | None:
        return compile_path(text).truth(RESPONSE, now=NOW)

    assert truth("1 = 1") is True
    assert truth("1 = 2") is False
    assert truth("{}") is None
    assert truth("'false'") is True
    assert truth("0") is True
    with pytest.raises(PathError, match="A condition needs one value but got 2"):
        truth("1 | 2")


def test_context_is_where_a_path_starts() -> None:
    assert run("linkId", context=ITEM) == ["code"]
    assert run("%context.linkId | %resource.status", context=ITEM) == ["code", "completed"]
    assert run("$this.answer.value is Coding", context=ITEM) == [True]
    assert run("linkId", context=Node(ITEM, "QuestionnaireResponse.item")) == ["code"]
    assert run("item", None) == []


def test_a_variable_that_is_not_given_is_refused() -> None:
    with pytest.raises(PathError, match="%qitem has no value here"):
        run("%qitem.text")
    with pytest.raises(PathError, match="%x has no value here"):
        compile_path("%x", names=["x"]).evaluate(RESPONSE, now=NOW)


def test_elements_keep_their_type_in_variables() -> None:
    values = compile_path("item.answer.value").collect(RESPONSE, now=NOW)
    bound = {"all": values}
    assert run("%all.ofType(Coding).code", variables=bound) == ["b"]
    assert [str(day) for day in run("%all.ofType(date)", variables=bound)] == [
        "2020-05-06",
        "2020-05",
    ]


def test_json_without_a_type_is_compared_but_not_classified() -> None:
    assert run("%coding.code", variables=VARIABLES) == ["b"]
    assert run("%coding = item[1].answer.value", variables=VARIABLES) == [True]
    with pytest.raises(PathError, match="unknown type"):
        run("%coding is Coding", variables=VARIABLES)


def test_elements_of_unknown_type_are_no_dates() -> None:
    device = {"resourceType": "Device", "manufactureDate": "2020-01-01", "lotNumber": "a"}
    assert run("lotNumber = 'a'", device) == [True]
    assert run("lotNumber + 'b'", device) == ["ab"]
    for text in ("manufactureDate < today()", "manufactureDate = today()", "lotNumber < 'b'"):
        with pytest.raises(PathError, match="unknown type"):
            run(text, device)


def test_known_resources_have_types() -> None:
    patient = {
        "resourceType": "Patient",
        "birthDate": "1980-02-29",
        "deceasedBoolean": False,
        "name": [{"given": ["A", "B"], "_given": [None, {"extension": [{"url": "u"}]}]}],
    }
    variables = {"patient": [patient]}
    assert run("%patient.birthDate + 1 year < today()", variables=variables) == [True]
    assert run("%patient.deceased", variables=variables) == [False]
    assert run("%patient.name.given.join(' ')", variables=variables) == ["A B"]
    assert run("%patient.name.given[1].extension.url", variables=variables) == ["u"]
    bundle = {"resourceType": "Bundle", "entry": [{"resource": patient}]}
    assert run("%b.entry.resource is Patient", variables={"b": [bundle]}) == [True]
    assert run("%b.entry.resource.birthDate is date", variables={"b": [bundle]}) == [True]


def test_a_time_without_zone_is_in_the_zone_of_the_clock() -> None:
    text = "@2026-11-25T10:00:00 = @2026-11-25T09:00:00Z"
    assert compile_path(text).truth({}, now=NOW) is True
    utc = datetime(2026, 11, 25, 10, tzinfo=UTC)
    assert compile_path(text).truth({}, now=utc) is False
    assert compile_path("now()").evaluate({}, now=datetime(2026, 1, 2))  # noqa: DTZ001


def test_a_tree_gives_the_same_for_many_expressions() -> None:
    tree = Tree(RESPONSE)
    for link_id in ("", "deep", "code", "row", "child", "several"):
        for text in (
            f"%resource.repeat(item).where(linkId = '{link_id}').answer.value",
            f"%resource.repeat(item).where(linkId = '{link_id}' and answer.exists()).count()",
            "%resource.repeat(item).linkId",
            "repeat(item).count()",
        ):
            path = compile_path(text)
            assert path.evaluate(tree, now=NOW) == path.evaluate(RESPONSE, now=NOW)
    path.collect(tree, now=NOW).clear()
    assert path.evaluate(tree, now=NOW) == [17]


def test_equal_elements_are_one_in_repeat() -> None:
    same = {"linkId": "a", "answer": [{"valueString": "x"}]}
    other = {"linkId": "a", "answer": [{"valueString": "y"}]}
    absent = [
        {"linkId": "a", "answer": [{"_valueString": {"extension": [{"url": url}]}}]}
        for url in ("u", "v")
    ]
    response = {"resourceType": "QuestionnaireResponse", "item": [same, same, other, *absent]}
    assert run("repeat(item).count()", response) == [4]
    assert run("item.count()", response) == [5]
    assert run("descendants().where(linkId = 'a').count()", response) == [5]


def test_the_resource_is_not_changed() -> None:
    before = json.dumps(RESPONSE)
    run("repeat(item | answer).select(answer.value | linkId).count()")
    assert json.dumps(RESPONSE) == before


HOSTILE = [
    "%many.select(%many.select(1)).count()",
    "%many.where(%many.where($this > 1).count() > 0)",
    "%many.combine(%many).select(1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1)",
    "%many.aggregate($total.combine($total), 1)",
    "%many.aggregate($total + $total, 1)",
    "%many.aggregate($total * 10, 1)",
    "%many.aggregate($total + $total, 'ab')",
    "%many.aggregate($total & $total, 'ab')",
    "%many.aggregate($total.replace('a', 'aa'), 'a')",
    "%many.repeat($this + 1)",
    "%many.repeat(%many.select($this + 1000000))",
    "%many.select(%long.length())",
    "%many.select(%long = %other)",
    "%many.where(%long < %other)",
    "%many.select(%long.matches('a*b')).count()",
    "%many.select(%long.split('a')).count()",
    "%many.select(%long.toChars()).count()",
    "%many.select(%long.replace('a', 'b')).count()",
    "%many.select(%long.upper()).count()",
    "%many.select(%long).join('')",
    "%many.select(%many.tail().tail().tail().tail()).count()",
    "%many.select(exp().ln().sqrt()).count()",
    "%many.select(%many | %many).count()",
    "'a'.replace('', %long).replace('', %long)",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_work_is_bounded(text: str) -> None:
    variables: dict[str, list[Any]] = {
        "many": [*range(20_000)],
        "long": ["a" * 900_000],
        "other": ["a" * 899_999 + "b"],
    }
    with pytest.raises(PathError, match=r"steps|grows beyond"):
        run(text, variables=variables)


def test_deep_json_is_refused() -> None:
    deep: dict[str, Any] = {"linkId": "x"}
    for _ in range(50_000):
        deep = {"linkId": "x", "item": [deep]}
    response = {"resourceType": "QuestionnaireResponse", "item": [deep, deep]}
    assert run("item.count()", response) == [2]
    for text in ("item.distinct().count()", "item[0] = item[1]", "item[0] ~ item[1]"):
        with pytest.raises(PathError, match=r"nested too deep|steps"):
            run(text, response)


ODD: list[Any] = [
    None,
    [],
    "text",
    1,
    {"item": None},
    {"item": "x"},
    {"item": [None, 1, [2], {"linkId": 5}]},
]


@pytest.mark.parametrize("resource", ODD)
@pytest.mark.parametrize(
    "text", ["repeat(item).where(linkId = 'a')", "item.answer.value", "descendants().distinct()"]
)
def test_malformed_resources_do_no_harm(text: str, resource: Any) -> None:
    typed = {"resourceType": "QuestionnaireResponse"}
    whole = typed | resource if isinstance(resource, dict) else resource
    assert isinstance(run(text, whole), list)


def test_import_needs_no_regular_expression_engine() -> None:
    code = "import sys, fhir.intake.path; print({'re2', 'fhir.resources'} & set(sys.modules))"
    found = subprocess.run(  # noqa: S603  # our own interpreter
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert found.stdout.strip() == "set()"
