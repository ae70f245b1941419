"""What the validator found as an R4 OperationOutcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from fhir.intake import urls
from fhir.intake.issue_codes import CODES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fhir.intake.issue_codes import Issue

Json: TypeAlias = dict[str, Any]
SYSTEM: Final = urls.BASE + "/CodeSystem/validation"
"""The code system of the validator's own codes."""


def operation_outcome(issues: Iterable[Issue]) -> Json:
    """Return the issues as a resource: one of severity information if there are none."""
    found = [_issue(issue) for issue in issues]
    if not found:
        text = {"text": "The response is valid."}
        found = [{"severity": "information", "code": "informational", "details": text}]
    return {"resourceType": "OperationOutcome", "issue": found}


def _issue(issue: Issue) -> Json:
    found: Json = {
        "severity": issue.severity,
        "code": CODES[issue.code].type,
        "details": {"coding": [{"system": SYSTEM, "code": issue.code}], "text": issue.message},
    }
    if issue.link_id and issue.link_id.strip():
        found["diagnostics"] = f"linkId {issue.link_id}"
    if issue.place:
        found["expression"] = [issue.place]
    return found
