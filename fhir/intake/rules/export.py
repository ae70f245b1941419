"""A rule pack as one FHIR R4 transaction: the plan, its variables, and what it suggests."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from fhir.intake.rules.activity_definitions import activity_definition
from fhir.intake.rules.edition import Edition
from fhir.intake.rules.fhirpath_text import UnwritableError
from fhir.intake.rules.library import library
from fhir.intake.rules.plan_definition import plan_definition

if TYPE_CHECKING:
    from fhir.intake.items import Form
    from fhir.intake.rules.edition import Json
    from referral import Pack


def rule_bundle(pack: Pack, form: Form, base: str) -> Json:
    """Build the transaction: same pack, form and base address, same bytes.

    ``base`` is an address without a slash at its end; nothing needs to be served there. Each
    version is created once, under addresses of its own version: the transaction can be sent
    twice and never changes an earlier version. Raises UnwritableError, which names the place,
    for what R4 or FHIRPath can not say.
    """
    edition = Edition(pack, form, base)
    resources = [plan_definition(edition), library(edition)]
    resources += [activity_definition(edition, test) for test in pack.tables.test]
    urls: set[str] = set()
    for resource in resources:
        if resource["url"] in urls:
            raise UnwritableError(f"two resources would have the address {resource['url']}")
        urls.add(resource["url"])
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [_entry(resource) for resource in resources],
    }


def _entry(resource: Json) -> Json:
    identifier = resource["identifier"][0]
    query = f"identifier={quote(identifier['system'], safe=':/')}|{identifier['value']}"
    kind = resource["resourceType"]
    return {
        "fullUrl": f"urn:uuid:{identifier['value']}",
        "resource": resource,
        "request": {"method": "POST", "url": kind, "ifNoneExist": query},
    }
