"""What the patient supplied, as resources: the Patient and the response as it is sent."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Final

from fhir.intake.export import patient_supplied
from fhir.intake.response import subject

if TYPE_CHECKING:
    from fhir.intake.export import Export, Json

BIRTH_DATE: Final = "date_of_birth"
BIRTH_SEX: Final = "sex_at_birth"
BIRTH_SEX_URL: Final = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex"
# Of the value set's nullFlavors only these two are in all versions of US Core.
_BIRTH_SEX: Final = {"female": "F", "male": "M", "intersex": "OTH", "prefer_not": "UNK"}


def patient(export: Export) -> Json:
    """Build the Patient: who it is as far as known; our own form does not ask for the gender.

    What a form without rules asks under the same link ids may mean something else.
    """
    person = export.record.patient
    answers = export.answers if export.form.is_ruled else {}
    resource: Json = {"resourceType": "Patient", "meta": patient_supplied()}
    birth_sex = _BIRTH_SEX.get(str(answers.get(BIRTH_SEX)))
    if birth_sex:
        resource["extension"] = [{"url": BIRTH_SEX_URL, "valueCode": birth_sex}]
    resource["identifier"] = [person.identifier.to_json()]
    if person.name:
        resource["name"] = [{"text": person.name}]
    if answers.get(BIRTH_DATE):
        resource["birthDate"] = answers[BIRTH_DATE]
    return resource


def sent_response(export: Export) -> Json:
    """Return the response as it is sent: stored content, with its subject in the Bundle."""
    resource = deepcopy(export.response)
    resource.pop("id", None)
    resource["meta"] = resource.get("meta", {}) | patient_supplied()
    if "subject" in resource:
        resource["subject"] = export.patient()
    for name in ("author", "source"):
        person = _person(resource.pop(name, {}), export)
        if person:
            resource[name] = person
    return _in_order(resource, export.response)


def _person(reference: Json, export: Export) -> Json:
    """Point to the Patient of the Bundle, or drop an address that is another server's.

    ``Patient/12`` of the server where a response was filled in is somebody else elsewhere.
    """
    logical = {k: v for k, v in reference.items() if k != "reference"}
    if logical and logical == subject(export.record):
        return export.patient()
    absolute = str(reference.get("reference", "")).startswith(("http://", "https://"))
    return reference if absolute else logical


def _in_order(resource: Json, original: Json) -> Json:
    return {name: resource[name] for name in original | resource if name in resource}
