"""A response made into a Bundle, as the tests of the export need it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fhir.intake.answers import check_answers
from fhir.intake.bundle import build_bundle
from fhir.intake.enablement import Enablement
from fhir.intake.record import Identifier, Patient, Record
from fhir.intake.response import build_response
from intake.content import standard_content
from referral import assess
from tests.cases import FORM_DAY, VIGNETTES

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]
PDF = b"%PDF-1.7\nnot a real one"
OWN = Identifier(system="https://clinic.example/response", value="r-1")
MRN = Identifier(system="https://clinic.example/mrn", value="42")
RECORD = Record(
    identifier=OWN,
    patient=Patient(identifier=MRN, name="A B"),
    authored="2026-11-22T09:14:00+01:00",
)

CALM, MARK, EMERGENCY = "V01", "V11", "V31"
AMENDED = replace(RECORD, status="amended", authored="2026-11-23T10:00:00+01:00")
UNFINISHED = replace(RECORD, status="in-progress")


def case(name: str) -> Json:
    answers: Json = VIGNETTES[name]["answers"]
    return answers


def export(
    raw: Json, record: Record = RECORD, *, pdf: bytes | None = PDF, previous: Json | None = None
) -> Json:
    content = standard_content()
    checked, problems = check_answers(raw, content.form, on=FORM_DAY)
    assert problems == []
    answers, _ = Enablement(content.form, checked, FORM_DAY).keep()
    return build_bundle(
        answers=answers,
        form=content.form,
        record=record,
        response=build_response(answers, content.form, record),
        questionnaire=content.questionnaire,
        assessment=assess(answers, pack=content.pack, on=FORM_DAY),
        pdf=pdf,
        product_version="1.2.3",
        sources=content.pack.tables.source,
        previous=previous,
    )


def without_form(bundle: Json) -> Json:
    """Leave out the large Questionnaire; every entry can stand without it."""
    entries = [e for e in bundle["entry"] if e["resource"]["resourceType"] != "Questionnaire"]
    return bundle | {"entry": entries}


def resources(bundle: Json, kind: str) -> list[Json]:
    found = [entry["resource"] for entry in bundle["entry"]]
    return [resource for resource in found if resource["resourceType"] == kind]


def one(bundle: Json, kind: str) -> Json:
    (resource,) = resources(bundle, kind)
    return resource


def requests(bundle: Json, kind: str) -> list[Json]:
    entries = bundle["entry"]
    return [e["request"] for e in entries if e["resource"]["resourceType"] == kind]


def below(value: object) -> Iterator[object]:
    """Yield every object, list and scalar of JSON data."""
    yield value
    children = value.values() if isinstance(value, dict) else value
    if isinstance(children, list) or isinstance(value, dict):
        for child in children:  # type: ignore[attr-defined]
            yield from below(child)


def names(bundle: Json) -> list[str]:
    return [entry["fullUrl"] for entry in bundle["entry"]]


def request_for(bundle: Json, test: str) -> Json:
    found = resources(bundle, "ServiceRequest")
    return next(r for r in found if r["code"]["coding"][0]["code"] == test)
