"""A response that is sent again: amended, amended twice, or not finished."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fhir.intake.conformance import validate
from fhir.intake.record import Identifier
from tests.export_case import (
    AMENDED,
    CALM,
    MARK,
    OWN,
    RECORD,
    UNFINISHED,
    Json,
    case,
    export,
    names,
    one,
    request_for,
    requests,
    resources,
)


@pytest.fixture(scope="module")
def bundle() -> Json:
    return export(case(MARK))


def test_amended_updates_what_was_sent(bundle: Json) -> None:
    amended = export(case(MARK), AMENDED)
    fixed = {"Questionnaire", "Patient", "DocumentReference", "Provenance"}
    for entry in amended["entry"]:
        kind = entry["resource"]["resourceType"]
        if kind not in fixed:
            assert entry["request"]["method"] == "PUT"
            assert entry["request"]["url"].startswith(f"{kind}?identifier=")
            assert entry["fullUrl"] in names(bundle)
    (request,) = requests(amended, "Patient")
    assert request["method"] == "POST"
    first, second = one(bundle, "DocumentReference"), one(amended, "DocumentReference")
    assert second["identifier"] != first["identifier"]
    (relation,) = second["relatesTo"]
    assert relation["code"] == "replaces"
    assert relation["target"]["identifier"] == first["identifier"][0]
    assert one(amended, "Provenance")["id"] != one(bundle, "Provenance")["id"]


def test_amended_withdraws_what_holds_no_more(bundle: Json) -> None:
    fewer = {k: v for k, v in case(CALM).items() if k != "sleep_hours"}
    amended = export(fewer, AMENDED, previous=bundle)
    assert validate(amended) == []
    assert request_for(amended, "emg_ncs")["status"] == "revoked"
    status = {
        r["code"]["coding"][-1]["code"]: r["status"] for r in resources(amended, "Observation")
    }
    assert (status["sleep_hours"], status["twitch_weeks"]) == ("entered-in-error", "amended")
    actions = one(amended, "RequestGroup").get("action", [])
    assert "Needle EMG with nerve conduction studies" not in {a["title"] for a in actions}


def test_a_second_amendment_replaces_the_first(bundle: Json) -> None:
    first = export(case(MARK), AMENDED, previous=bundle)
    later = replace(AMENDED, authored="2026-11-24T08:00:00Z")
    second = export(case(MARK), later, previous=first)
    (relation,) = one(second, "DocumentReference")["relatesTo"]
    assert relation["target"]["identifier"] == one(first, "DocumentReference")["identifier"][0]
    again = export(case(MARK), later, previous=second)
    assert "relatesTo" not in one(again, "DocumentReference")


def test_the_bundle_of_another_response_is_refused(bundle: Json) -> None:
    other = replace(AMENDED, identifier=Identifier(system=OWN.system, value="r-2"))
    with pytest.raises(ValueError, match="another response"):
        export(case(MARK), other, previous=bundle)


def test_an_unfinished_form_gives_no_findings() -> None:
    bundle = export(case(MARK), UNFINISHED)
    assert resources(bundle, "Observation") == []
    assert "not finished" in one(bundle, "Task")["description"]
    assert {request["method"] for request in requests(bundle, "ServiceRequest")} == {"PUT"}


def test_entered_in_error_is_refused() -> None:
    with pytest.raises(ValueError, match="entered in error"):
        export({}, replace(RECORD, status="entered-in-error"))
