"""The invariants of R4 for a Questionnaire (que-1 to que-13), and what they forget."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from fhir.intake.json_walk import objects, walk
from fhir.intake.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhir.intake.json_walk import Node

Json: TypeAlias = dict[str, Any]
_NAME: Final = re.compile(r"[A-Z][A-Za-z0-9_]{0,254}")
_OPTION_TYPES: Final = frozenset(
    {"choice", "open-choice", "decimal", "integer", "date", "dateTime", "time", "string"}
    | {"quantity"}
)
_LENGTH_TYPES: Final = frozenset(
    {"boolean", "decimal", "integer", "string", "text", "url", "open-choice"}
)
_ANSWERS: Final = {
    "boolean": "answerBoolean",
    "decimal": "answerDecimal",
    "integer": "answerInteger",
    "date": "answerDate",
    "dateTime": "answerDateTime",
    "time": "answerTime",
    "string": "answerString",
    "text": "answerString",
    "choice": "answerCoding",
    "quantity": "answerQuantity",
}


def questionnaire_problems(node: Node) -> Iterator[Problem]:
    """Check a Questionnaire; a display item needs nothing but its text."""
    name = node.value.get("name")
    if name is not None and not _NAME.fullmatch(str(name)):
        yield Problem(f"{node.place}.name", "can not name a program's class (que-0)")
    items = [
        part
        for part in walk(node)
        if part.path == "Questionnaire.item" and isinstance(part.value, dict)
    ]
    types: dict[str, str] = {}
    for item in items:
        link_id = str(item.value.get("linkId"))
        if link_id in types:
            yield Problem(item.place, f"uses the linkId {link_id!r} twice (que-2)")
        types[link_id] = str(item.value.get("type"))
    for item in items:
        for message in (*_item_faults(item.value), *_condition_faults(item.value, types)):
            yield Problem(item.place, message)


def _item_faults(item: Json) -> Iterator[str]:
    kind = str(item.get("type"))
    if kind == "group" and not item.get("item"):
        yield "a group needs items (que-1)"
    if "answerOption" in item and "answerValueSet" in item:
        yield "has both answerOption and answerValueSet (que-4)"
    if kind not in _OPTION_TYPES and {"answerOption", "answerValueSet"} & item.keys():
        yield f"a {kind} item has no answers to choose from (que-5)"
    if kind in {"choice", "open-choice"} and not {"answerOption", "answerValueSet"} & item.keys():
        yield f"a {kind} item needs answers to choose from"
    if kind in {"group", "display"} and "initial" in item:
        yield f"a {kind} item has no initial answer (que-8)"
    if kind not in _LENGTH_TYPES and "maxLength" in item:
        yield f"a {kind} item has no maxLength (que-10)"
    if "answerOption" in item and "initial" in item:
        yield "has both answerOption and initial (que-11)"
    if not item.get("repeats") and len(objects(item.get("initial"))) > 1:
        yield "has several initial answers but does not repeat (que-13)"
    if kind == "display":
        yield from _display_faults(item)


def _display_faults(item: Json) -> Iterator[str]:
    rules = {"item": 1, "code": 3, "required": 6, "repeats": 6, "readOnly": 9}
    for name, number in rules.items():
        if name in item:
            yield f"a display item has no {name} (que-{number})"


def _condition_faults(item: Json, types: dict[str, str]) -> Iterator[str]:
    conditions = objects(item.get("enableWhen"))
    # R4 counts wrongly (> 2); from two conditions on, somebody must say how they combine.
    if len(conditions) > 1 and "enableBehavior" not in item:
        yield "several enableWhen need an enableBehavior (que-12)"
    for condition in conditions:
        question = str(condition.get("question"))
        answers = [name for name in condition if name.startswith("answer")]
        if question not in types:
            yield f"enableWhen asks for {question!r}, which is no item"
        if len(answers) != 1:
            yield "enableWhen needs one answer to compare with"
        elif condition.get("operator") == "exists":
            if answers != ["answerBoolean"]:
                yield "the operator exists needs answerBoolean (que-7)"
        elif _ANSWERS.get(types.get(question, ""), answers[0]) != answers[0]:
            yield f"enableWhen compares {question!r}, a {types[question]}, with an {answers[0]}"
