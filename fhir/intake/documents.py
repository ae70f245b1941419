"""The PDF for the clinician as a DocumentReference with its content inline."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from typing import TYPE_CHECKING, Final

from fhir.intake import urls
from fhir.intake.export import DOCUMENT, RESOURCE_SYSTEM, RESPONSE, patient_supplied

if TYPE_CHECKING:
    from fhir.intake.export import Export, Json

_TYPE: Final = {
    "system": urls.LOINC,
    "code": "74465-6",
    "display": "Questionnaire response Document",
}
_CATEGORY: Final = {
    "system": "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category",
    "code": "clinical-note",
    "display": "Clinical Note",
}
_ASSESSED: Final = "Intake form with suggestions"
_NOT_ASSESSED: Final = "Intake form as it was answered"


def document_role(export: Export) -> str:
    """Return the role of the document: an updated response has one for each time of the form."""
    return f"{DOCUMENT}/{export.record.authored}" if export.is_update else DOCUMENT


def document(export: Export, pdf: bytes) -> Json:
    """Build the DocumentReference; it replaces the document of the version before."""
    resource: Json = {
        "resourceType": "DocumentReference",
        "meta": patient_supplied(),
        "identifier": export.identifier(document_role(export)),
        "status": "current",
        "docStatus": "preliminary",
        "type": {"coding": [dict(_TYPE)], "text": _ASSESSED if export.assessed else _NOT_ASSESSED},
        "category": [{"coding": [dict(_CATEGORY)]}],
        "subject": export.patient(),
        "date": export.instant,
        "author": [export.device()],
    }
    earlier = _earlier(export)
    if earlier and earlier not in resource["identifier"]:
        target = {"type": "DocumentReference", "identifier": earlier}
        resource["relatesTo"] = [{"code": "replaces", "target": target}]
    resource["content"] = [{"attachment": attachment(pdf, export.form.title or export.form.url)}]
    resource["context"] = {
        "period": {"start": export.instant, "end": export.instant},
        "related": [export.reference(RESPONSE)],
    }
    return resource


def attachment(pdf: bytes, title: str) -> Json:
    """Return an Attachment with a PDF; R4 wants the SHA-1 of the bytes, not of the base64."""
    digest = hashlib.sha1(pdf, usedforsecurity=False).digest()
    return {
        "contentType": "application/pdf",
        "data": b64encode(pdf).decode("ascii"),
        "size": len(pdf),
        "hash": b64encode(digest).decode("ascii"),
        "title": title,
    }


def _earlier(export: Export) -> Json | None:
    """Return the identifier of the document to replace."""
    if export.previous is not None:
        sent = [entry["resource"] for entry in export.previous["entry"]]
        documents = [resource for resource in sent if resource["resourceType"] == DOCUMENT]
        identifier: Json | None = documents[-1]["identifier"][0] if documents else None
        return identifier
    if export.record.status == "amended":
        return {"system": RESOURCE_SYSTEM, "value": export.uuid(DOCUMENT)}
    return None
