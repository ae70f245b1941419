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
    rules = export.assessed.pack_version if export.assessed else ""
    return "/".join(filter(None, [PROVENANCE, version, rules]))


def provenance(export: Export, targets: Iterable[str]) -> Json:
    """Build the Provenance of what was derived; ``targets`` are addresses in the Bundle.

    It has an id because R4 gives a Provenance no identifier to find it by.
    """
    sources = [{"role": "source", "what": export.reference(RESPONSE)}]
    if export.assessed is not None:
        sources.append({"role": "source", "what": _pack(export)})
    return {
        "resourceType": "Provenance",
        "id": export.uuid(provenance_role(export)),
        "target": [{"reference": target} for target in targets],
        "recorded": export.instant,
        "agent": [{"type": {"coding": [dict(_ASSEMBLER)]}, "who": export.device()}],
        "entity": sources,
    }


def _pack(export: Export) -> Json:
    assessment = export.assessment
    value = f"{assessment.pack_name}/{assessment.pack_version}"
    return {
        "identifier": {"system": PACK_SYSTEM, "value": value},
        "display": f"Rule pack {export.pack}",
    }
