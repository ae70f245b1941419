"""The part of the R4 model that paths need: which type a child element has.

``r4_types.json`` is made from the R4 definitions (HL7, CC0): the children of the data types and
of the resources that forms read, and the names of all types. Of other resources the types of the
elements are not known; what needs them is then refused.
"""

from __future__ import annotations

import json
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final, TypeAlias

Kind: TypeAlias = "str | tuple[str, ...] | None"
TEMPORAL_TYPES: Final = {
    "date": "Date",
    "dateTime": "DateTime",
    "instant": "DateTime",
    "time": "Time",
}
SYSTEM_TYPES: Final = frozenset(
    {"Boolean", "String", "Integer", "Decimal", "Date", "DateTime", "Time", "Quantity"}
)
_COMMON: Final[dict[str, Kind]] = {
    "id": "string",
    "extension": "Extension",
    "modifierExtension": "Extension",
}
_RESOURCE: Final[dict[str, Kind]] = {
    **_COMMON,
    "id": "id",
    "meta": "Meta",
    "implicitRules": "uri",
    "language": "code",
    "text": "Narrative",
    "contained": "Resource",
}


@cache
def _definitions() -> dict[str, Any]:
    text = Path(__file__).with_name("r4_types.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@cache
def parents() -> dict[str, str]:
    """Return the parent of every R4 type."""
    subtypes: dict[str, str] = _definitions()["subtypes"]
    return {child: parent for parent, names in subtypes.items() for child in names.split()}


@cache
def children() -> dict[str, dict[str, Kind]]:
    """Return, by type, the type of each child; several types for a choice of types."""
    up = parents()
    found: dict[str, dict[str, Kind]] = {"Element": _COMMON, "BackboneElement": _COMMON}
    for name, own in _definitions()["children"].items():
        is_resource = up.get(name) in {"DomainResource", "Resource"}
        typed = {k: tuple(v) if isinstance(v, list) else v for k, v in own.items()}
        found[name] = {**(_RESOURCE if is_resource else _COMMON), **typed}
    for name, parent in up.items():
        if parent == "Quantity":
            found[name] = found["Quantity"]
    return found


@cache
def choice_suffixes() -> dict[str, str]:
    """Return what may follow ``value`` in a choice: ``Coding`` is Coding, ``Date`` is date."""
    types = children()["Extension"]["value"] or ()
    return {name[:1].upper() + name[1:]: name for name in types}


@lru_cache(maxsize=4096)  # the names are those of a stranger's JSON
def child_kind(parent: str | None, name: str) -> Kind:
    """Return the type of a child, several for a choice; also of ``valueCoding``, a JSON name."""
    known = children().get(parent or "")
    found = (_COMMON if known is None else known).get(name)
    if found or name == "resourceType":  # no element, but forms ask for it
        return found or "code"
    for at in range(len(name) - 1, 0, -1):
        suffix = choice_suffixes().get(name[at:]) if name[at].isupper() else None
        base = name[:at]
        if suffix and (base == "value" if known is None else type(known.get(base)) is tuple):
            return suffix
    return None


@lru_cache(maxsize=4096)
def is_subtype(name: str, ancestor: str) -> bool:
    """Say whether a type, ``QuestionnaireResponse.item`` too, is or derives from another."""
    up = parents()
    step: str | None = name
    while step:
        if step == ancestor:
            return True
        step = up.get(step, "BackboneElement" if "." in step else None)
    return False


def is_known_type(name: str) -> bool:
    """Say whether R4 has a type of this name."""
    return name in parents() or name in {"Element", "Resource"}
