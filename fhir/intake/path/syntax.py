"""The parts of a parsed expression. A chain and a path are flat, however long they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from fhir.intake.path.node import Item


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant; no value is the empty collection."""

    values: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Variable:
    """``%name``."""

    name: str


@dataclass(frozen=True, slots=True)
class Special:
    """``$this``, ``$index`` or ``$total``."""

    name: str


@dataclass(frozen=True, slots=True)
class Member:
    """The children of a name."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments, at a column."""

    name: str
    arguments: tuple[Part, ...]
    column: int


@dataclass(frozen=True, slots=True)
class Index:
    """``[n]``."""

    position: Part


@dataclass(frozen=True, slots=True)
class Steps:
    """A part and what is asked of it, one after the other; without a part, of the focus."""

    start: Part | None
    steps: tuple[Member | Call | Index, ...]


@dataclass(frozen=True, slots=True)
class Sign:
    """Unary minus or plus."""

    sign: str
    part: Part


@dataclass(frozen=True, slots=True)
class TypeName:
    """What stands after ``is`` and ``as``: ``Quantity``, ``System.String``."""

    name: str
    column: int


@dataclass(frozen=True, slots=True)
class Chain:
    """Operators of one precedence, applied from the left."""

    first: Part
    rest: tuple[tuple[str, Part], ...]


Part: TypeAlias = "Literal | Variable | Special | Steps | Sign | Chain | TypeName"
