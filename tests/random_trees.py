"""Random Questionnaires of every kind of item, and random answers to them."""

from __future__ import annotations

import copy
from datetime import date
from typing import TYPE_CHECKING, Any

from hypothesis import assume
from hypothesis import strategies as st

from fhir.intake.loading import QuestionnaireError, load_form
from fhir.intake.samples import sample_answers
from tests.any_forms import coding, item, options, questionnaire

if TYPE_CHECKING:
    from fhir.intake.answers import Answers
    from fhir.intake.items import Form

Json = dict[str, Any]
ON = date(2026, 11, 25)
HL7 = "http://hl7.org/fhir/StructureDefinition/"
SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"
KG = {"system": "http://unitsofmeasure.org", "code": "kg"}
TYPES = [
    *("boolean", "decimal", "integer", "date", "dateTime", "time", "string", "text", "url"),
    *("choice", "open-choice", "quantity", "attachment", "reference"),
]
MORE: dict[str, list[Json]] = {
    "integer": [
        {},
        {"extension": [{"url": HL7 + "minValue", "valueInteger": -3}]},
        {"extension": [{"url": HL7 + "maxValue", "valueInteger": 0}]},
        {"answerOption": [{"valueInteger": n} for n in (1, 2, 30)]},
        {"initial": [{"valueInteger": 2}]},
    ],
    "decimal": [{}, {"extension": [{"url": HL7 + "maxDecimalPlaces", "valueInteger": 1}]}],
    "date": [
        {},
        {"extension": [{"url": HL7 + "minValue", "valueDate": "2026-02"}]},
        {"answerOption": [{"valueDate": "2026-01-01"}, {"valueDate": "2026"}]},
    ],
    "time": [{}, {"answerOption": [{"valueTime": "10:00:00"}, {"valueTime": "11:30:00"}]}],
    "string": [
        {},
        {"maxLength": 3},
        {"extension": [{"url": HL7 + "regex", "valueString": "[0-9]+"}]},
        {"answerOption": [{"valueString": "one"}, {"valueString": "another"}]},
        {"initial": [{"valueString": "first"}]},
    ],
    "choice": [
        {"answerOption": options("x", "y", "z")},
        {"answerOption": [*options("x"), {"valueString": "x"}, {"valueCoding": {"code": "x"}}]},
        {"answerOption": [{**options("x")[0], "initialSelected": True}, *options("y")]},
        {"answerValueSet": "http://hl7.org/fhir/ValueSet/yesnodontknow"},
        {"answerValueSet": "http://forms.example/not-at-hand"},
    ],
    "open-choice": [{"answerOption": options("x", "y")}, {}],
    "quantity": [
        {},
        {"extension": [{"url": HL7 + "questionnaire-unit", "valueCoding": KG}]},
        {
            "extension": [
                {"url": HL7 + "questionnaire-unitOption", "valueCoding": KG},
                {"url": HL7 + "questionnaire-unitOption", "valueCoding": {**KG, "code": "g"}},
            ]
        },
    ],
    "boolean": [{}, {"initial": [{"valueBoolean": True}]}],
}
ANSWERS: dict[str, list[Json]] = {
    "boolean": [{"answerBoolean": True}, {"answerBoolean": False}],
    "integer": [{"answerInteger": 1}, {"answerInteger": 2}],
    "choice": [{"answerCoding": coding("x")}, {"answerCoding": coding("y")}],
    "string": [{"answerString": "first"}, {"answerString": "12"}],
}
EXPRESSIONS = [
    "%resource.repeat(item).where(linkId = '{}').answer.exists()",
    "%resource.repeat(item).where(linkId = '{}').answer.empty()",
    "%resource.descendants().where(linkId = '{}').answer.value = true",
    "%resource.descendants().where(linkId = '{}').answer.count()",
]


@st.composite
def questionnaires(draw: st.DrawFn, *, expressions: bool = True) -> Json:
    """Draw a Questionnaire that can be loaded; its conditions do not go in a circle."""
    names = iter(range(1_000))
    items = _items(draw, names, 0)
    assume(items)
    asked = [(row["linkId"], row["type"]) for row in walk(items)]
    for row in walk(items):
        _add_conditions(draw, row, [(n, t) for n, t in asked if t not in {"group", "display"}])
        if expressions:
            _add_expression(draw, row, [name for name, _ in asked])
    resource = questionnaire(*items)
    try:
        load_form(resource)
    except QuestionnaireError:
        assume(False)
    return resource


@st.composite
def cases(draw: st.DrawFn, *, expressions: bool = True) -> tuple[Form, Answers]:
    """Draw a form and answers that fit its questions, whether they are enabled or not."""
    resource = draw(questionnaires(expressions=expressions))
    bare = copy.deepcopy(resource)
    for row in walk(bare["item"]):
        row.pop("enableWhen", None)
        row["extension"] = [e for e in row.get("extension", ()) if "Expression" not in e["url"]]
    answers = sample_answers(load_form(bare), ON, seed=draw(st.integers(0, 4)))
    return load_form(resource), _some(draw, answers)


@st.composite
def tangles(draw: st.DrawFn) -> tuple[Form, Answers]:
    """Draw a few questions that depend on each other by expressions, also in circles."""
    names = [f"q{number}" for number in range(draw(st.integers(2, 6)))]
    rows = []
    for name in names:
        kind = draw(st.sampled_from(["plain", "initial", "enableWhen", "calculated"]))
        row = item(name, "boolean")
        if kind == "initial":
            row["initial"] = [{"valueBoolean": draw(st.booleans())}]
        if kind in {"enableWhen", "calculated"} or draw(st.booleans()):
            text = draw(st.sampled_from(EXPRESSIONS)).format(draw(st.sampled_from(names)))
            kind = "calculated" if kind == "calculated" else "enableWhen"
            value = {"language": "text/fhirpath", "expression": text}
            row["extension"] = [{"url": f"{SDC}{kind}Expression", "valueExpression": value}]
        rows.append(row)
    answers = draw(st.fixed_dictionaries({}, optional=dict.fromkeys(names, st.booleans())))
    return load_form(questionnaire(*rows)), answers


def walk(items: list[Json]) -> Any:
    """Yield the items of a Questionnaire, in document order."""
    for row in items:
        yield row
        yield from walk(row.get("item", []))


def _some(draw: st.DrawFn, answers: Answers) -> Answers:
    dropped = draw(st.sets(st.sampled_from(sorted(answers)))) if answers else set()
    return {name: value for name, value in answers.items() if name not in dropped}


def _items(draw: st.DrawFn, names: Any, depth: int) -> list[Json]:
    return [_item(draw, names, depth) for _ in range(draw(st.integers(0, 4 - depth)))]


def _item(draw: st.DrawFn, names: Any, depth: int) -> Json:
    name = draw(st.sampled_from(["q{}", "a/{}", "Ü {}", "g.{}-x"])).format(next(names))
    kind = draw(st.sampled_from([*TYPES, "group", "group", "display"]))
    if kind == "display":
        return item(name, kind)
    below = _items(draw, names, depth + 1) if depth < 3 else []
    if kind == "group":
        below = below or [item(f"{name}-text", "display")]
    more: Json = copy.deepcopy(draw(st.sampled_from(MORE.get(kind, [{}]))))
    if draw(st.booleans()):
        more["required"] = True
    if draw(st.integers(0, 2)) == 0:
        more["repeats"] = True
    if kind != "group" and draw(st.integers(0, 9)) == 0:
        more["readOnly"] = True
    if draw(st.integers(0, 9)) == 0:
        more.setdefault("extension", []).append(
            {"url": HL7 + "questionnaire-hidden", "valueBoolean": True}
        )
    return item(name, kind, *below, **more)


def _add_conditions(draw: st.DrawFn, row: Json, asked: list[tuple[str, str]]) -> None:
    others = [(name, kind) for name, kind in asked if name != row["linkId"]]
    if not others or draw(st.integers(0, 2)):
        return
    row["enableBehavior"] = draw(st.sampled_from(["all", "any"]))
    row["enableWhen"] = []
    for _ in range(draw(st.integers(1, 2))):
        name, kind = draw(st.sampled_from(others))
        operator = draw(st.sampled_from(["exists", "=", "!="] if kind in ANSWERS else ["exists"]))
        wanted = ANSWERS["boolean"] if operator == "exists" else ANSWERS[kind]
        row["enableWhen"].append(
            {"question": name, "operator": operator, **draw(st.sampled_from(wanted))}
        )


def _add_expression(draw: st.DrawFn, row: Json, names: list[str]) -> None:
    if draw(st.integers(0, 4)):
        return
    text = draw(st.sampled_from(EXPRESSIONS)).format(draw(st.sampled_from(names)))
    value = {"language": "text/fhirpath", "expression": text}
    is_value = row["type"] in {"boolean", "integer"} and "initial" not in row
    kinds = ["enableWhenExpression", *(["calculatedExpression"] if is_value else [])]
    row.setdefault("extension", []).append(
        {"url": SDC + draw(st.sampled_from(kinds)), "valueExpression": value}
    )
