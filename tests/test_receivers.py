"""What a receiver takes of a Bundle: valid, complete as far as it can be, and accounted for."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from fhir.intake.receivers import receivers
from fhir.intake.receivers.plan import Plan, make_plan
from fhir.intake.receivers.text import plan_lines
from fhir.intake.resource_rules import check
from tests.cases import VIGNETTES
from tests.export_case import (
    AMENDED,
    CALM,
    EMERGENCY,
    MARK,
    RECORD,
    UNFINISHED,
    below,
    case,
    export,
    names,
    one,
)

Json = dict[str, Any]
NAMES = ["generic", "hapi", "medplum", "openemr", "oracle", "epic", "canvas"]
SINGLY = ["openemr", "oracle", "epic", "canvas"]
LARGEST_PDF = 5 * 1024 * 1024
WITH_ROWS = next(n for n, c in VIGNETTES.items() if len(c["answers"].get("medication") or ()) > 1)


def plan(receiver: str, bundle: Json) -> Plan:
    return make_plan(bundle, receivers()[receiver])


def sent(made: Plan) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = {}
    for entry in made.entries:
        found.setdefault(entry["resource"]["resourceType"], []).append(entry["resource"])
    return found


def account(made: Plan) -> str:
    return "\n".join(plan_lines(made))


def of_questions(response: Json) -> list[Json]:
    return [row for row in below(response) if isinstance(row, dict) and "linkId" in row]


def answers(response: Json) -> list[Json]:
    return [answer for row in of_questions(response) for answer in row.get("answer", ())]


def test_receivers_are_those_that_were_asked_for() -> None:
    assert [*receivers()] == NAMES


@pytest.mark.parametrize("receiver", ["generic", "hapi", "medplum"])
@pytest.mark.parametrize("record", [RECORD, AMENDED, UNFINISHED], ids=lambda r: r.status)
def test_what_takes_transactions_takes_the_bundle_as_it_is(receiver: str, record: Any) -> None:
    bundle = export(case(MARK), record)
    (request,) = plan(receiver, bundle).requests()
    assert (request["method"], request["url"]) == ("POST", "")
    assert json.dumps(request["resource"]) == json.dumps(bundle)


@pytest.mark.parametrize("name", [CALM, MARK, EMERGENCY, WITH_ROWS])
@pytest.mark.parametrize("record", [RECORD, AMENDED, UNFINISHED], ids=lambda r: r.status)
def test_every_resource_stays_valid_and_usable_alone(name: str, record: Any) -> None:
    bundle = export(case(name), record)
    before = deepcopy(bundle)
    for receiver in SINGLY:
        made = plan(receiver, bundle)
        assert made.faults() == []
        for request in made.requests():
            resource = request["resource"]
            get_fhir_model_class(resource["resourceType"]).model_validate(resource)
            problems = {problem.message for problem in check(resource)}
            allowed = {"names no questionnaire"} if receiver == "canvas" else set()
            assert problems <= allowed
            assert "urn:uuid:" not in json.dumps(resource)
    assert bundle == before


def test_all_is_accounted_for() -> None:
    bundle = export(case(MARK))
    for receiver in NAMES:
        made = plan(receiver, bundle)
        assert len(made.entries) + sum(made.left_out.values()) == len(bundle["entry"])
        assert all(reason.why for reason in (*made.left_out, *made.changes))


def test_only_the_document_goes_to_epic_and_oracle() -> None:
    bundle = export(case(MARK))
    for receiver in ("epic", "oracle"):
        made = plan(receiver, bundle)
        assert {*sent(made)} == {"DocumentReference"}
        left = {reason.at for reason in made.left_out}
        assert {"QuestionnaireResponse", "ServiceRequest", "Patient", "Provenance"} <= left
        assert "QuestionnaireResponse: " in account(made)


def test_requests_keep_their_condition() -> None:
    bundle = export(case(MARK))
    for request in plan("openemr", bundle).requests():
        (entry,) = [e for e in bundle["entry"] if is_same(e["resource"], request["resource"])]
        assert (request["method"], request["url"]) == ("POST", entry["request"]["url"])
        assert request["headers"]["If-None-Exist"] == entry["request"]["ifNoneExist"]
        assert request["headers"]["Content-Type"] == "application/fhir+json"


def is_same(one_resource: Json, other: Json) -> bool:
    return bool(one_resource.get("identifier") == other["identifier"])


def test_order_is_that_of_the_bundle() -> None:
    bundle = export(case(MARK))
    order = [entry["fullUrl"] for entry in plan("openemr", bundle).entries]
    assert order == [name for name in names(bundle) if name in order]
    assert len(order) > 2


def test_document_for_oracle() -> None:
    bundle = export(case(MARK), AMENDED)
    built = one(bundle, "DocumentReference")
    (document,) = sent(plan("oracle", bundle))["DocumentReference"]
    assert (document["status"], document["docStatus"]) == ("current", "final")
    assert [row["code"] for row in document["type"]["coding"]] == ["74465-6"]
    (content,) = document["content"]
    assert content["attachment"] == {
        "contentType": "application/pdf",
        "data": built["content"][0]["attachment"]["data"],
    }
    assert "T" in document["context"]["period"]["end"]
    assert document["identifier"] == built["identifier"]
    assert document["meta"] == built["meta"]
    assert document["subject"]["identifier"] == built["subject"]["identifier"]
    left_out = {"author", "relatesTo", "category", "date"}
    assert left_out <= {*built}
    assert not left_out & {*document}
    told = account(plan("oracle", bundle))
    for name in (*left_out, "needs from the site", "Practitioner", "encounter"):
        assert name in told


@pytest.mark.parametrize("receiver", ["oracle", "canvas"])
def test_an_unfinished_form_is_not_sent_as_a_finished_one(receiver: str) -> None:
    made = plan(receiver, export(case(MARK), UNFINISHED))
    refused = "DocumentReference" if receiver == "oracle" else "QuestionnaireResponse"
    assert refused not in sent(made)
    assert "in-progress" in account(made) or "would be an update" in account(made)


def test_response_for_canvas() -> None:
    bundle = export(case(WITH_ROWS))
    built = one(bundle, "QuestionnaireResponse")
    (response,) = sent(plan("canvas", bundle))["QuestionnaireResponse"]
    assert response["status"] == "completed"
    assert not {"identifier", "questionnaire"} & {*response}
    assert "profile" not in response["meta"]
    uris = [row.get("valueUri") for row in response["_questionnaire"]["extension"]]
    assert built["questionnaire"].split("|")[0] in uris
    assert {name for answer in answers(response) for name in answer} == {"valueString"}
    rows = of_questions(response)
    assert len({row["linkId"] for row in rows}) == len(rows)
    assert [row["text"] for row in rows] == [row["text"] for row in of_questions(built)]
    assert "If-None-Exist" not in plan("canvas", bundle).requests()[0]["headers"]


def test_no_answer_is_lost_in_words() -> None:
    bundle = export(case(WITH_ROWS))
    built = one(bundle, "QuestionnaireResponse")
    (response,) = sent(plan("canvas", bundle))["QuestionnaireResponse"]
    said = [answer["valueString"] for answer in answers(response)]
    assert len(said) == len(answers(built))
    for words, answer in zip(said, answers(built), strict=True):
        (value,) = answer.values()
        if isinstance(value, dict) and "value" in value:
            assert words == f"{value['value']} {value['unit']}"
        else:
            assert words == str(value["display"] if isinstance(value, dict) else value)


def test_an_update_is_left_out_where_only_creating_is_known() -> None:
    made = plan("canvas", export(case(MARK), RECORD, previous=export(case(MARK), UNFINISHED)))
    assert "QuestionnaireResponse" not in sent(made)
    assert "QuestionnaireResponse: would be an update" in account(made)


@pytest.mark.parametrize("receiver", SINGLY)
def test_a_large_pdf_is_not_sent(receiver: str) -> None:
    fits = plan(receiver, export(case(CALM), pdf=bytes(LARGEST_PDF)))
    assert "DocumentReference" in sent(fits)
    large = plan(receiver, export(case(CALM), pdf=bytes(LARGEST_PDF + 1)))
    assert "DocumentReference" not in sent(large)
    assert "5,242,881 is more than 5,242,880" in account(large)


def test_needs_are_those_of_what_is_sent() -> None:
    without = export(case(CALM), pdf=None)
    assert plan("oracle", without).needs == ()
    assert plan("oracle", without).requests() == []
    assert "would be sent: nothing" in account(plan("oracle", without))
    assert "canvas" in account(plan("canvas", without))
    needs = {
        need.at.removeprefix("QuestionnaireResponse") for need in plan("canvas", without).needs
    }
    assert needs == {".questionnaire", ".encounter", "*.subject"}


def test_an_account_names_no_patient() -> None:
    for receiver in receivers().values():
        told = account(make_plan(export(case(MARK)), receiver))
        assert str(RECORD.patient.name) not in told
        assert RECORD.patient.identifier.system not in told
        assert all(line.isprintable() for line in told.splitlines())


def test_hostile_labels_do_not_move_a_terminal() -> None:
    bundle = export(case(CALM))
    one(bundle, "Task")["code"]["text"] = "a\x1b[2J\nb"
    told = [*plan_lines(plan("generic", bundle))]
    assert any("(a [2J b)" in line for line in told)
    assert all(line.isprintable() for line in told)


def test_size_is_what_travels() -> None:
    bundle = export(case(CALM))
    (request,) = plan("oracle", bundle).requests()
    travels = json.dumps(request["resource"], ensure_ascii=False, separators=(",", ":"))
    assert f"{len(travels.encode()):,} bytes" in account(plan("oracle", bundle))
