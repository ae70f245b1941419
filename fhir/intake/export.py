"""What the resources of one export have in common: whose they are, when, and their names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from uuid import NAMESPACE_URL, uuid5

from fhir.intake import urls
from fhir.intake.response import subject

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fhir.intake.answers import Answers
    from fhir.intake.items import Form
    from fhir.intake.record import Record
    from referral import Assessment
    from referral.records import Source

Json: TypeAlias = dict[str, Any]
PRODUCT: Final = "intake-referral"
RESOURCE_SYSTEM: Final = urls.BASE + "/sid/resource"
PRODUCT_SYSTEM: Final = urls.BASE + "/sid/software"
PACK_SYSTEM: Final = urls.BASE + "/sid/rule-pack"

QUESTIONNAIRE: Final = "Questionnaire"
PATIENT: Final = "Patient"
RESPONSE: Final = "QuestionnaireResponse"
GROUP: Final = "RequestGroup"
TASK: Final = "Task"
DOCUMENT: Final = "DocumentReference"
PROVENANCE: Final = "Provenance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """One response on its way into a record.

    A resource is named by its role: its type, and what tells it from others of the type.
    ``assessed`` is what the rules made of the answers, None for a form without rules.
    ``previous`` is the Bundle in which an earlier version of the response was sent.
    """

    answers: Answers
    form: Form
    record: Record
    response: Json
    assessed: Assessment | None
    product_version: str
    sources: Mapping[str, Source]
    previous: Json | None = None

    @property
    def assessment(self) -> Assessment:
        """What the rules made of the answers. Raises ValueError for a form without rules."""
        if self.assessed is None:
            raise ValueError("the answers to a form without rules are not assessed")
        return self.assessed

    @property
    def is_finished(self) -> bool:
        """Whether the patient has finished the form, so that findings may be taken from it."""
        return self.record.status in {"completed", "amended"}

    @property
    def is_update(self) -> bool:
        """Whether an earlier version of the resources may be on the server."""
        return self.record.status != "completed" or self.previous is not None

    @property
    def instant(self) -> str:
        """The time of the form; midnight UTC where only its day is known."""
        authored = self.record.authored
        return authored if "T" in authored else f"{self.record.authored_day}T00:00:00Z"

    @property
    def software(self) -> str:
        """The name and version of the product."""
        return f"{PRODUCT} {self.product_version}"

    @property
    def pack(self) -> str:
        """The name and version of the rule pack."""
        return f"{self.assessment.pack_name} {self.assessment.pack_version}"

    def uuid(self, role: str) -> str:
        """Return the UUID of a role, always the same for one response."""
        own = self.record.identifier
        return str(uuid5(uuid5(NAMESPACE_URL, f"{own.system}|{own.value}"), role))

    def full_url(self, role: str) -> str:
        """Return the address of a role's resource within the Bundle."""
        return f"urn:uuid:{self.uuid(role)}"

    def identifier(self, role: str) -> list[Json]:
        """Return the ``identifier`` by which a receiver finds a role's resource again."""
        return [{"system": RESOURCE_SYSTEM, "value": self.uuid(role)}]

    def reference(self, role: str) -> Json:
        """Return a reference to a role's resource."""
        return {"reference": self.full_url(role)}

    def patient(self) -> Json:
        """Return the reference to the patient, by address and by identifier."""
        return self.reference(PATIENT) | subject(self.record)

    def device(self) -> Json:
        """Return the logical reference to the product."""
        value = f"{PRODUCT}/{self.product_version}"
        return {
            "type": "Device",
            "identifier": {"system": PRODUCT_SYSTEM, "value": value},
            "display": self.software,
        }


def patient_supplied() -> Json:
    """Return the ``meta`` of a resource that rests on the patient's word alone."""
    label = {
        "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
        "code": "PATAST",
        "display": "patient asserted",
    }
    return {"security": [label]}
