"""``is``, ``as`` and ``ofType``."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from fhir.intake.path.errors import PathError
from fhir.intake.path.model import SYSTEM_TYPES, is_known_type, is_subtype
from fhir.intake.path.node import Node, Untyped
from fhir.intake.path.quantity import Quantity
from fhir.intake.path.temporal import Temporal

if TYPE_CHECKING:
    from fhir.intake.path.node import Item

_LIKE: Final = {
    "String": "string",
    "Boolean": "boolean",
    "Integer": "integer",
    "Decimal": "decimal",
    "Date": "date",
    "DateTime": "dateTime",
    "Time": "time",
}


def resolve_type(name: str, column: int) -> tuple[str, str]:
    """Return namespace (``System``, ``FHIR`` or empty) and type; raises PathError if unknown."""
    space, dot, bare = name.rpartition(".")
    in_system = bare in SYSTEM_TYPES and space in {"", "System"}
    in_fhir = is_known_type(bare) and space in {"", "FHIR"}
    if not (in_system or in_fhir) or (dot and not space):
        raise PathError(f"Column {column}: R4 has no type {name}.")
    return space, bare


def is_type(item: Item, wanted: tuple[str, str]) -> bool:
    """Say whether an item is of a type or derives from it."""
    space, name = wanted
    if not isinstance(item, Node):
        return space != "FHIR" and _system_type(item) == name
    if space == "System":
        return False
    if item.type is None:
        raise PathError(f"Whether an element of unknown type is {name} cannot be said.")
    return is_subtype(item.type, name)


def is_of_type(item: Item, wanted: tuple[str, str]) -> bool:
    """Say the same for ``ofType``, for which ``String`` also finds the text of an element."""
    space, name = wanted
    if isinstance(item, Node) and not space and name in _LIKE:
        return is_type(item, ("FHIR", _LIKE[name]))
    return is_type(item, wanted)


def _system_type(value: Item) -> str:
    if isinstance(value, Temporal):
        return value.kind
    if isinstance(value, Untyped):
        raise PathError("The type of an element is not known.")
    for python, name in (
        *((bool, "Boolean"), (str, "String"), (int, "Integer")),
        *((Decimal, "Decimal"), (Quantity, "Quantity")),
    ):
        if isinstance(value, python):
            return name
    raise PathError(f"A {type(value).__name__} is no value of FHIRPath.")
