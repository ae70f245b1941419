"""The table of receivers: a receiver is data, and a slip in it is said with its place."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from fhir.intake.conformance import validate
from fhir.intake.receivers import Receiver, ReceiversError, load_receivers, receivers
from fhir.intake.receivers.plan import make_plan
from fhir.intake.receivers.rewrite import OPERATIONS
from tests.export_case import MARK, case, export

Json = dict[str, Any]
TABLE = """
read_in = "2026-11"
[[receiver]]
name = "x"
title = "X"
send = "transaction"
[[receiver.accepts]]
resources = ["Observation"]
methods = []
reason = "r"
basis = "read"
[[receiver.accepts]]
resources = ["*"]
methods = ["create", "update"]
reason = "r"
basis = "unverified"
[[receiver.rewrites]]
at = "Task.description"
operation = "drop"
reason = "r"
basis = "checked"
"""
RESPONSE = {
    "resourceType": "QuestionnaireResponse",
    "questionnaire": "https://a.example/q|1",
    "item": [
        {"linkId": "a", "answer": [{"valueCoding": {"code": "y", "display": "Yes"}}]},
        {"linkId": "r", "item": [{"linkId": "n", "answer": [{"valueInteger": 0}]}]},
        {"linkId": "r", "item": [{"linkId": "n", "answer": [{"valueBoolean": False}]}]},
        {"linkId": "r-2", "answer": [{"valueQuantity": {"value": 7.5, "unit": "kg"}}]},
        {
            "linkId": "d",
            "answer": [{"valueDate": "2026-11", "item": [{"linkId": "d", "text": "below"}]}],
        },
    ],
}
DOCUMENT = {
    "resourceType": "DocumentReference",
    "type": {"coding": [{"system": "b", "code": "1"}, {"system": "a", "code": "2"}]},
    "content": [{"attachment": {"size": 10, "data": "x"}}, {"attachment": {"size": 30}}],
    "meta": {"profile": ["p"]},
}


def apply(operation: str, resource: Json, path: str, value: object = None) -> tuple[Any, str]:
    before = deepcopy(resource)
    outcome = OPERATIONS[operation](resource, tuple(path.split(".")) if path else (), value)
    assert resource == before
    return outcome


def transaction_without(kind: str) -> Receiver:
    return load_receivers(TABLE.replace('["Observation"]', f'["{kind}"]'))["x"]


@pytest.mark.parametrize("kind", ["QuestionnaireResponse", "Patient", "Observation"])
def test_a_transaction_without_a_type_is_a_valid_one(kind: str) -> None:
    made = make_plan(export(case(MARK)), transaction_without(kind))
    assert made.faults() == []
    (request,) = made.requests()
    assert validate(request["resource"]) == []
    kinds = {entry["resource"]["resourceType"] for entry in request["resource"]["entry"]}
    assert kind not in kinds
    assert "Task" in kinds
    done = {(reason.at, reason.done) for reason in made.changes}
    assert ("Task.description", "left out") in done
    assert any(words == "by identifier" for _, words in done)


def test_what_would_not_be_valid_is_a_fault() -> None:
    receiver = load_receivers(TABLE.replace("Task.description", "Task.intent"))["x"]
    assert any("intent" in str(fault) for fault in make_plan(export(case(MARK)), receiver).faults())


def test_drop_takes_along_what_is_empty_then() -> None:
    changed, done = apply("drop", DOCUMENT, "meta.profile")
    assert (done, "meta" in changed) == ("left out", False)
    assert apply("drop", DOCUMENT, "context.related") == (DOCUMENT, "")


def test_set() -> None:
    changed, done = apply("set", DOCUMENT, "docStatus", "final")
    assert (changed["docStatus"], done) == ("final", "set to final")
    assert apply("set", changed, "docStatus", "final") == (changed, "")


def test_keep() -> None:
    changed, done = apply("keep", DOCUMENT, "", ("type", "content.attachment.data"))
    assert changed == {
        "resourceType": "DocumentReference",
        "type": DOCUMENT["type"],
        "content": [{"attachment": {"data": "x"}}],
    }
    assert done == "left out: content.attachment.size, meta"


@pytest.mark.parametrize(("system", "code"), [("a", "2"), ("none", "1"), (None, "1")])
def test_one(system: str | None, code: str) -> None:
    changed, done = apply("one", DOCUMENT, "type.coding", system)
    assert [row["code"] for row in changed["type"]["coding"]] == [code]
    assert done == "one kept, 1 left out"
    assert apply("one", changed, "type.coding", system) == (changed, "")


def test_at_most_counts_the_largest() -> None:
    assert apply("at_most", DOCUMENT, "content.attachment.size", 30) == (DOCUMENT, "")
    none, done = apply("at_most", DOCUMENT, "content.attachment.size", 29)
    assert (none, done) == (None, "30 is more than 29")


def test_as_extension() -> None:
    given = RESPONSE | {"_questionnaire": {"extension": [{"url": "u", "valueString": "t"}]}}
    changed, done = apply("as_extension", given, "questionnaire", "https://e.example/x")
    assert "questionnaire" not in changed
    assert changed["_questionnaire"]["extension"] == [
        {"url": "u", "valueString": "t"},
        {"url": "https://e.example/x", "valueUri": "https://a.example/q"},
    ]
    assert "https://e.example/x" in done
    assert apply("as_extension", changed, "questionnaire", "x")[1] == ""


def test_text_answers_say_every_kind_of_answer() -> None:
    changed, done = apply("text_answers", RESPONSE, "item")
    first, row, other, quantity, day = changed["item"]
    said = [first, row["item"][0], other["item"][0], quantity, day]
    words = [item["answer"][0]["valueString"] for item in said]
    assert words == ["Yes", "0", "false", "7.5 kg", "2026-11"]
    assert day["answer"][0]["item"] == [{"linkId": "d", "text": "below"}]
    assert done == "5 answers as text"


def test_numbers_of_link_ids_meet_no_other() -> None:
    changed, done = apply("number_link_ids", RESPONSE, "item")
    first, row, other, taken, day = changed["item"]
    names = [item["linkId"] for item in (first, row, other, taken, day)]
    assert names == ["a", "r", "r-3", "r-2", "d"]
    assert [row["item"][0]["linkId"], other["item"][0]["linkId"]] == ["n", "n-2"]
    assert day["answer"][0]["item"][0]["linkId"] == "d-2"
    assert done == "3 linkIds numbered"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("read_in =", "read_in", "is no TOML"),
        ('send = "transaction"', 'send = "post"', "x: 'post' is none of"),
        ('operation = "drop"', 'operation = "burn"', "x: 'burn' is none of"),
        ('basis = "checked"', 'basis = "sure"', "x: 'sure' is none of"),
        ('methods = ["create", "update"]', 'methods = ["delete"]', "x: 'delete' is none of"),
        ('title = "X"\n', "", "x: title is missing"),
        ('at = "Task.description"', 'atx = "Task"', "x.rewrites: there is no 'atx'"),
        ('resources = ["*"]', 'resources = ["Task"]', "x: the last row of accepts"),
        ("[[receiver.rewrites]]", TABLE.split("\n", 2)[2] + "[[receiver.rewrites]]", "x: is there"),
    ],
)
def test_a_slip_in_the_table_is_told(old: str, new: str, message: str) -> None:
    assert old in TABLE
    with pytest.raises(ReceiversError) as error:
        load_receivers(TABLE.replace(old, new, 1))
    assert str(error.value).startswith(message)


def test_the_table_is_read_once() -> None:
    assert receivers() is receivers()


def test_every_reason_is_one_line() -> None:
    for receiver in receivers().values():
        said = [row.reason for row in receiver.accepts]
        said += [rule.reason for rule in receiver.rewrites]
        said += [need.what for need in receiver.needs] + [note.text for note in receiver.notes]
        assert all(text and text.isprintable() and "|" not in text for text in said)
        assert receiver.read_in == "2026-11"
