"""The codes that R4 demands where a resource of ours holds one of a closed list.

fhir.resources takes any word for them.
"""

from __future__ import annotations

from typing import Final

_PUBLICATION: Final = frozenset({"draft", "active", "retired", "unknown"})
_REQUEST_STATUS: Final = frozenset(
    {"draft", "active", "on-hold", "revoked", "completed", "entered-in-error", "unknown"}
)
_TASK_INTENT: Final = frozenset(
    {"unknown", "proposal", "plan", "order", "original-order", "reflex-order"}
    | {"filler-order", "instance-order", "option"}
)
_REQUEST_INTENT: Final = (_TASK_INTENT - {"unknown"}) | {"directive"}
_PRIORITY: Final = frozenset({"routine", "urgent", "asap", "stat"})

ITEM_TYPES: Final = frozenset(
    {"group", "display", "question", "boolean", "decimal", "integer", "date", "dateTime", "time"}
    | {"string", "text", "url", "choice", "open-choice", "attachment", "reference", "quantity"}
)

BINDINGS: Final = {
    "Bundle.type": frozenset(
        {"document", "message", "transaction", "transaction-response", "batch"}
        | {"batch-response", "history", "searchset", "collection"}
    ),
    "Bundle.entry.request.method": frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"}),
    "Patient.gender": frozenset({"male", "female", "other", "unknown"}),
    "Questionnaire.status": _PUBLICATION,
    "Questionnaire.item.type": ITEM_TYPES,
    "Questionnaire.item.enableBehavior": frozenset({"all", "any"}),
    "Questionnaire.item.enableWhen.operator": frozenset(
        {"exists", "=", "!=", ">", "<", ">=", "<="}
    ),
    "QuestionnaireResponse.status": frozenset(
        {"in-progress", "completed", "amended", "entered-in-error", "stopped"}
    ),
    "Observation.status": frozenset(
        {"registered", "preliminary", "final", "amended", "corrected", "cancelled"}
        | {"entered-in-error", "unknown"}
    ),
    "ServiceRequest.status": _REQUEST_STATUS,
    "ServiceRequest.intent": _REQUEST_INTENT,
    "ServiceRequest.priority": _PRIORITY,
    "RequestGroup.status": _REQUEST_STATUS,
    "RequestGroup.intent": _REQUEST_INTENT,
    "RequestGroup.priority": _PRIORITY,
    "RequestGroup.action.priority": _PRIORITY,
    "Task.status": frozenset(
        {"draft", "requested", "received", "accepted", "rejected", "ready", "cancelled"}
        | {"in-progress", "on-hold", "failed", "completed", "entered-in-error"}
    ),
    "Task.intent": _TASK_INTENT,
    "Task.priority": _PRIORITY,
    "DocumentReference.status": frozenset({"current", "superseded", "entered-in-error"}),
    "DocumentReference.docStatus": frozenset(
        {"preliminary", "final", "amended", "entered-in-error"}
    ),
    "DocumentReference.relatesTo.code": frozenset({"replaces", "transforms", "signs", "appends"}),
    "Provenance.entity.role": frozenset(
        {"derivation", "revision", "quotation", "source", "removal"}
    ),
}

REFERENCES: Final = {
    "QuestionnaireResponse.author": frozenset(
        {"Device", "Practitioner", "PractitionerRole", "Patient", "RelatedPerson", "Organization"}
    ),
    "QuestionnaireResponse.source": frozenset(
        {"Patient", "Practitioner", "PractitionerRole", "RelatedPerson"}
    ),
    "Observation.subject": frozenset({"Patient", "Group", "Device", "Location"}),
    "Observation.derivedFrom": frozenset(
        {"DocumentReference", "ImagingStudy", "Media", "QuestionnaireResponse", "Observation"}
        | {"MolecularSequence"}
    ),
    "ServiceRequest.subject": frozenset({"Patient", "Group", "Location", "Device"}),
    "ServiceRequest.requester": frozenset(
        {"Practitioner", "PractitionerRole", "Organization", "Patient", "RelatedPerson", "Device"}
    ),
    "ServiceRequest.reasonReference": frozenset(
        {"Condition", "Observation", "DiagnosticReport", "DocumentReference"}
    ),
    "RequestGroup.subject": frozenset({"Patient", "Group"}),
    "RequestGroup.author": frozenset({"Device", "Practitioner", "PractitionerRole"}),
    "Task.requester": frozenset(
        {"Device", "Organization", "Patient", "Practitioner", "PractitionerRole", "RelatedPerson"}
    ),
    "DocumentReference.subject": frozenset({"Patient", "Practitioner", "Group", "Device"}),
    "DocumentReference.author": frozenset(
        {"Practitioner", "PractitionerRole", "Organization", "Device", "Patient", "RelatedPerson"}
    ),
    "DocumentReference.relatesTo.target": frozenset({"DocumentReference"}),
    "Provenance.agent.who": frozenset(
        {"Practitioner", "PractitionerRole", "RelatedPerson", "Patient", "Device", "Organization"}
    ),
}
"""The types of resource to which a reference may point."""
