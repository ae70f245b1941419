"""Which release of FHIR a Questionnaire is of, as far as it shows: only R4 is served."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from fhir.intake.json_walk import objects

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_RELEASES: Final = {"0": "DSTU1", "1": "DSTU2", "3": "STU3", "5": "R5", "6": "R6"}
_PROFILE: Final = re.compile(
    r"http://hl7\.org/fhir/(?:([0-9])\.[0-9]+/)?StructureDefinition/\w+(?:\|([0-9])\.[0-9.]+)?"
)
_ROOT: Final[Mapping[str, tuple[str, str]]] = {
    "group": ("DSTU2", "has a group at its top"),
    "versionAlgorithmString": ("R5", "has a versionAlgorithm"),
    "versionAlgorithmCoding": ("R5", "has a versionAlgorithm"),
    "copyrightLabel": ("R5", "has a copyrightLabel"),
}
_ITEM: Final[Mapping[str, tuple[str, str]]] = {
    "option": ("STU3", "has option, which is answerOption in R4"),
    "options": ("STU3", "has options, which is answerValueSet in R4"),
    "answerConstraint": ("R5", "has an answerConstraint"),
    "disabledDisplay": ("R5", "has a disabledDisplay"),
}
_TYPES: Final[Mapping[str, tuple[str, str]]] = {
    "coding": ("R5", "is of type coding, which is choice in R4"),
    "question": ("R5", "is of type question"),
}


def other_release(resource: Mapping[str, Any]) -> str | None:
    """Return why a Questionnaire is none of R4, as the end of a sentence; None if nothing shows.

    The resource may be any JSON object.
    """
    for release, sign in (*_declared(resource), *_root_signs(resource), *_item_signs(resource)):
        return f"is of FHIR {release}, not R4: it {sign}"
    return None


def _declared(resource: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    stated = str(resource.get("fhirVersion", ""))[:1]
    if stated in _RELEASES:
        yield _RELEASES[stated], "says so in fhirVersion"
    meta = resource.get("meta")
    profiles = meta.get("profile") if isinstance(meta, dict) else None
    for profile in profiles if isinstance(profiles, list) else ():
        found = _PROFILE.fullmatch(profile) if isinstance(profile, str) else None
        number = (found[1] or found[2]) if found else None
        if number in _RELEASES:
            yield _RELEASES[number], f"claims the profile {profile[:100]}"


def _root_signs(resource: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from (sign for name, sign in _ROOT.items() if name in resource)


def _item_signs(resource: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    level = objects(resource.get("item"))
    while level:
        for item in level:
            where = f"has the item {str(item.get('linkId'))[:60]!r}, which"
            yield from ((release, f"{where} {sign}") for release, sign in _signs(item))
        level = [child for item in level for child in objects(item.get("item"))]


def _signs(item: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from (sign for name, sign in _ITEM.items() if name in item)
    kind = item.get("type")
    if isinstance(kind, str) and kind in _TYPES:
        yield _TYPES[kind]
    if any(name.startswith("initial") and name != "initial" for name in item):
        yield "STU3", "has its initial value beside it, not in a list"
    if any("hasAnswer" in condition for condition in objects(item.get("enableWhen"))):
        yield "STU3", "has a condition with hasAnswer"
