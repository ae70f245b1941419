"""Conditions over a response: which occurrence of a question an item means."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from fhir.intake.loading import load_form
from fhir.intake.validation import check_response
from tests.random_forms import answered, coding, item

Json = dict[str, Any]
NOW = datetime(2026, 11, 22, tzinfo=UTC)
YES: Json = {"valueBoolean": True}
NO: Json = {"valueBoolean": False}
X: Json = {"valueString": "x"}


def when(question: str, operator: str, **answer: Any) -> Json:
    return {"question": question, "operator": operator, **answer}


def disabled(items: list[Json], given: list[Json]) -> list[str]:
    """Return the places of what is answered and does not apply."""
    form = load_form({"resourceType": "Questionnaire", "status": "active", "item": items})
    response = {"resourceType": "QuestionnaireResponse", "status": "completed", "item": given}
    issues = check_response(response, form, now=NOW)
    return [
        issue.place.removeprefix("QuestionnaireResponse.")
        for issue in issues
        if issue.code == "not-enabled"
    ]


def row(*items: Json) -> Json:
    return {"linkId": "rows", "item": [*items]}


IF_YES = [when("p", "=", answerBoolean=True)]
ROWS = item(
    "rows",
    "group",
    repeats=True,
    item=[item("p", "boolean"), item("q", "string", enableWhen=IF_YES)],
)


def test_rows_use_their_own_row() -> None:
    given = [row(answered("p", YES), answered("q", X)), row(answered("p", NO), answered("q", X))]
    assert disabled([ROWS], given) == ["item[1].item[1]"]
    given = [row(answered("p", YES)), row(answered("q", X))]
    assert disabled([ROWS], given) == ["item[1].item[0]"]


def test_from_outside_the_last_row_before_and_the_first_after() -> None:
    after = item("after", "string", enableWhen=IF_YES)
    before = item("before", "string", enableWhen=IF_YES)
    rows = [row(answered("p", NO)), row(answered("p", YES))]
    assert disabled([ROWS, after], [*rows, answered("after", X)]) == []
    assert disabled([before, ROWS], [answered("before", X), *rows]) == ["item[0]"]


def test_from_within_rows_to_the_outside() -> None:
    inner = item("rows", "group", repeats=True, item=[item("q", "string", enableWhen=IF_YES)])
    items = [item("p", "boolean"), inner]
    given = [answered("p", NO), row(answered("q", X)), row(answered("q", X))]
    assert disabled(items, given) == ["item[1].item[0]", "item[2].item[0]"]


def test_below_an_answer_the_answer_itself_counts() -> None:
    below = item("q", "string", enableWhen=[when("p", "=", answerInteger=2)])
    items = [item("p", "integer", repeats=True, item=[below])]
    answers = [{"valueInteger": n, "item": [answered("q", X)]} for n in (1, 2)]
    assert disabled(items, [answered("p", *answers)]) == ["item[0].answer[0].item[0]"]


def test_what_is_disabled_has_no_answer_for_others() -> None:
    items = [
        item("p", "boolean"),
        item("g", "group", enableWhen=IF_YES, item=[item("q", "boolean")]),
        item("r", "string", enableWhen=[when("q", "=", answerBoolean=True)]),
    ]
    inner = {"linkId": "g", "item": [answered("q", YES)]}
    assert disabled(items, [answered("p", YES), inner, answered("r", X)]) == []
    assert disabled(items, [answered("p", NO), inner, answered("r", X)]) == ["item[1]", "item[2]"]


@pytest.mark.parametrize(
    ("operator", "wanted", "answers", "applies"),
    [
        ("=", {"answerInteger": 2}, [2], True),
        ("=", {"answerInteger": 2}, [1, 2], True),
        ("=", {"answerInteger": 2}, [], False),
        ("!=", {"answerInteger": 2}, [1], True),
        ("!=", {"answerInteger": 2}, [1, 2], False),
        ("!=", {"answerInteger": 2}, [], False),
        (">", {"answerInteger": 2}, [3], True),
        (">", {"answerInteger": 2}, [2], False),
        (">=", {"answerInteger": 2}, [2], True),
        ("<", {"answerInteger": 2}, [1, 3], True),
        ("<=", {"answerInteger": 2}, [3], False),
        ("exists", {"answerBoolean": True}, [0], True),
        ("exists", {"answerBoolean": True}, [], False),
        ("exists", {"answerBoolean": False}, [], True),
    ],
)
def test_operators(operator: str, wanted: Json, answers: list[int], applies: bool) -> None:
    items = [
        item("p", "integer", repeats=True),
        item("q", "string", enableWhen=[when("p", operator, **wanted)]),
    ]
    first = [answered("p", *({"valueInteger": n} for n in answers))] if answers else []
    assert disabled(items, [*first, answered("q", X)]) == (
        [] if applies else [f"item[{len(first)}]"]
    )


@pytest.mark.parametrize(("behavior", "place"), [("all", ["item[1]"]), ("any", []), (None, [])])
def test_behavior(behavior: str | None, place: list[str]) -> None:
    conditions = [when("p", "=", answerBoolean=True), when("p", "exists", answerBoolean=False)]
    more = {"enableBehavior": behavior} if behavior else {}
    items = [item("p", "boolean"), item("q", "string", enableWhen=conditions, **more)]
    assert disabled(items, [answered("p", YES), answered("q", X)]) == place


def test_codings_and_units() -> None:
    wanted = {"answerCoding": coding("c1")["valueCoding"]}
    items = [item("p", "choice"), item("q", "string", enableWhen=[when("p", "=", **wanted)])]
    for code, place in (("c1", []), ("c2", ["item[1]"])):
        assert disabled(items, [answered("p", coding(code)), answered("q", X)]) == place
    kilo = {"value": 1, "system": "http://unitsofmeasure.org", "code": "kg"}
    over = [when("p", ">", answerQuantity=kilo)]
    items = [item("p", "quantity"), item("q", "string", enableWhen=over)]
    for grams, place in ((1001, []), (1000, ["item[1]"])):
        mass = {"valueQuantity": {**kilo, "value": grams, "code": "g"}}
        assert disabled(items, [answered("p", mass), answered("q", X)]) == place


def test_expressions() -> None:
    path = "%resource.item.where(linkId = 'p').answer.value = true"
    url = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-enableWhenExpression"
    expression = {"language": "text/fhirpath", "expression": path}
    extension = {"url": url, "valueExpression": expression}
    items = [item("p", "boolean"), item("q", "string", extension=[extension])]
    assert disabled(items, [answered("p", YES), answered("q", X)]) == []
    assert disabled(items, [answered("p", NO), answered("q", X)]) == ["item[1]"]


def test_a_group_can_not_be_asked() -> None:
    inner = item("q", "string", enableWhen=[when("g", "exists", answerBoolean=True)])
    given = {"linkId": "g", "item": [answered("q", X)]}
    assert disabled([item("g", "group", item=[inner])], [given]) == ["item[0].item[0]"]
