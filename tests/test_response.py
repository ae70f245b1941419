"""Answers to QuestionnaireResponse and back, without loss."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given

from fhir.intake import urls
from fhir.intake.answers import check_answers
from fhir.intake.enablement import Enablement
from fhir.intake.reading import read_items
from fhir.intake.record import Identifier, Patient, Record, is_datetime
from fhir.intake.response import build_response
from intake.content import standard_content
from tests.cases import FORM_DAY, VIGNETTES
from tests.strategies import ANSWERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from intake.content import Content

ID = Identifier(system="https://clinic.example/response", value="r-1")
PERSON = Patient(identifier=Identifier(system="https://clinic.example/mrn", value="42"), name="A B")
RECORD = Record(identifier=ID, patient=PERSON, authored="2026-11-22T09:14:00+01:00")


def build(answers: dict[str, Any]) -> dict[str, Any]:
    return build_response(answers, standard_content().form, RECORD)


def kept(raw: dict[str, Any]) -> dict[str, Any]:
    form = standard_content().form
    answers, problems = check_answers(raw, form, on=FORM_DAY)
    assert problems == []
    return Enablement(form, answers, FORM_DAY).keep()[0]


def read(response: dict[str, Any]) -> dict[str, Any]:
    raw, problems = read_items(response, standard_content().form)
    assert problems == []
    return kept(raw)


@given(ANSWERS)
def test_round_trip(raw: dict[str, Any]) -> None:
    answers = kept(raw)
    response = build(answers)
    assert read(response) == answers
    assert build(read(response)) == response


@pytest.mark.parametrize("case", VIGNETTES)
def test_structure(case: str, content: Content) -> None:
    from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse

    response = build(VIGNETTES[case]["answers"])
    QuestionnaireResponse.model_validate(response)
    order = list(content.form.items)

    def check(items: list[dict[str, Any]]) -> None:
        places = [order.index(item["linkId"]) for item in items]
        assert places == sorted(places)
        once = [i["linkId"] for i in items if not content.form.items[i["linkId"]].is_rows]
        assert len(set(once)) == len(once)
        for item in items:
            assert item["text"] == content.form.items[item["linkId"]].text
            assert item.get("answer") or item.get("item")
            check(item.get("item", []))

    check(response["item"])


def test_frame(mark: dict[str, Any], content: Content) -> None:
    response = build(mark)
    assert response["questionnaire"] == content.form.canonical
    display = response["_questionnaire"]["extension"][0]
    assert display == {"url": urls.DISPLAY, "valueString": content.form.title}
    assert response["identifier"] == {"system": ID.system, "value": ID.value}
    assert response["subject"]["identifier"]["value"] == "42"
    assert response["author"] == response["source"] == response["subject"]
    assert response["authored"] == "2026-11-22T09:14:00+01:00"


def test_someone_else_filled_in(mark: dict[str, Any]) -> None:
    parent = build({**mark, "completed_by": "parent"})
    assert parent["source"] == {"type": "RelatedPerson", "display": "A parent or guardian"}
    staff = build({**mark, "completed_by": "staff"})
    assert staff["author"]["type"] == "Practitioner"
    assert staff["source"] == staff["subject"]


def test_answer_types(mark: dict[str, Any]) -> None:
    rows = [{"med_name": "Lasix", "med_dose": "20 mg"}, {"med_name": {"code": "1", "system": "s"}}]
    answers = {**mark, "takes_medicines": "medicines", "medication": rows}
    groups = {item["linkId"]: item for item in build(answers)["item"]}
    how = {item["linkId"]: item["answer"] for item in groups["g_how"]["item"]}
    quantity = {"value": 26, "unit": "weeks", "system": urls.UCUM, "code": "wk"}
    assert how["twitch_weeks"] == [{"valueQuantity": quantity}]
    strength = {item["linkId"]: item["answer"] for item in groups["g_strength"]["item"]}
    assert [a["valueCoding"]["code"] for a in strength["muscle_size"]] == ["thinner", "side_diff"]
    assert set(strength["weakness_side"][0]["valueCoding"]) == {"system", "code", "display"}
    medicines = [i for i in groups["g_medicines"]["item"] if i["linkId"] == "medication"]
    assert len(medicines) == 2
    assert medicines[0]["item"][0]["answer"] == [{"valueString": "Lasix"}]
    assert medicines[1]["item"][0]["answer"] == [{"valueCoding": {"code": "1", "system": "s"}}]


def test_no_answers_no_items() -> None:
    assert "item" not in build({})


def edit(response: dict[str, Any], name: str) -> dict[str, Any]:
    for page in response["item"]:
        for item in page["item"]:
            if item["linkId"] == name:
                found: dict[str, Any] = item
                return found
    raise AssertionError(name)


MUTATIONS: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "unknown item": (lambda r: edit(r, "cramps").update(linkId="x"), "no item 'x' here"),
    "item on another page": (
        lambda r: r["item"][0]["item"].append(edit(r, "cramps")),
        "no item 'cramps' here",
    ),
    "order": (lambda r: r["item"].reverse(), "stands after a later item"),
    "twice": (lambda r: r["item"].append(r["item"][-1]), "is there twice"),
    "answer in a group": (lambda r: r["item"][0].update(answer=[]), "can not be answered"),
    "items under a question": (lambda r: edit(r, "cramps").update(item=[]), "can not stand below"),
    "two answers": (
        lambda r: edit(r, "cramps")["answer"].append(edit(r, "cramps")["answer"][0]),
        "takes one answer",
    ),
    "type": (lambda r: edit(r, "cramps").update(answer=[{"valueString": "no"}]), "valueCoding"),
    "two values": (
        lambda r: edit(r, "stress_level")["answer"][0].update(valueString="4"),
        "needs valueInteger",
    ),
    "no value": (lambda r: edit(r, "cramps").update(answer=[{}]), "needs valueCoding"),
    "empty answer": (lambda r: edit(r, "cramps").update(answer=[]), "not empty"),
    "empty items": (lambda r: r["item"][0].update(item=[]), "not empty"),
    "code": (
        lambda r: edit(r, "cramps")["answer"][0]["valueCoding"].update(code="x"),
        "none of the answers",
    ),
    "system": (
        lambda r: edit(r, "cramps")["answer"][0]["valueCoding"].update(system="x"),
        "none of the answers",
    ),
    "unit": (
        lambda r: edit(r, "twitch_weeks")["answer"][0]["valueQuantity"].update(code="d"),
        "is asked in weeks",
    ),
    "comparator": (
        lambda r: edit(r, "twitch_weeks")["answer"][0]["valueQuantity"].update(comparator="<"),
        "without a comparator",
    ),
    "coding is text": (
        lambda r: edit(r, "cramps").update(answer=[{"valueCoding": "no"}]),
        "needs a coding",
    ),
    "text": (lambda r: edit(r, "cramps").update(text="?"), "not that of the question"),
    "items no list": (lambda r: r.update(item={}), "must be a list"),
    "item no object": (lambda r: r.update(item=["x"]), "must be a list"),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_fault_is_found(name: str, mark: dict[str, Any], content: Content) -> None:
    mutate, message = MUTATIONS[name]
    response = copy.deepcopy(build(mark))
    mutate(response)
    _, problems = read_items(response, content.form)
    assert any(message in str(problem) for problem in problems), problems
    assert all(problem.place.startswith("QuestionnaireResponse.item") for problem in problems)


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("2026-11-22T09:14:00Z", True),
        ("2026-11-22T09:14:00.123+05:30", True),
        ("2026-11-22", True),
        ("2026-11", True),
        ("2026", True),
        ("2026-11-22T09:14:00", False),
        ("2026-11-22T09:14Z", False),
        ("2026-02-30", False),
        ("2026-13", False),
        ("2026-11-22T25:00:00Z", False),
        ("22 Nov 2026", False),
        (2026, False),
    ],
)
def test_datetime(text: object, good: bool) -> None:  # a table
    assert is_datetime(text) is good
