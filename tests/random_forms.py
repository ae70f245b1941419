"""Small Questionnaires at random around a fixed part, each with a response that fits it."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

Json = dict[str, Any]
URL = "https://forms.example/Questionnaire/random"
HL7 = "http://hl7.org/fhir/StructureDefinition/"
SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/"
CODES = "https://forms.example/CodeSystem/c"
KG = {"system": "http://unitsofmeasure.org", "code": "kg"}


def ext(url: str, **value: Any) -> Json:
    return {"url": url, **value}


def coding(code: str) -> Json:
    return {"valueCoding": {"system": CODES, "code": code, "display": code.upper()}}


def item(link_id: str, kind: str, **more: Any) -> Json:
    return {"linkId": link_id, "type": kind, "text": f"Text of {link_id}", **more}


def answered(link_id: str, *answers: Json) -> Json:
    return {"linkId": link_id, "text": f"Text of {link_id}", "answer": list(answers)}


OPTIONS = [coding("c1"), coding("c2"), coding("c3"), coding("c4")]
ALONE = {
    **coding("none"),
    "extension": [ext(HL7 + "questionnaire-optionExclusive", valueBoolean=True)],
}
MASS = [
    ext(HL7 + "questionnaire-unitOption", valueCoding={**KG, "display": "kg"}),
    ext(SDC + "sdc-questionnaire-minQuantity", valueQuantity={"value": 1, **KG}),
    ext(SDC + "sdc-questionnaire-maxQuantity", valueQuantity={"value": 500, **KG}),
]
TEXT = [ext(HL7 + "minLength", valueInteger=2), ext(HL7 + "regex", valueString="[a-z ]*")]
BETWEEN = [ext(HL7 + "minValue", valueInteger=0), ext(HL7 + "maxValue", valueInteger=10)]
TWO_OR_THREE = [
    ext(HL7 + "questionnaire-minOccurs", valueInteger=2),
    ext(HL7 + "questionnaire-maxOccurs", valueInteger=3),
]
FILE = [ext(HL7 + "mimeType", valueCode="application/pdf"), ext(HL7 + "maxSize", valueDecimal=100)]

FIXED_ITEMS = [
    item(
        "a",
        "group",
        required=True,
        item=[
            item("text", "string", required=True, maxLength=20, extension=TEXT),
            item("number", "integer", extension=BETWEEN),
            item(
                "list",
                "choice",
                repeats=True,
                answerOption=[*OPTIONS, ALONE],
                extension=[ext(HL7 + "questionnaire-maxOccurs", valueInteger=3)],
            ),
            item("mass", "quantity", extension=MASS),
            item("day", "date", extension=[ext(HL7 + "minValue", valueDate="2000-01-01")]),
            item("yes", "boolean", item=[item("why", "string")]),
            item(
                "if-yes",
                "string",
                enableWhen=[{"question": "yes", "operator": "=", "answerBoolean": True}],
            ),
            item("file", "attachment", extension=FILE),
            item(
                "who",
                "reference",
                extension=[ext(HL7 + "questionnaire-referenceResource", valueCode="Patient")],
            ),
            item("share", "decimal", extension=[ext(HL7 + "maxDecimalPlaces", valueInteger=1)]),
            item("note", "display"),
            item("open", "open-choice", answerOption=OPTIONS),
            item("page", "url"),
            item("moment", "dateTime"),
            item("clock", "time"),
        ],
    ),
    item("rows", "group", repeats=True, extension=TWO_OR_THREE, item=[item("cell", "string")]),
    item("last", "text"),
]
FIXED_ANSWERS = [
    {
        "linkId": "a",
        "text": "Text of a",
        "item": [
            answered("text", {"valueString": "some words"}),
            answered("number", {"valueInteger": 3}),
            answered("list", coding("c1"), coding("c3")),
            answered("mass", {"valueQuantity": {"value": 72.5, "unit": "kg", **KG}}),
            answered("day", {"valueDate": "2020-02-29"}),
            answered(
                "yes",
                {"valueBoolean": True, "item": [answered("why", {"valueString": "because"})]},
            ),
            answered("if-yes", {"valueString": "more"}),
            answered(
                "file",
                {"valueAttachment": {"contentType": "application/pdf", "data": "AAAA", "size": 3}},
            ),
            answered("who", {"valueReference": {"reference": "Patient/1"}}),
            answered("share", {"valueDecimal": 0.5}),
            answered("open", {"valueString": "something else"}),
            answered("page", {"valueUri": "https://forms.example/"}),
            answered("moment", {"valueDateTime": "2026-11-22T10:00:00Z"}),
            answered("clock", {"valueTime": "10:00:00"}),
        ],
    },
    {"linkId": "rows", "text": "Text of rows", "item": [answered("cell", {"valueString": "x"})]},
    {"linkId": "rows", "text": "Text of rows", "item": [answered("cell", {"valueString": "y"})]},
    answered("last", {"valueString": "the\nend"}),
]
_KINDS: dict[str, tuple[Json, st.SearchStrategy[Json]]] = {
    "boolean": ({}, st.booleans().map(lambda v: {"valueBoolean": v})),
    "integer": ({"extension": BETWEEN}, st.integers(0, 10).map(lambda v: {"valueInteger": v})),
    "decimal": ({}, st.floats(-1e6, 1e6).map(lambda v: {"valueDecimal": v})),
    "string": (
        {"maxLength": 9},
        st.from_regex(r"\A[a-z]{1,9}\Z").map(lambda v: {"valueString": v}),
    ),
    "date": ({}, st.dates().map(lambda v: {"valueDate": v.isoformat()})),
    "time": ({}, st.times().map(lambda v: {"valueTime": v.strftime("%H:%M:%S")})),
    "choice": ({"answerOption": OPTIONS}, st.sampled_from(OPTIONS)),
    "open-choice": ({"answerOption": OPTIONS}, st.just({"valueString": "other"})),
    "quantity": (
        {"extension": MASS},
        st.integers(1, 500).map(lambda v: {"valueQuantity": {"value": v, **KG}}),
    ),
}


@st.composite
def forms(draw: st.DrawFn) -> tuple[Json, Json]:
    """Draw a Questionnaire and a completed response that fits it."""
    names = iter(range(1_000))
    before, given_before = _items(draw, names, 0)
    after, given_after = _items(draw, names, 0)
    questionnaire = {
        "resourceType": "Questionnaire",
        "url": URL,
        "version": "1",
        "status": "active",
        "subjectType": ["Patient"],
        "effectivePeriod": {"start": "2026-01-01", "end": "2026-12-31"},
        "item": [*before, *copy.deepcopy(FIXED_ITEMS), *after],
    }
    response = {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": f"{URL}|1",
        "status": "completed",
        "authored": "2026-11-22T10:00:00+01:00",
        "subject": {"reference": "Patient/1"},
        "item": [*given_before, *copy.deepcopy(FIXED_ANSWERS), *given_after],
    }
    return questionnaire, response


def _items(draw: st.DrawFn, names: Any, depth: int) -> tuple[list[Json], list[Json]]:
    asked: list[Json] = []
    given: list[Json] = []
    for _ in range(draw(st.integers(0, 3))):
        name = f"q{next(names)}"
        is_group = depth < 3 and draw(st.booleans())
        found, rows = (_group if is_group else _question)(draw, names, name, depth)
        asked.append(found)
        given += rows
    return asked, given


def _group(draw: st.DrawFn, names: Any, name: str, depth: int) -> tuple[Json, list[Json]]:
    below, given = _items(draw, names, depth + 1)
    repeats = draw(st.booleans())
    group = item(name, "group", repeats=repeats, item=[*below, item(f"{name}-text", "display")])
    row = {"linkId": name, "text": f"Text of {name}", "item": given}
    count = draw(st.integers(1, 2)) if repeats else 1
    return group, [copy.deepcopy(row) for _ in range(count)] if given else []


def _question(draw: st.DrawFn, names: Any, name: str, depth: int) -> tuple[Json, list[Json]]:
    kind = draw(st.sampled_from([*_KINDS]))
    more, answer = _KINDS[kind]
    repeats, required = draw(st.booleans()), draw(st.booleans())
    question = item(name, kind, repeats=repeats, required=required, **copy.deepcopy(more))
    below: list[Json] = []
    given: list[Json] = []
    if depth < 3 and draw(st.booleans()):
        below, given = _items(draw, names, depth + 1)
        question |= {"item": below} if below else {}
    unique = st.lists(answer, min_size=1, max_size=2 if repeats else 1, unique_by=repr)
    answers = copy.deepcopy(draw(unique))
    if given:
        answers = [{**each, "item": copy.deepcopy(given)} for each in answers]
    return question, [answered(name, *answers)]
