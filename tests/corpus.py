"""The real Questionnaires and responses that tests read: public files that nobody here wrote."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from tests.cases import TEST_DATA

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

Json = dict[str, Any]
FOLDER: Final = TEST_DATA / "fhir" / "corpus"
REASON: Final = f"the public forms are not at {FOLDER} (set INTAKE_TEST_DATA)"
NOT_SOUND: Final = {
    "q-enablewhen-me-wrong": "several conditions without enableBehavior (que-12)",
    "test-cases__questionnaire-example": "a choice without answers to choose from",
    "questionnaire-with-expression": "a choice without answers to choose from",
    "questionnaire-inactive-start": "a choice without answers to choose from",
    "questionnaire-retired": "a choice without answers to choose from",
    "AuCoreObservationHeartRate": "a unit that UCUM does not have",
    "ASLPA1-positive": "linkIds that are there twice (que-2)",
}
"""What can not be added, by part of the file's name, with the reason."""


def files(kind: str) -> list[Path]:
    """Return the files of a resource type, ``Q`` or ``QR``; none where the corpus is not here."""
    return sorted(FOLDER.glob(f"{kind}__*.json"))


def read(path: Path) -> Json:
    """Return the resource of a file."""
    resource: Json = json.loads(path.read_text(encoding="utf-8"))
    return resource


def fault_of(path: Path) -> str | None:
    """Return why a Questionnaire can not be added, None if it should be."""
    return next((reason for part, reason in NOT_SOUND.items() if part in path.name), None)


def questionnaires() -> dict[str, Json]:
    """Return the Questionnaires by the addresses at which a response may name them."""
    found: dict[str, Json] = {}
    for path in files("Q"):
        resource = read(path)
        for address in (resource.get("url"), f"Questionnaire/{resource.get('id')}"):
            if address:
                found.setdefault(address, resource)
    return found


def questionnaire_of(response: Json) -> Json | None:
    """Return the Questionnaire that a response answers, if it is at hand."""
    address = str(response.get("questionnaire", "")).split("|")[0]
    if address.startswith("#"):
        contained = response.get("contained", [])
        return next((c for c in contained if c.get("id") == address[1:]), None)
    return questionnaires().get(address)


def figures(passed: Collection[str]) -> list[str]:
    """Return what the tests that passed say of the corpus, in lines for the end of a run."""
    forms, responses = files("Q"), files("QR")
    unsound = [path for path in forms if fault_of(path)]
    tried = sum(any(f"_on_the_pages[{path.stem}]" in name for name in passed) for path in forms)
    read = sum(any(f"without_loss[{path.stem}]" in name for name in passed) for path in responses)
    filled = f"{tried} of {len(forms)} filled in on the pages and exported"
    held = "read and written without loss, or invalid by the validator"
    return [
        f"public Questionnaires: {filled}, {len(unsound)} expected failures",
        *(f"  not sound: {path.name}: {fault_of(path)}" for path in unsound),
        f"public responses: {read} of {len(responses)} {held}; the other forms are not at hand",
    ]
