"""Seeded faults of a Questionnaire, among them each invariant of R4."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from fhir.intake.conformance import validate
from fhir.intake.resource_rules import check

Json = dict[str, Any]
SYSTEM = {"system": "http://x.example", "code": "a"}
GROUP = {"linkId": "g", "type": "group", "item": [{"linkId": "t", "type": "display", "text": "T"}]}
CHOICE = {"linkId": "c", "type": "choice", "answerOption": [{"valueCoding": SYSTEM}]}
WHEN = {"question": "b", "operator": "=", "answerBoolean": True}
FORM_SEEDS: list[tuple[Json, str]] = [
    ({"type": "group"}, "que-1"),
    ({"type": "display", "item": [{"linkId": "y", "type": "string"}]}, "que-1"),
    ({"linkId": "t", "type": "string"}, "que-2"),
    ({"type": "display", "code": [SYSTEM]}, "que-3"),
    (CHOICE | {"linkId": "x", "answerValueSet": "http://x.example/vs"}, "que-4"),
    ({"type": "boolean", "answerOption": [{"valueCoding": SYSTEM}]}, "que-5"),
    ({"type": "display", "required": True}, "que-6"),
    (
        {"type": "string", "enableWhen": [WHEN | {"operator": "exists", "answerBoolean": ...}]},
        "que-7",
    ),
    (GROUP | {"linkId": "x", "initial": [{"valueBoolean": True}]}, "que-8"),
    ({"type": "display", "readOnly": True}, "que-9"),
    (CHOICE | {"linkId": "x", "maxLength": 5}, "que-10"),
    (CHOICE | {"linkId": "x", "initial": [{"valueCoding": SYSTEM}]}, "que-11"),
    ({"type": "string", "enableWhen": [WHEN, WHEN | {"answerBoolean": False}]}, "que-12"),
    ({"type": "string", "initial": [{"valueString": "a"}, {"valueString": "b"}]}, "que-13"),
    ({"type": "number"}, "none of"),
    ({"type": "choice"}, "needs answers"),
    ({"type": "string", "enableWhen": [WHEN | {"operator": "=="}]}, "none of"),
    ({"type": "string", "enableWhen": [WHEN | {"question": "z"}]}, "is no item"),
    ({"type": "string", "enableWhen": [{**WHEN, "answerString": "x"}]}, "one answer"),
    (
        {
            "type": "string",
            "enableWhen": [{"question": "b", "operator": "=", "answerDate": "2026"}],
        },
        "compares",
    ),
    ({"type": "string", "required": "true"}, "JSON str"),
]


def form(*extra: Json) -> Json:
    items = [GROUP, CHOICE, {"linkId": "b", "type": "boolean"}]
    more = [{"linkId": "x", **item} for item in extra]
    return {
        "resourceType": "Questionnaire",
        "url": "https://x.example/q",
        "name": "Q",
        "status": "draft",
        "item": copy.deepcopy([*items, *more]),
    }


def alone(resource: Json) -> Json:
    request = {"method": "POST", "url": "Questionnaire", "ifNoneExist": f"url={resource['url']}"}
    url = "urn:uuid:00000000-0000-5000-8000-000000000000"
    entries = [{"fullUrl": url, "resource": resource, "request": request}]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


@pytest.mark.parametrize(("item", "found"), FORM_SEEDS, ids=[f"{row[1]}" for row in FORM_SEEDS])
def test_seeded_fault_of_a_questionnaire_is_found(item: Json, found: str) -> None:
    seeded = form(item)
    for condition in seeded["item"][-1].get("enableWhen", []):
        if condition.get("answerBoolean") is ...:
            del condition["answerBoolean"]
            condition["answerString"] = "x"
    messages = [str(problem) for problem in validate(alone(seeded))]
    assert any(found in message for message in messages), messages
    assert all(message.startswith("Bundle.entry[0].resource") for message in messages)


def test_a_sound_questionnaire_has_no_problem() -> None:
    when = {"type": "string", "enableWhen": [WHEN], "enableBehavior": "all"}
    assert validate(alone(form(when))) == []


def test_a_name_of_a_questionnaire() -> None:
    assert any("que-0" in str(p) for p in check(form() | {"name": "muscle twitching"}))
