"""Files of every kind to submissions."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from fhir.intake.record import PERSON_SYSTEM, Identifier
from fhir.intake.response import build_response
from intake.submission import Frame, InputError, Submission, parse_submission
from tests.cases import FORM_DAY, VIGNETTES

if TYPE_CHECKING:
    from intake.content import RuledContent

Json = dict[str, Any]
NOW = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
DAY = Frame(now=NOW, on=FORM_DAY)


def parse(content: RuledContent, data: Any, frame: Frame = DAY, stem: str = "case") -> Submission:
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return parse_submission(raw, name="f.json", stem=stem, form=content.form, frame=frame)


def as_response(content: RuledContent, submission: Submission) -> dict[str, Any]:
    return build_response(submission.answers, content.form, submission.record)


def test_flat_case_and_response_say_the_same(content: RuledContent, mark: Json) -> None:
    flat = parse(content, mark)
    case = parse(content, VIGNETTES["V11"])
    response = parse(content, as_response(content, flat))
    assert flat.answers == case.answers == response.answers == mark
    assert response.record.identifier == flat.record.identifier
    assert as_response(content, response) == as_response(content, flat)


def test_same_bytes_same_identity(content: RuledContent, mark: Json) -> None:
    first = parse(content, mark).record
    assert parse(content, mark).record == first
    assert parse(content, mark, stem="other").record.identifier != first.identifier
    other = parse(content, {**mark, "alcohol_week": 3}).record
    assert other.identifier != first.identifier
    assert other.patient.identifier != first.patient.identifier


def test_day_of_the_form(content: RuledContent, mark: Json) -> None:
    assert parse(content, mark).record.authored == "2026-11-22T00:00:00Z"
    today = parse(content, mark, Frame(now=NOW))
    assert (today.record.day, today.record.authored) == (
        date(2026, 12, 1),
        "2026-12-01T09:30:00+00:00",
    )
    dated = {**VIGNETTES["V11"], "meta": {"form_date": "2026-11-20"}}
    assert parse(content, dated, Frame(now=NOW)).record.day == date(2026, 11, 20)
    assert parse(content, dated).record.day == FORM_DAY


def test_authored_of_a_response_is_kept(content: RuledContent, mark: Json) -> None:
    response = as_response(content, parse(content, mark))
    response["authored"] = "2026-11-22T23:30:00-08:00"
    kept = parse(content, response, Frame(now=NOW))
    assert (kept.record.day, kept.record.authored) == (FORM_DAY, "2026-11-22T23:30:00-08:00")
    later = parse(content, response, Frame(now=NOW, on=date(2026, 11, 30)))
    assert (later.record.day, later.record.authored) == (date(2026, 11, 30), kept.record.authored)


def test_missing_required_answer_is_in_progress(
    content: RuledContent, mark: dict[str, Any]
) -> None:
    blank = {k: v for k, v in mark.items() if k != "cramps"}
    submission = parse(content, blank)
    assert submission.missing == ("cramps",)
    assert submission.record.status == "in-progress"
    assert submission.notes() == ["warning: required questions are not answered: cramps"]


def test_unfinished_response_stays_unfinished(content: RuledContent, mark: Json) -> None:
    response = as_response(content, parse(content, mark))
    response["status"] = "in-progress"
    assert parse(content, response).record.status == "in-progress"
    response["status"] = "amended"
    assert parse(content, response).record.status == "amended"


def test_hidden_answers_are_dropped_with_a_note(
    content: RuledContent, mark: dict[str, Any]
) -> None:
    submission = parse(content, {**mark, "b6_mg_day": 5})
    assert "b6_mg_day" not in submission.answers
    expected = "dropped answers to questions that are not shown: b6_mg_day"
    assert submission.notes() == [expected]


def test_patient_as_told_or_as_in_the_response(content: RuledContent, mark: Json) -> None:
    number = Identifier(system="https://clinic.example/mrn", value="7")
    told = parse(content, mark, Frame(now=NOW, patient=number, patient_name="Ana Ruiz"))
    assert (told.record.patient.identifier, told.record.patient.name) == (number, "Ana Ruiz")
    kept = parse(content, as_response(content, told))
    assert kept.record.patient == told.record.patient
    assert parse(content, mark).record.patient.identifier.system == PERSON_SYSTEM


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "f.json: is not JSON"),
        (b"[]", "f.json: holds no JSON object"),
        (b'"x"', "f.json: holds no JSON object"),
        ({"vignettes": [{}, {}]}, "f.json: holds 2 cases; give one case in each file"),
        ({"resourceType": "Bundle"}, "f.json: is a Bundle, not a QuestionnaireResponse"),
        ({"answers": {"nobody": 1}}, "f.json: nobody: there is no such question"),
        ({"cramps": "x", "nobody": 1}, "f.json: nobody: there is no such question (and 1 more)"),
    ],
)
def test_bad_input(content: RuledContent, data: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(content, data)
    assert str(caught.value).startswith(message)


def test_bad_form_date(content: RuledContent) -> None:
    with pytest.raises(InputError, match=r"meta\.form_date: 'x' is no date"):
        parse(content, {"meta": {"form_date": "x"}, "answers": {}}, Frame(now=NOW))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"questionnaire": "http://other.example/q"}, "questionnaire: answers another form"),
        ({"questionnaire": None}, "questionnaire: answers another form"),
        ({"status": "done"}, "status: must be one of"),
        ({"status": "entered-in-error"}, "status: is marked as entered in error"),
        ({"authored": "yesterday"}, "authored: is no date and time"),
        ({"authored": "2026-11-22T09:00:00"}, "authored: is no date and time"),
        ({"identifier": {"value": "x"}}, "identifier: needs a system and a value"),
        ({"identifier": "x"}, "identifier: needs a system and a value"),
        ({"subject": "x"}, "subject: is no reference"),
        ({"subject": {"display": 5}}, "subject: is no reference"),
        ({"language": 5}, "language: is no language code"),
        ({"item": {"linkId": "x"}}, "QuestionnaireResponse.item: item is no list"),
    ],
)
def test_bad_response(
    content: RuledContent, mark: dict[str, Any], change: dict[str, Any], message: str
) -> None:
    response = {**as_response(content, parse(content, mark)), **change}
    with pytest.raises(InputError) as caught:
        parse(content, response)
    assert str(caught.value).startswith(f"f.json: {message}")


def test_day_given_counts_for_age_and_target(content: RuledContent, mark: Json) -> None:
    from referral import assess

    response = as_response(content, parse(content, {**mark, "date_of_birth": "1981-11-25"}))
    ages = []
    for day in (FORM_DAY, date(2026, 11, 25)):
        submission = parse(content, response, Frame(now=NOW, on=day))
        found = assess(submission.answers, pack=content.pack, on=submission.record.day)
        ages.append(any(row.rule.id == "S07" for row in found.rules))
    assert ages == [False, True]


def test_answer_beside_the_answers_is_an_error(content: RuledContent) -> None:
    data = {"answers": {"consent": "all"}, "emergency_signs": ["breathless"]}
    with pytest.raises(InputError, match="emergency_signs: stands beside the answers"):
        parse(content, data)


def test_what_is_not_kept_is_said(content: RuledContent, mark: Json) -> None:
    response = as_response(content, parse(content, mark))
    response |= {"id": "x", "encounter": {"reference": "Encounter/1"}}
    response["subject"]["reference"] = "Patient/12"
    notes = parse(content, response).notes()
    assert notes == ["not kept from the response: id, encounter, subject.reference"]


def test_malformed_patient_identifier_is_an_error(
    content: RuledContent, mark: dict[str, Any]
) -> None:
    response = as_response(content, parse(content, mark))
    response["subject"]["identifier"] = {"system": 5, "value": "MRN1"}
    with pytest.raises(InputError, match=r"subject\.identifier: needs a system and a value"):
        parse(content, response)
