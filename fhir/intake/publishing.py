"""Our Questionnaire as others show it: without the names that only our own pages fill in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from fhir.intake import urls
from fhir.intake.extensions import Extensions

if TYPE_CHECKING:
    from collections.abc import Mapping

Json: TypeAlias = dict[str, Any]
_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {"{emergency_number}": "your local emergency number"},
    "es": {"{emergency_number}": "número local de emergencias"},
}
"""What stands for a number of the clinic where its settings are not known, by language."""


def publish(resource: Json) -> Json:
    """Return a Questionnaire whose texts to read name no number that a clinic has to set."""
    return resource | {"item": [_published(item) for item in resource["item"]]}


def _published(item: Json) -> Json:
    below = {"item": [_published(child) for child in item["item"]]} if "item" in item else {}
    if item["type"] != "display":
        return item | below
    return item | {"text": _filled(item["text"], "en")} | _translated(item)


def _translated(item: Json) -> Json:
    if "_text" not in item:
        return {}
    rows = [_translation(row) for row in item["_text"].get("extension", [])]
    return {"_text": item["_text"] | {"extension": rows}}


def _translation(row: Json) -> Json:
    language = Extensions(row).value("lang")
    if row.get("url") != urls.TRANSLATION or language not in _WORDS:
        return row
    parts = [
        part | {key: _filled(part[key], language) for key in part if key.startswith("value")}
        for part in row["extension"]
    ]
    return row | {"extension": parts}


def _filled(text: str, language: str) -> str:
    for name, words in _WORDS[language].items():
        text = text.replace(name, words)
    return text
