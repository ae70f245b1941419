"""The transaction Bundle: valid for any answers, the same each time, safe to send twice."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhir.intake.bundle import build_bundle
from fhir.intake.conformance import validate
from fhir.intake.record import Identifier, Patient
from fhir.intake.response import build_response
from fhir.intake.strict_json import dump_json
from referral import assess
from tests.cases import FORM_DAY, VIGNETTES
from tests.export_case import (
    AMENDED,
    CALM,
    EMERGENCY,
    MARK,
    OWN,
    PDF,
    RECORD,
    UNFINISHED,
    Json,
    below,
    case,
    export,
    names,
    one,
    requests,
    without_form,
)
from tests.strategies import ANSWERS

if TYPE_CHECKING:
    from intake.content import RuledContent

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="module")
def bundle() -> Json:
    return export(case(MARK))


@pytest.mark.parametrize("name", [CALM, MARK, EMERGENCY])
def test_golden(name: str) -> None:
    """UPDATE_GOLDENS=1 writes them anew; the Questionnaire is compared elsewhere."""
    path = GOLDEN / f"bundle-{name.lower()}.json"
    data = dump_json(without_form(export(case(name))))
    if os.environ.get("UPDATE_GOLDENS"):
        path.write_bytes(data)
    assert data == path.read_bytes()


def test_same_input_same_bytes(bundle: Json) -> None:
    assert dump_json(export(case(MARK))) == dump_json(bundle)
    assert json.loads(dump_json(bundle)) == bundle


def test_another_response_has_other_names(bundle: Json) -> None:
    own = Identifier(system=OWN.system, value="r-2")
    other = export(case(MARK), replace(RECORD, identifier=own))
    assert not set(names(bundle)) & set(names(other))


@pytest.mark.parametrize("name", VIGNETTES)
@pytest.mark.parametrize("record", [RECORD, AMENDED, UNFINISHED], ids=lambda r: r.status)
def test_every_case_is_valid(name: str, record: Any) -> None:
    assert validate(export(case(name), record)) == []


@settings(max_examples=40)
@given(
    raw=ANSWERS,
    status=st.sampled_from(["completed", "amended", "in-progress", "stopped"]),
    authored=st.sampled_from(["2026-11-22T09:14:00.5Z", "2026-11-22", "2026-11", "2026"]),
    pdf=st.sampled_from([None, PDF]),
)
def test_any_answers_make_a_valid_bundle(
    raw: Json, status: str, authored: str, pdf: bytes | None
) -> None:
    bundle = export(raw, replace(RECORD, status=status, authored=authored), pdf=pdf)
    assert validate(bundle) == []
    assert not [part for part in below(bundle) if part is None or part in ("", [], {})]


def test_nothing_answered_and_nothing_suggested(content: RuledContent) -> None:
    empty = replace(
        assess({}, pack=content.pack, on=FORM_DAY),
        tier=None,
        target_days=None,
        rules=(),
        suggestions=(),
        cautions=(),
        undecided=(),
        advice=(),
    )
    bundle = build_bundle(
        answers={},
        form=content.form,
        record=RECORD,
        response=build_response({}, content.form, RECORD),
        questionnaire=content.questionnaire,
        assessment=empty,
        pdf=None,
        product_version="1.2.3",
    )
    assert validate(bundle) == []
    assert "action" not in one(bundle, "RequestGroup")
    assert "restriction" not in one(bundle, "Task")
    assert one(bundle, "Task")["priority"] == "routine"


def test_the_input_is_left_as_it_was(content: RuledContent) -> None:
    before = json.dumps(content.questionnaire)
    bundle = export(case(MARK))
    copy = json.dumps(bundle)
    validate(bundle)
    assert json.dumps(bundle) == copy
    assert json.dumps(content.questionnaire) == before


def test_nothing_is_shared_between_resources(bundle: Json) -> None:
    seen: dict[int, object] = {}
    for entry in bundle["entry"]:
        for part in below(entry):
            if isinstance(part, dict | list):
                assert id(part) not in seen, part
                seen[id(part)] = part


def test_requests_find_what_they_create(bundle: Json) -> None:
    for entry in bundle["entry"]:
        kind, request = entry["resource"]["resourceType"], entry["request"]
        if kind == "Provenance":
            name = entry["fullUrl"].removeprefix("urn:uuid:")
            assert request == {"method": "PUT", "url": f"Provenance/{name}"}
            assert entry["resource"]["id"] == name
        else:
            assert (request["method"], request["url"]) == ("POST", kind)
            assert "id" not in entry["resource"]
    form = one(bundle, "Questionnaire")
    (request,) = requests(bundle, "Questionnaire")
    assert request["ifNoneExist"] == f"url={form['url']}&version={form['version']}"
    (request,) = requests(bundle, "QuestionnaireResponse")
    assert request["ifNoneExist"] == f"identifier={OWN.system}|{OWN.value}"


def test_values_in_searches_are_escaped() -> None:
    mrn = Identifier(system="urn:oid:1.2.3", value="a b&c=d|e,f+ü")
    bundle = export({}, replace(RECORD, patient=Patient(identifier=mrn)))
    (request,) = requests(bundle, "Patient")
    escaped = "a%20b%26c%3Dd%5C%7Ce%5C%2Cf%2B%C3%BC"
    assert request["ifNoneExist"] == f"identifier=urn:oid:1.2.3|{escaped}"
    assert validate(bundle) == []
