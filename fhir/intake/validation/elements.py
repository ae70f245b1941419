"""A response as R4 JSON: its properties, their JSON types, the forms of primitive values.

Contained resources and the narrative are left to others.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from fhir.intake.path.model import children, choice_suffixes
from fhir.intake.values.formats import CHECKS, Check, shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Json: TypeAlias = dict[str, Any]
Found: TypeAlias = "tuple[str, str, str]"
"""A code, a place, and a message that completes it."""
_Element: TypeAlias = "tuple[str, str, Json]"
"""The type of an element, its place, and itself."""
_NO_LIST: Final = "is no list, as R4 wants it here"
_ROOT: Final = "QuestionnaireResponse"
_ANSWER: Final = "QuestionnaireResponse.item.answer"
_CHOOSING: Final = frozenset({_ANSWER, "Extension"})
_LISTS: Final = frozenset(
    {"basedOn", "partOf", "item", "answer", "contained", "extension", "modifierExtension"}
    | {"coding", "profile", "security", "tag"}
)
_COUNTED: Final = frozenset(
    {_ROOT, "QuestionnaireResponse.item", _ANSWER, "CodeableConcept"}
    | {"Attachment", "Coding", "Extension", "Identifier", "Meta", "Quantity", "Reference"}
)
"""The types of which it is known which properties are lists."""


@dataclass(frozen=True, slots=True)
class _Property:
    """What R4 says of a property: its name in FHIRPath, its type, whether it is a list.

    ``check`` is that of a primitive type.
    """

    name: str
    type: str
    is_list: bool | None = None
    check: Check | None = None

    @classmethod
    def of(cls, name: str, kind: str, *, is_list: bool | None = None) -> _Property:
        return cls(name, kind, is_list, CHECKS.get(kind))


@cache
def _properties(kind: str) -> Mapping[str, _Property] | None:
    """Return the properties of a type by their names in JSON; None for a type that is not known."""
    if kind == "Element":
        return {
            "id": _Property.of("id", "string"),
            "extension": _Property("extension", "Extension"),
        }
    own = children().get(kind)
    if own is None:
        return None
    is_counted = kind in _COUNTED
    found: dict[str, _Property] = {}
    for name, types in own.items():
        if isinstance(types, tuple):
            suffixes = choice_suffixes().items()
            chosen = {name + suffix: each for suffix, each in suffixes if each in types}
            found |= {key: _Property.of(name, each, is_list=False) for key, each in chosen.items()}
        else:
            is_list = name in _LISTS if is_counted else None
            found[name] = _Property.of(name, types or "", is_list=is_list)
    for name, each in [*found.items()]:
        if each.check:
            found[f"_{name}"] = _Property(each.name, "Element", each.is_list)
    if kind == _ROOT:
        found |= {
            "resourceType": _Property("resourceType", ""),
            "text": _Property("text", ""),
            "contained": _Property("contained", "", is_list=True),
        }
    return found


def element_faults(response: Json) -> list[Found]:
    """Return what R4 does not allow, wherever it stands, in document order."""
    faults: list[Found] = []
    stack: list[_Element] = [(_ROOT, _ROOT, response)]
    while stack:
        kind, place, element = stack.pop()
        known = _properties(kind)
        if known is None:
            continue
        below: list[_Element] = []
        for name, value in element.items():
            found = known.get(name)
            if found is None:
                faults.append(("unknown-property", place, f"{shown(name)} is no property here"))
            elif found.check is None or not value or isinstance(value, dict | list):
                faults += _value_faults(found, f"{place}.{found.name}", value, below)
            elif fault := found.check(value):
                faults.append(("bad-format", f"{place}.{found.name}", f"is wrong: {fault[1]}"))
            elif found.is_list:
                faults.append(("wrong-json", f"{place}.{found.name}", _NO_LIST))
        faults += _choice_faults(kind, place, element)
        stack.extend(reversed(below))
    return faults


def _value_faults(
    known: _Property, place: str, value: Any, below: list[_Element]
) -> Sequence[Found]:
    """Return the faults of a property, and note the objects that it holds."""
    if _is_empty(value):
        return (("empty", place, "is empty"),)
    if isinstance(value, list):
        if known.is_list is False:
            return (("wrong-json", place, "is a list, which R4 does not allow here"),)
        # A list of primitive values has nulls where its partner has extensions.
        may_be_null = known.check is not None or known.type == "Element"
        return [
            fault
            for index, each in enumerate(value)
            if each is not None or not may_be_null
            for fault in _member_faults(known, f"{place}[{index}]", each, below)
        ]
    if known.is_list:
        return (("wrong-json", place, _NO_LIST),)
    return _member_faults(known, place, value, below)


def _member_faults(
    known: _Property, place: str, value: Any, below: list[_Element]
) -> Sequence[Found]:
    if _is_empty(value):
        return (("empty", place, "is empty"),)
    if known.check is not None:
        if isinstance(value, dict | list):
            return (("wrong-json", place, f"is {shown(value)}, not a {known.type}"),)
        fault = known.check(value)
        return (("bad-format", place, f"is wrong: {fault[1]}"),) if fault else ()
    if isinstance(value, dict):
        if known.type:
            below.append((known.type, place, value))
        return ()
    return (("wrong-json", place, f"is {shown(value)}, which is no object"),) if known.type else ()


def _is_empty(value: Any) -> bool:  # any JSON value
    return value is None or value in ("", [], {})


def _choice_faults(kind: str, place: str, element: Json) -> Sequence[Found]:
    if kind not in _CHOOSING or (len(element) == 1 and kind == _ANSWER):
        return ()
    faults: list[Found] = []
    values = sum(1 for name in element if name.startswith("value"))
    if values > 1:
        faults.append(("several-values", place, "has more than one value"))
    if kind == "Extension":
        if not isinstance(element.get("url"), str):
            faults.append(("bad-extension", place, "has no url"))
        has_value = values + _partners(element) > 0
        if values <= 1 and has_value == ("extension" in element):
            message = "needs a value or extensions, and not both (ext-1)"
            faults.append(("bad-extension", place, message))
    return faults


def _partners(element: Json) -> int:
    """Count values that are only there as extensions: ``_valueString``."""
    return sum(1 for name in element if name.startswith("_value"))
