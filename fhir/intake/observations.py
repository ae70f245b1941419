"""Numeric findings as Observations, each derived from the response."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fhir.intake import urls
from fhir.intake.answers import is_blank
from fhir.intake.export import RESPONSE, patient_supplied
from referral.builtin import CAFFEINE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhir.intake.export import Export, Json
    from fhir.intake.items import Item

FINDING_SYSTEM: Final = urls.BASE + "/CodeSystem/finding"
_CATEGORY: Final = {
    "system": "http://terminology.hl7.org/CodeSystem/observation-category",
    "code": "survey",
    "display": "Survey",
}
_NUMBERS: Final = {"integer", "decimal", "quantity"}
_FLAGS: Final = "article_red_flags"


def role(finding: str) -> str:
    """Return the role of the Observation of a finding: a link id, or a name of a computed one."""
    return f"Observation/{finding}"


def observations(export: Export) -> dict[str, Json]:
    """Build the Observations by role, in form order; none from a form that is not finished.

    A finding has a standard code only where its question carries one; all have one of our own.
    """
    if not export.is_finished:
        return {}
    return {role(name): resource for name, resource in _findings(export)}


def _findings(export: Export) -> Iterator[tuple[str, Json]]:
    for item in export.form.items.values():
        value = export.answers.get(item.link_id)
        if item.type in _NUMBERS and not item.repeats and not is_blank(value):
            yield item.link_id, _answered(export, item, value)
    for finding in export.assessment.factors:
        if finding.factor.reads == CAFFEINE and isinstance(finding.value, int | float):
            unit = {"unit": "mg/day", "system": urls.UCUM, "code": "mg/d"}
            # The mg of half a cup are exact in tenths; binary fractions are not.
            value = {"valueQuantity": {"value": round(finding.value, 3), **unit}}
            text = "Caffeine a day, computed from the drinks and other sources that were stated"
            yield CAFFEINE, _observation(export, CAFFEINE, "Caffeine a day", text, value)
    # No Observation says 0: flags that were not answered are not known to be absent.
    if export.assessment.article_flags:
        value = {"valueInteger": export.assessment.article_flags}
        text = "Number of the article's red flags that the answers show to be present"
        yield _FLAGS, _observation(export, _FLAGS, "Red flags of the article", text, value)


def _answered(export: Export, item: Item, value: object) -> Json:
    unit = item.unit
    measured: Json = {"valueInteger" if item.type == "integer" else "valueQuantity": value}
    if unit:
        measured = {
            "valueQuantity": {
                "value": value,
                "unit": unit.display,
                "system": unit.system,
                "code": unit.code,
            }
        }
    elif item.type != "integer":
        measured = {"valueQuantity": {"value": value}}
    resource = _observation(export, item.link_id, item.short, item.text, measured)
    resource["code"]["coding"][:0] = [dict(coding) for coding in item.codes]
    if export.form.page_of[item.link_id].audience == "clinician":
        return resource
    return {"resourceType": "Observation", "meta": patient_supplied()} | resource


def _observation(export: Export, code: str, label: str, text: str, value: Json) -> Json:
    coding = {"system": FINDING_SYSTEM, "code": code, "display": label}
    return {
        "resourceType": "Observation",
        "identifier": export.identifier(role(code)),
        "status": "amended" if export.record.status == "amended" else "final",
        "category": [{"coding": [dict(_CATEGORY)]}],
        "code": {"coding": [coding], "text": text},
        "subject": export.patient(),
        "effectiveDateTime": export.record.authored,
        **value,
        "derivedFrom": [export.reference(RESPONSE)],
    }
