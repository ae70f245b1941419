"""What holds for the data types within a resource: extensions, codings, references and so on."""

from __future__ import annotations

import hashlib
from base64 import b64decode
from binascii import Error as Base64Error
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from fhir.intake.bindings import REFERENCES
from fhir.intake.json_walk import objects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from fhir.intake.json_walk import Node

Json: TypeAlias = dict[str, Any]
_CODINGS: Final = frozenset({"coding", "valueCoding", "answerCoding", "security", "tag"})
_CODING_PATHS: Final = frozenset({"Questionnaire.code", "Questionnaire.item.code"})
_ANSWER: Final = "item.answer.valueCoding"


def datatype_faults(node: Node) -> Iterator[str]:
    """Yield what is wrong with an object, by the data type that its name tells."""
    if node.key == "coding" and isinstance(node.value, list):
        yield from _duplicate_faults(node.value)
    if not isinstance(node.value, dict):
        return
    rule = _RULES.get(node.key)
    if rule:
        yield from rule(node.value)
    if node.key in _CODINGS or node.path in _CODING_PATHS:
        yield from _coding_faults(node)
    if node.key.endswith("Quantity"):
        yield from _quantity_faults(node.value)
    if node.path in REFERENCES:
        yield from _reference_faults(node)


def _extension_faults(extension: Json) -> Iterator[str]:
    if not isinstance(extension.get("url"), str):
        yield "an extension needs a url"
    values = [name for name in extension if name.startswith("value")]
    if len(values) > 1:
        yield "an extension has one value only"
    if bool(values) == ("extension" in extension):
        yield "an extension has either a value or extensions (ext-1)"


def _coding_faults(node: Node) -> Iterator[str]:
    coding = node.value
    # A patient may name a medicine that is in no list.
    if node.path.endswith(_ANSWER):
        if not {"code", "display"} & coding.keys():
            yield "a coding needs a code or a display"
    elif not {"system", "code"} <= coding.keys():
        yield "a coding needs a system and a code"


def _duplicate_faults(codings: list[Any]) -> Iterator[str]:
    keys = [(str(row.get("system")), str(row.get("code"))) for row in objects(codings)]
    for system, code in dict.fromkeys(key for key in keys if keys.count(key) > 1):
        yield f"holds the code {code!r} of {system} twice"


def _quantity_faults(quantity: Json) -> Iterator[str]:
    if "code" in quantity and "system" not in quantity:
        yield "a quantity with a code needs its system (qty-3)"
    if "value" not in quantity:
        yield "a quantity needs a value"


def _reference_faults(node: Node) -> Iterator[str]:
    allowed = REFERENCES[node.path]
    kind = node.value.get("type") or _type_in(node.value.get("reference"))
    if kind is not None and str(kind) not in allowed:
        yield f"can not refer to a {kind}, only to {', '.join(sorted(allowed))}"
    if not {"reference", "identifier", "display", "extension"} & node.value.keys():
        yield "refers to nothing"


def _type_in(reference: object) -> str | None:
    if not isinstance(reference, str) or reference.startswith(("urn:", "#")):
        return None
    parts = reference.split("/_history/")[0].split("/")
    return parts[-2] if len(parts) > 1 and parts[-2][:1].isupper() else None


def _attachment_faults(attachment: Json) -> Iterator[str]:
    if "data" not in attachment:
        return
    if "contentType" not in attachment:
        yield "data needs a contentType (att-1)"
    try:
        data = b64decode(attachment["data"], validate=True)
    except (Base64Error, TypeError, ValueError):
        yield "data is no base64"
        return
    if attachment.get("size", len(data)) != len(data):
        yield f"size is not that of the data, {len(data)}"
    digest = hashlib.sha1(data, usedforsecurity=False).digest()
    if "hash" in attachment and _decoded(attachment["hash"]) != digest:
        yield "hash is not the SHA-1 of the data"


def _decoded(text: object) -> bytes | None:
    try:
        return b64decode(str(text), validate=True)
    except (Base64Error, ValueError):
        return None


def _period_faults(period: Json) -> Iterator[str]:
    start, end = str(period.get("start", "")), str(period.get("end", ""))
    # The common part of the two tells the order, whatever their precision.
    common = min(len(start), len(end), len("2026-11-22"))
    if start and end and start[:common] > end[:common]:
        yield "starts after its end (per-1)"


def _relation_faults(related: Json) -> Iterator[str]:
    if not isinstance(related.get("target"), dict):
        yield "needs a target"


_RULES: Final[Mapping[str, Callable[[Json], Iterator[str]]]] = {
    "extension": _extension_faults,
    "modifierExtension": _extension_faults,
    "attachment": _attachment_faults,
    "valueAttachment": _attachment_faults,
    "period": _period_faults,
    "effectivePeriod": _period_faults,
    "relatesTo": _relation_faults,
}
