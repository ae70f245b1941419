"""FHIR elements as FHIRPath sees them, and the values of FHIRPath's own types.

A collection is a list of items; an item is a ``Node`` (an element of a resource) or a value of
FHIRPath itself: bool, int, Decimal, str, ``Temporal`` or ``Quantity``.
"""

from __future__ import annotations

from decimal import Decimal
from math import isfinite
from typing import Any, Final, TypeAlias

from fhir.intake.path.errors import PathError
from fhir.intake.path.model import TEMPORAL_TYPES, child_kind, children, choice_suffixes
from fhir.intake.path.quantity import CALENDAR_CODES, Quantity
from fhir.intake.path.temporal import Temporal, parse_temporal

Item: TypeAlias = Any
Items: TypeAlias = "list[Any]"
_UCUM: Final = "http://unitsofmeasure.org"
QUANTITIES: Final = frozenset({"Quantity", "Age", "Count", "Distance", "Duration", "MoneyQuantity"})


class Node:
    """An element: its JSON, its R4 type (None: not known), what stands under ``_name``."""

    __slots__ = ("extra", "json", "type")

    def __init__(self, json: Any, type_: str | None, extra: Any = None) -> None:
        self.json = json
        self.type = type_
        self.extra = extra

    def __repr__(self) -> str:
        """Return the type and the JSON, for tests."""
        return f"Node({self.type}, {self.json!r})"


class Tree(Node):
    """A resource that remembers its items, for many expressions over the same response.

    ``items`` are all of them, None until asked for; ``by_link_id`` the same by linkId. ``left``
    are the steps that all expressions over it may still take together; None is without end.
    """

    __slots__ = ("by_link_id", "items", "left")

    def __init__(self, json: dict[str, Any], left: int | None = None) -> None:
        kind = json.get("resourceType")
        super().__init__(json, kind if isinstance(kind, str) else None)
        self.items: Items | None = None
        self.left = left
        self.by_link_id: dict[str, Items] = {}

    def remember(self, items: Items) -> None:
        """Keep the items, in their order."""
        self.items = items
        for item in items:
            link_id = item.json.get("linkId") if isinstance(item.json, dict) else None
            if isinstance(link_id, str):
                self.by_link_id.setdefault(link_id, []).append(item)


class Untyped(str):
    """The text of an element whose R4 type is not known: it may be a date."""

    __slots__ = ()


def root(json: Any) -> Item:
    """Return JSON, or a value given for a variable, as an item."""
    if isinstance(json, float):
        return decimal_of(json)
    if not isinstance(json, dict):
        return json
    kind = json.get("resourceType")
    if kind is None and isinstance(json.get("linkId"), str):
        kind = "Questionnaire.item" if "type" in json else "QuestionnaireResponse.item"
    return Node(json, kind if isinstance(kind, str) else None)


def decimal_of(number: float) -> Decimal:
    """Return the decimal that was written, not the nearest binary fraction."""
    if not isfinite(number):
        raise PathError(f"{number} is no number.")
    return Decimal(repr(number))


def value_of(item: Item) -> Item:
    """Return the value of a primitive or Quantity element, None without one.

    Other elements and values of FHIRPath itself come back as they are.
    """
    if not isinstance(item, Node):
        return item
    json, kind = item.json, item.type
    if isinstance(json, str):
        if kind is None:
            return Untyped(json)
        return _temporal(json, TEMPORAL_TYPES[kind]) if kind in TEMPORAL_TYPES else json
    if json is None or isinstance(json, bool | Decimal):
        return json
    if isinstance(json, int):
        return Decimal(json) if kind == "decimal" else json
    if isinstance(json, float):
        return decimal_of(json)
    if kind in QUANTITIES:
        return quantity_of(json) or item
    return item


def _temporal(text: str, kind: str) -> Temporal:
    found = parse_temporal(text, kind)
    if found is None:
        raise PathError(f"{text[:40]!r} is no {kind}.")
    return found


def quantity_of(json: dict[str, Any]) -> Quantity | None:
    """Return a FHIR Quantity as FHIRPath's; None without value, UCUM unit, or with a comparator."""
    number, code = json.get("value"), json.get("code")
    if isinstance(number, bool) or not isinstance(number, int | float | Decimal):
        return None
    if json.get("comparator"):
        return None
    value = decimal_of(number) if isinstance(number, float) else Decimal(number)
    if code is None and json.get("unit") is None and json.get("system") is None:
        return Quantity(value)
    if json.get("system") != _UCUM or not isinstance(code, str):
        return None
    word = CALENDAR_CODES.get(code)
    return Quantity(value, word, calendar=True) if word else Quantity(value, code)


def child(node: Node, name: str, out: Items) -> None:
    """Append the children of that name to a list."""
    json = node.json
    if type(json) is not dict:
        if isinstance(node.extra, dict) and name in {"extension", "id"}:
            _append(node.extra, name, "Extension" if name == "extension" else "string", out)
        return
    kind = child_kind(node.type, name)
    if isinstance(kind, tuple):
        _choice(json, name, kind, out)
    elif name in json or f"_{name}" in json:
        _append(json, name, kind, out)
    elif node.type not in children():
        _choice(json, name, (), out)


def _choice(json: dict[str, Any], name: str, kinds: tuple[str, ...], out: Items) -> None:
    length = len(name)
    suffixes = choice_suffixes()
    seen = set()
    for key in json:
        plain = key[1:] if key[:1] == "_" else key
        if plain.startswith(name) and plain not in seen:
            kind = suffixes.get(plain[length:])
            if kind and (not kinds or kind in kinds):
                seen.add(plain)
                _append(json, plain, kind, out)


def _append(json: dict[str, Any], name: str, kind: str | None, out: Items) -> None:
    value, extra = json.get(name), json.get(f"_{name}")
    if type(value) is not list and type(extra) is not list:
        if value is not None or isinstance(extra, dict):
            out.append(_node(value, kind, extra))
        return
    values = value if isinstance(value, list) else []
    extras = extra if isinstance(extra, list) else []
    for at in range(max(len(values), len(extras))):
        one = values[at] if at < len(values) else None
        beside = extras[at] if at < len(extras) else None
        if one is not None or isinstance(beside, dict):
            out.append(_node(one, kind, beside))


def _node(value: Any, kind: str | None, extra: Any) -> Node:
    if type(value) is dict and (kind == "Resource" or (kind is None and "resourceType" in value)):
        named = value.get("resourceType")
        kind = named if isinstance(named, str) else None
    return Node(value, kind, extra)


def all_children(node: Node) -> Items:
    """Return every child, in the order of the JSON."""
    found: Items = []
    json, kind = (node.json, node.type) if isinstance(node.json, dict) else (node.extra, "Element")
    if not isinstance(json, dict):
        return found
    for key in json:
        name = key
        if key[:1] == "_":
            name = key[1:]
            if name in json:  # it comes with its value
                continue
        elif key == "resourceType":
            continue
        one = child_kind(kind, name)
        _append(json, name, None if isinstance(one, tuple) else one, found)
    return found


def plain(item: Item) -> Any:
    """Return an item as a Python value: an element without FHIR type becomes its JSON."""
    value = value_of(item) if isinstance(item, Node) and not isinstance(item.json, dict) else item
    if isinstance(value, Node):
        return value.json
    return str(value) if type(value) is Untyped else value
