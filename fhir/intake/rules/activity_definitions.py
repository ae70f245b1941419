"""The workup catalogue of a pack as ActivityDefinitions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fhir.intake.requests import CATEGORY_SYSTEM, TEST_SYSTEM
from fhir.intake.rules.edition import PART

if TYPE_CHECKING:
    from fhir.intake.rules.edition import Edition, Json
    from referral.records import Test

KIND: Final = "ActivityDefinition"
_ADVICE: Final = "advice"


def activity_definition(edition: Edition, test: Test) -> Json:
    """Build the definition of an entry of the catalogue: a request, or advice to be told."""
    own = {"system": TEST_SYSTEM, "code": test.id, "display": test.label}
    told = [f"Helps with: {test.helps}."]
    if test.preparation:
        told.append(f"Preparation: {test.preparation}")
    resource = edition.header(KIND, test.id, title=test.label)
    if test.parts:
        resource["extension"] = [{"url": PART, "valueCoding": dict(part)} for part in test.parts]
    return {
        **resource,
        "description": "\n\n".join(told),
        "topic": _topics(edition, test),
        "kind": "CommunicationRequest" if test.category == _ADVICE else "ServiceRequest",
        "code": {"coding": [own, *map(dict, test.codes)], "text": test.label},
        "intent": "proposal",
    }


def _topics(edition: Edition, test: Test) -> list[Json]:
    topics: list[Json] = [{"coding": [{"system": CATEGORY_SYSTEM, "code": test.category}]}]
    topics += [{"text": row.label} for row in edition.pack.tables.panel if row.id == test.panel]
    return topics
