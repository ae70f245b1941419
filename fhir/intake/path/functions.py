"""How a function of FHIRPath is described, for the tables that hold them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    from fhir.intake.path.evaluation import Evaluate, Frame
    from fhir.intake.path.node import Items


@dataclass(frozen=True, slots=True)
class Function:
    """A function over a collection.

    ``run`` gets the frame, the collection, and the arguments as collections; where ``lazy``, as
    expressions to be evaluated per item.
    """

    least: int
    most: int
    run: Callable[[Frame, Items, list[Any]], Items]
    lazy: bool = False
    loops: bool = False  # its arguments have $this and $index
    totals: bool = False  # and $total


Arguments: TypeAlias = "list[Evaluate]"
