"""Where the derived resources come from: the product, the response and the rule pack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fhir.intake.export import PACK_SYSTEM, PROVENANCE, RESPONSE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fhir.intake.export import Export, Json

_ASSEMBLER: Final = {
    "system": "http://terminology.hl7.org/CodeSystem/provenance-participant-type",
    "code": "assembler",
    "display": "Assembler",
}


def provenance_role(export: Export) -> str:
    """Return the role of the Provenance: each version of a response and of the rules its own."""
    version = export.record.authored if export.is_update else ""
    return "/".join(filter(None, [PROVENANCE, version, export.assessment.pack_version]))


def provenance(export: Export, targets: Iterable[str]) -> Json:
    """Build the Provenance of what was derived; ``targets`` are addresses in the Bundle.

    It has an id because R4 gives a Provenance no identifier to find it by.
    """
    assessment = export.assessment
    pack = {
        "identifier": {
            "system": PACK_SYSTEM,
            "value": f"{assessment.pack_name}/{assessment.pack_version}",
        },
        "display": f"Rule pack {export.pack}",
    }
    return {
        "resourceType": "Provenance",
        "id": export.uuid(provenance_role(export)),
        "target": [{"reference": target} for target in targets],
        "recorded": export.instant,
        "agent": [{"type": {"coding": [dict(_ASSEMBLER)]}, "who": export.device()}],
        "entity": [
            {"role": "source", "what": export.reference(RESPONSE)},
            {"role": "source", "what": pack},
        ],
    }
