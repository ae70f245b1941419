"""What the resources of a Bundle say."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fhir.intake.conformance import validate
from fhir.intake.response import build_response
from referral import assess
from tests.cases import FORM_DAY, VIGNETTES
from tests.export_case import (
    CALM,
    EMERGENCY,
    MARK,
    MRN,
    PDF,
    RECORD,
    Json,
    below,
    case,
    export,
    names,
    one,
    request_for,
    resources,
)

if TYPE_CHECKING:
    from intake.content import RuledContent

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="module")
def bundle() -> Json:
    return export(case(MARK))


def test_patient(bundle: Json) -> None:
    patient = one(bundle, "Patient")
    assert patient["identifier"] == [MRN.to_json()]
    assert patient["name"] == [{"text": "A B"}]
    assert patient["birthDate"] == "1984-05-10"
    assert "gender" not in patient
    assert patient["meta"]["security"][0]["code"] == "PATAST"


@pytest.mark.parametrize(
    ("sex", "code"), [("female", "F"), ("male", "M"), ("intersex", "OTH"), ("prefer_not", "UNK")]
)
def test_sex_at_birth_is_the_birthsex_extension(sex: str, code: str) -> None:
    (extension,) = one(export({"sex_at_birth": sex}), "Patient")["extension"]
    assert extension["url"].endswith("/us-core-birthsex")
    assert extension["valueCode"] == code


def test_response_keeps_what_is_stored(bundle: Json, content: RuledContent) -> None:
    sent = one(bundle, "QuestionnaireResponse")
    stored = build_response(case(MARK), content.form, RECORD)
    assert sent["item"] == stored["item"]
    assert [*sent][:6] == [*stored][:6]
    assert sent["subject"] == {
        "reference": bundle["entry"][1]["fullUrl"],
        "type": "Patient",
        "identifier": MRN.to_json(),
        "display": "A B",
    }
    assert sent["author"] == sent["source"] == sent["subject"]


def test_an_address_of_another_server_is_dropped() -> None:
    record = replace(
        RECORD,
        author={"reference": "Practitioner/1", "display": "Dr X"},
        source={"reference": "Patient/1"},
    )
    sent = one(export({}, record), "QuestionnaireResponse")
    assert sent["author"] == {"display": "Dr X"}
    assert "source" not in sent


def test_observations(bundle: Json) -> None:
    found = {r["code"]["coding"][-1]["code"]: r for r in resources(bundle, "Observation")}
    weeks, caffeine = found["twitch_weeks"], found["caffeine_mg_day"]
    quantity = {"value": 26, "unit": "weeks", "system": "http://unitsofmeasure.org", "code": "wk"}
    assert weeks["valueQuantity"] == quantity
    assert weeks["derivedFrom"] == [{"reference": bundle["entry"][2]["fullUrl"]}]
    assert weeks["meta"]["security"][0]["code"] == "PATAST"
    assert (caffeine["valueQuantity"]["value"], caffeine["valueQuantity"]["code"]) == (288, "mg/d")
    assert "meta" not in caffeine
    assert found["article_red_flags"]["valueInteger"] >= 2
    assert not any("loinc" in c["system"] for r in found.values() for c in r["code"]["coding"])


def test_no_observation_says_that_no_flag_is_present() -> None:
    assert resources(export({}), "Observation") == []


@pytest.mark.parametrize(
    ("name", "priority", "due"),
    [
        (EMERGENCY, "asap", "2026-11-22"),
        (MARK, "urgent", "2026-12-06"),
        (CALM, "routine", "2026-12-13"),
    ],
)
def test_urgency(name: str, priority: str, due: str) -> None:
    bundle = export(case(name))
    task = one(bundle, "Task")
    assert task["priority"] == priority
    assert task["restriction"]["period"]["end"] == due
    for kind in ("ServiceRequest", "RequestGroup"):
        for resource in resources(bundle, kind):
            found = (resource["status"], resource["intent"], resource["priority"])
            assert found == ("draft", "proposal", priority)


def test_one_request_for_each_suggested_test(bundle: Json, content: RuledContent) -> None:
    assessment = assess(case(MARK), pack=content.pack, on=FORM_DAY)
    wanted = [s.test.label for s in assessment.suggestions if s.status == "suggested"]
    assert assessment.advice
    assert [r["code"]["text"] for r in resources(bundle, "ServiceRequest")] == wanted
    actions = one(bundle, "RequestGroup")["action"]
    assert [action["title"] for action in actions] == wanted
    addresses = [
        entry["fullUrl"]
        for entry in bundle["entry"]
        if entry["resource"]["resourceType"] == "ServiceRequest"
    ]
    assert [action["resource"]["reference"] for action in actions] == addresses


def test_deferred_tests_are_not_proposed(content: RuledContent) -> None:
    deferred = 0
    for vignette in VIGNETTES.values():
        assessment = assess(vignette["answers"], pack=content.pack, on=FORM_DAY)
        late = {s.test.label for s in assessment.suggestions if s.status == "deferred"}
        sent = resources(export(vignette["answers"]), "ServiceRequest")
        assert not late & {request["code"]["text"] for request in sent}
        deferred += len(late)
    assert deferred


def test_a_request_says_why(bundle: Json) -> None:
    request = request_for(bundle, "emg_ncs")
    text = "\n".join(note["text"] for note in request["note"])
    assert "Rule W30 (guideline)" in text
    assert "- Muscle size change: A muscle got thinner or smaller" in text
    assert "\nSources:\n- Article for patients" in text
    assert "Preparation: Skin clean" in text
    assert all(note["time"] == RECORD.authored for note in request["note"])
    assert {"reference": bundle["entry"][2]["fullUrl"]} in request["supportingInfo"]
    magnesium = request_for(bundle, "lab_magnesium")
    assert magnesium["code"]["coding"][1]["code"] == "19123-9"
    weeks = resources(bundle, "Observation")[0]
    assert magnesium["reasonReference"] == [
        {"reference": f"urn:uuid:{weeks['identifier'][0]['value']}"}
    ]


def test_what_was_typed_can_not_act_as_markup() -> None:
    typed = "[x](javascript:y)\n# <b>lithium</b>"
    bundle = export({"takes_medicines": "medicines", "medication": [{"med_name": typed}]})
    notes = [part["text"] for part in below(bundle) if isinstance(part, dict) and "time" in part]
    (caution,) = [note for note in notes if "could not be matched" in note]
    assert r"- Medicines: \[x\](javascript:y) \# \<b\>lithium\</b\>" in caution


def test_document(bundle: Json) -> None:
    document = one(bundle, "DocumentReference")
    attachment = document["content"][0]["attachment"]
    assert base64.b64decode(attachment["data"]) == PDF
    assert attachment["size"] == len(PDF)
    assert base64.b64decode(attachment["hash"]) == hashlib.sha1(PDF).digest()  # noqa: S324
    assert document["type"]["coding"][0]["code"] == "74465-6"
    assert (document["status"], document["docStatus"]) == ("current", "preliminary")
    assert document["date"] == RECORD.authored
    assert "relatesTo" not in document


def test_without_pdf_there_is_no_document() -> None:
    bundle = export(case(MARK), pdf=None)
    assert resources(bundle, "DocumentReference") == []
    assert validate(bundle) == []


def test_provenance(bundle: Json) -> None:
    provenance = one(bundle, "Provenance")
    targets = [target["reference"] for target in provenance["target"]]
    assert targets == names(bundle)[3:-1]
    assert provenance["agent"][0]["who"]["display"] == "intake-referral 1.2.3"
    sources = [entity["what"] for entity in provenance["entity"]]
    assert sources[0] == {"reference": names(bundle)[2]}
    assert sources[1]["display"].startswith("Rule pack muscle-twitching 20")


def test_a_bare_date_becomes_an_instant() -> None:
    bundle = export({}, replace(RECORD, authored="2026-11-22"))
    assert one(bundle, "Provenance")["recorded"] == "2026-11-22T00:00:00Z"
    assert one(bundle, "QuestionnaireResponse")["authored"] == "2026-11-22"
