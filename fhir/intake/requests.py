"""What is proposed, as requests: a ServiceRequest for each test, and the group of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fhir.intake import urls
from fhir.intake.export import GROUP, RESPONSE
from fhir.intake.observations import role as finding_role
from fhir.intake.reasons import caution, reasons, rule_reason, undecided

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from fhir.intake.export import Export, Json
    from referral import Assessment
    from referral.assessment import Suggestion

TEST_SYSTEM: Final = urls.BASE + "/CodeSystem/test"
CATEGORY_SYSTEM: Final = urls.BASE + "/CodeSystem/test-category"
_CATEGORIES: Final = {
    "bloods": "Blood tests",
    "electrodiagnostics": "Electrodiagnostic tests",
    "imaging": "Imaging",
    "referral": "Referral",
    "other": "Other",
}


def role(test: str) -> str:
    """Return the role of the ServiceRequest for a test of the catalogue."""
    return f"ServiceRequest/{test}"


def priority(assessment: Assessment) -> str:
    """Return the request priority: ``asap`` for the most severe urgency, then ``urgent``.

    Everything less, and no urgency at all, is ``routine``. ``stat`` is never used: it would
    start work at once, and nobody has looked at a proposal yet.
    """
    rank = assessment.tier.rank if assessment.tier else None
    return {0: "asap", 1: "urgent"}.get(rank, "routine") if rank is not None else "routine"


def suggested(assessment: Assessment) -> Iterator[Suggestion]:
    """Yield the tests to propose: neither advice nor what is deferred."""
    for suggestion in assessment.suggestions:
        if suggestion.status == "suggested" and suggestion.test.category != "advice":
            yield suggestion


def service_requests(export: Export, findings: Container[str]) -> dict[str, Json]:
    """Build a draft proposal for each suggested test, by role, in the catalogue's order.

    ``findings`` are the roles of the Observations that there are.
    """
    return {
        role(suggestion.test.id): _service_request(export, suggestion, findings)
        for suggestion in suggested(export.assessment)
    }


def _service_request(export: Export, suggestion: Suggestion, findings: Container[str]) -> Json:
    test = suggestion.test
    own = {"system": TEST_SYSTEM, "code": test.id, "display": test.label}
    category = {
        "system": CATEGORY_SYSTEM,
        "code": test.category,
        "display": _CATEGORIES[test.category],
    }
    resource: Json = {
        "resourceType": "ServiceRequest",
        "identifier": export.identifier(role(test.id)),
        "status": "draft",
        "intent": "proposal",
        "category": [{"coding": [category]}],
        "priority": priority(export.assessment),
        "code": {"coding": [own, *map(dict, test.codes)], "text": test.label},
        "subject": export.patient(),
        "authoredOn": export.record.authored,
        "requester": export.device(),
    }
    if test.parts:
        resource["orderDetail"] = [{"coding": [dict(part)]} for part in test.parts]
    findings_behind = [*_findings(export, suggestion, findings)]
    if findings_behind:
        resource["reasonReference"] = findings_behind
    # R4 lets reasonReference point to an Observation but not to a response.
    resource["supportingInfo"] = [export.reference(RESPONSE)]
    resource["note"] = [*reasons(export, suggestion)]
    return resource


def _findings(export: Export, suggestion: Suggestion, findings: Container[str]) -> Iterator[Json]:
    answered = dict.fromkeys(link_id for fired in suggestion.rules for link_id in fired.answers)
    for link_id in answered:
        if finding_role(link_id) in findings:
            yield export.reference(finding_role(link_id))


def request_group(export: Export) -> Json:
    """Build the group: the proposals, why they have this urgency, and what is left to ask."""
    assessment = export.assessment
    resource: Json = {
        "resourceType": "RequestGroup",
        "identifier": export.identifier(GROUP),
        "status": "draft",
        "intent": "proposal",
        "priority": priority(assessment),
        "subject": export.patient(),
        "authoredOn": export.record.authored,
        "author": export.device(),
    }
    if assessment.tier:
        resource["reasonCode"] = [{"text": f"{assessment.tier.label}: {assessment.tier.target}"}]
    notes = [*_group_notes(export)]
    if notes:
        resource["note"] = notes
    actions = [_action(export, suggestion) for suggestion in suggested(assessment)]
    if actions:
        resource["action"] = actions
    return resource


def _group_notes(export: Export) -> Iterator[Json]:
    for fired in export.assessment.tier_rules():
        yield rule_reason(export, fired)
    told = {c.rule.id for s in suggested(export.assessment) for c in s.cautions}
    for fired in export.assessment.cautions:
        if fired.rule.id not in told:
            yield caution(export, fired)
    yield from undecided(export)


def _action(export: Export, suggestion: Suggestion) -> Json:
    because = dict.fromkeys(fired.rule.because for fired in suggestion.rules)
    return {
        "title": suggestion.test.label,
        "description": " ".join([f"Helps with: {suggestion.test.helps}.", *because]),
        "priority": priority(export.assessment),
        "resource": export.reference(role(suggestion.test.id)),
    }
