"""The Task for the clinician: look at the response within the time that the urgency sets."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from fhir.intake.export import GROUP, RESPONSE, TASK
from fhir.intake.requests import priority

if TYPE_CHECKING:
    from fhir.intake.export import Export, Json


def task(export: Export) -> Json:
    """Build the Task: focus is the response; the proposals are its input."""
    resource: Json = {
        "resourceType": "Task",
        "identifier": export.identifier(TASK),
        "status": "requested",
        "intent": "proposal",
        "priority": priority(export.assessment),
        "code": {"text": "Review a patient's intake form"},
        "description": _description(export),
        "focus": export.reference(RESPONSE),
        "for": export.patient(),
        "authoredOn": export.record.authored,
        "requester": export.device(),
        "performerType": [{"text": "Clinician"}],
    }
    due = _due(export)
    if due:
        resource["restriction"] = {"period": {"end": due}}
    resource["input"] = [
        {"type": {"text": "Proposed workup"}, "valueReference": export.reference(GROUP)}
    ]
    return resource


def _due(export: Export) -> str | None:
    days = export.assessment.target_days
    if days is None or (date.max - export.record.day).days < days:
        return None
    return str(export.record.day + timedelta(days=days))


def _description(export: Export) -> str:
    tier = export.assessment.tier
    parts = [
        f"{tier.label}: {tier.target}." if tier else "The answers set no urgency.",
        f"Due on {_due(export)}." if _due(export) else "",
        "" if export.is_finished else "The form is not finished.",
        "Suggested by rules for a clinician to judge; neither a diagnosis nor an order.",
    ]
    return " ".join(part for part in parts if part)
