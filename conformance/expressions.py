"""The FHIRPath expressions in a FHIR document of any kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

LANGUAGE: Final = "text/fhirpath"
CONSTRAINTS: Final = frozenset(
    {
        "http://hl7.org/fhir/StructureDefinition/questionnaire-constraint",
        "http://hl7.org/fhir/StructureDefinition/targetConstraint",
    }
)
"""Extensions that hold an expression as a plain string."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """An expression: where it stands, its text, its name if it is a variable.

    ``item`` is the link id of the Questionnaire item around it, and ``kind`` the last part of
    the address of the extension around it; each is "" where there is none.
    """

    place: str
    text: str
    name: str = ""
    item: str = ""
    kind: str = ""


def collect(document: Any, place: str = "") -> list[Expression]:
    """Return all FHIRPath expressions of a document, in its order."""
    root = place or (document.get("resourceType", "") if isinstance(document, dict) else "")
    return [*_walk(document, root, "", "")]


def _walk(node: Any, place: str, item: str, kind: str) -> Iterator[Expression]:
    if isinstance(node, list):
        for number, part in enumerate(node):
            yield from _walk(part, f"{place}[{number}]", item, kind)
    if not isinstance(node, dict):
        return
    item = str(node.get("linkId", item))
    url = node.get("url")
    if isinstance(url, str) and "://" in url:
        kind = url.rsplit("/", 1)[-1]
    text = node.get("expression")
    if node.get("language") == LANGUAGE and isinstance(text, str):
        name = str(node.get("name", ""))
        yield Expression(place=place, text=text, name=name, item=item, kind=kind)
    if url in CONSTRAINTS:
        yield from _constraint(node, place, item, kind)
    for name, part in node.items():
        yield from _walk(part, f"{place}.{name}", item, kind)


def _constraint(node: dict[str, Any], place: str, item: str, kind: str) -> Iterator[Expression]:
    parts = node.get("extension")
    for number, part in enumerate(parts if isinstance(parts, list) else ()):
        if isinstance(part, dict) and part.get("url") == "expression":
            text = part.get("valueString")
            if isinstance(text, str):
                at = f"{place}.extension[{number}]"
                yield Expression(place=at, text=text, item=item, kind=kind)
