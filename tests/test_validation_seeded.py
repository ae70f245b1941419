"""Seeded defects: in a response that fits a random form, each one is found by its code."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings

from fhir.intake.issue_codes import CODES
from fhir.intake.loading import load_form
from fhir.intake.validation import check_response
from tests.random_forms import KG, answered, coding, forms

if TYPE_CHECKING:
    from collections.abc import Callable

Json = dict[str, Any]
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def top(response: Json, link_id: str) -> Json:
    found: Json = next(row for row in response["item"] if row["linkId"] == link_id)
    return found


def question(response: Json, link_id: str) -> Json:
    rows = top(response, "a")["item"]
    found: Json = next(row for row in rows if row["linkId"] == link_id)
    return found


def answer(link_id: str, **value: Any) -> Callable[[Json], None]:
    """Make a defect: put another answer in the place of the first."""

    def seed(response: Json) -> None:
        question(response, link_id)["answer"][0] = value

    return seed


def part(link_id: str, element: str, **parts: Any) -> Callable[[Json], None]:
    """Make a defect: change parts of an answer that is an object; None leaves a part out."""

    def seed(response: Json) -> None:
        value = question(response, link_id)["answer"][0][element]
        value.update(parts)
        for name in [name for name, each in parts.items() if each is None]:
            del value[name]

    return seed


def frame(**parts: Any) -> Callable[[Json], None]:
    def seed(response: Json) -> None:
        response.update(parts)
        for name in [name for name, each in parts.items() if each is None]:
            del response[name]

    return seed


def change(link_id: str, **parts: Any) -> Callable[[Json], None]:
    def seed(response: Json) -> None:
        row = top(response, link_id) if link_id in {"a", "rows", "last"} else None
        (row or question(response, link_id)).update(parts)

    return seed


def without(link_id: str) -> Callable[[Json], None]:
    def seed(response: Json) -> None:
        top(response, "a")["item"].remove(question(response, link_id))

    return seed


def add(link_id: str, *answers: Json) -> Callable[[Json], None]:
    def seed(response: Json) -> None:
        question(response, link_id)["answer"] += answers

    return seed


def swapped(response: Json) -> None:
    rows = top(response, "a")["item"]
    rows[0], rows[1] = rows[1], rows[0]


def twice(response: Json) -> None:
    rows = top(response, "a")["item"]
    rows.insert(1, copy.deepcopy(rows[0]))


def split(response: Json) -> None:
    rows = top(response, "a")["item"]
    rows.insert(3, {**rows[2], "answer": [rows[2]["answer"].pop()]})


def two_groups(response: Json) -> None:
    place = response["item"].index(top(response, "a"))
    response["item"].insert(place, copy.deepcopy(response["item"][place]))


def stray(response: Json) -> None:
    top(response, "a")["item"].append(answered("nowhere", {"valueString": "x"}))


def misplaced(response: Json) -> None:
    response["item"].append(question(response, "number"))


def display(response: Json) -> None:
    rows = top(response, "a")["item"]
    rows.insert(rows.index(question(response, "open")), answered("note", {"valueString": "x"}))


def beside(response: Json) -> None:
    row = question(response, "yes")
    row["item"] = row["answer"][0].pop("item")


def one_row(response: Json) -> None:
    response["item"].remove(top(response, "rows"))


def four_rows(response: Json) -> None:
    place = response["item"].index(top(response, "rows"))
    response["item"][place:place] = [copy.deepcopy(top(response, "rows")) for _ in range(2)]


def no_link_id(response: Json) -> None:
    del question(response, "number")["linkId"]


DEFECTS: list[tuple[str, Callable[[Json], None]]] = [
    ("unknown-link-id", stray),
    ("no-link-id", no_link_id),
    ("misplaced", misplaced),
    ("order", swapped),
    ("repeated-item", twice),
    ("repeated-item", two_groups),
    ("split-question", split),
    ("text-differs", change("number", text="Another text")),
    ("answered-display", display),
    ("answered-group", change("a", answer=[{"valueString": "x"}])),
    ("items-beside-answer", beside),
    ("too-many-answers", add("number", {"valueInteger": 4})),
    ("required-missing", without("text")),
    ("required-missing", change("a", item=[])),
    ("not-enabled", answer("yes", valueBoolean=False)),
    ("not-enabled", without("yes")),
    ("too-few", one_row),
    ("too-many", four_rows),
    ("too-many", add("list", coding("c2"), coding("c4"))),
    ("exclusive-option", add("list", coding("none"))),
    ("duplicate-answer", add("list", coding("c1"))),
    ("not-an-option", answer("list", **coding("c9"))),
    ("not-an-option", part("list", "valueCoding", system="https://elsewhere.example")),
    ("not-an-option", answer("open", **coding("c9"))),
    ("display-differs", part("list", "valueCoding", display="Not that")),
    ("no-system", part("list", "valueCoding", system=None)),
    ("option-as-text", answer("open", valueString="C1")),
    ("wrong-type", answer("number", valueString="3")),
    ("wrong-type", answer("text", **coding("c1"))),
    ("bad-format", answer("number", valueInteger=3.5)),
    ("bad-format", answer("number", valueInteger="3")),
    ("bad-format", answer("number", valueInteger=True)),
    ("bad-format", answer("day", valueDate="2026-02-30")),
    ("bad-format", answer("moment", valueDateTime="2026-11-22T10:00:00")),
    ("bad-format", answer("clock", valueTime="25:00:00")),
    ("bad-format", answer("page", valueUri="urn:uuid:0")),
    ("bad-format", answer("text", valueString="a\u0001b")),
    ("below-minimum", answer("number", valueInteger=-1)),
    ("above-maximum", answer("number", valueInteger=11)),
    ("below-minimum", answer("day", valueDate="1999-12-31")),
    ("above-maximum", answer("mass", valueQuantity={"value": 501, **KG})),
    ("below-minimum", answer("mass", valueQuantity={"value": 999, **KG, "code": "g"})),
    ("not-comparable", part("mass", "valueQuantity", code="cm")),
    ("unit", part("mass", "valueQuantity", code="cm")),
    ("unit", part("mass", "valueQuantity", code=None)),
    ("unit-differs", answer("mass", valueQuantity={"value": 2000, **KG, "code": "g"})),
    ("unknown-unit", part("mass", "valueQuantity", code="Kg")),
    ("no-number", part("mass", "valueQuantity", value=None)),
    ("decimal-places", answer("share", valueDecimal=0.55)),
    ("too-short", answer("text", valueString="a")),
    ("too-long", answer("text", valueString="a" * 21)),
    ("pattern", answer("text", valueString="UPPER")),
    ("line-break", answer("text", valueString="a\nb")),
    ("content-type", part("file", "valueAttachment", contentType="image/png")),
    ("content-type", part("file", "valueAttachment", contentType=None)),
    ("attachment-size", part("file", "valueAttachment", size=4)),
    ("attachment-data", part("file", "valueAttachment", data="!")),
    ("attachment-too-large", part("file", "valueAttachment", data="AAAA" * 40, size=120)),
    ("reference-type", part("who", "valueReference", reference="Organization/1")),
    ("reference-type", part("who", "valueReference", reference="https://x.example/Cat/1")),
    ("reference-type-unknown", part("who", "valueReference", reference="urn:oid:1.2")),
    ("reference", part("who", "valueReference", reference="Pat ient/1")),
    ("unknown-property", answer("text", valueCode="x")),
    ("several-values", answer("text", valueString="ab", valueInteger=1)),
    ("empty", change("number", answer=[])),
    ("empty", answer("number")),
    ("wrong-json", change("number", answer={"valueInteger": 1})),
    ("bad-extension", change("number", extension=[{"url": "https://x.example"}])),
    ("status", frame(status="done")),
    ("status", frame(status=None)),
    ("bad-format", frame(authored="2026-11-22T10:00:00")),
    ("outside-period", frame(authored="2025-12-31")),
    ("outside-period", frame(authored="2027-01-01")),
    ("other-questionnaire", frame(questionnaire="https://forms.example/Questionnaire/other")),
    ("other-questionnaire", frame(questionnaire="https://forms.example/Questionnaire/random|2")),
    ("no-questionnaire", frame(questionnaire=None)),
    ("subject-type", frame(subject={"reference": "Device/1"})),
    ("no-subject", frame(subject=None)),
]


@given(forms())
@settings(max_examples=60, deadline=None)
def test_what_fits_has_no_issues(drawn: tuple[Json, Json]) -> None:
    questionnaire, response = drawn
    before = copy.deepcopy(response)
    assert check_response(response, load_form(questionnaire), now=NOW) == ()
    assert response == before


@pytest.mark.parametrize(
    ("code", "seed"), DEFECTS, ids=[f"{n}-{c}" for n, (c, _) in enumerate(DEFECTS)]
)
@given(drawn=forms())
@settings(max_examples=4, deadline=None)
def test_defects_are_found(
    code: str, seed: Callable[[Json], None], drawn: tuple[Json, Json]
) -> None:
    questionnaire, response = drawn
    seed(response)
    issues = check_response(response, load_form(questionnaire), now=NOW)
    found = [issue for issue in issues if issue.code == code]
    assert found, [issue.code for issue in issues]
    assert found[0].severity == CODES[code].severity
    assert found[0].message.endswith(".")
