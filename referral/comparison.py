"""Comparisons under three-valued logic."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from referral.expression import Count, Literal, Name
from referral.values import NA, UNCERTAIN, negate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from referral.expression import Case, Node
    from referral.values import Truth, Value

ORDERINGS: Final[dict[str, Callable[[float, float], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True)
class Equality:
    """``==`` with one option, ``in`` with several; ``negated`` for ``!=`` and ``not in``."""

    left: Node
    options: tuple[str | float, ...]
    negated: bool

    def value(self, case: Case) -> Truth:
        """Compare: an uncertainty code equals itself and leaves every other comparison open."""
        result = self._equal(self.left.value(case))
        return negate(result) if self.negated else result

    def _equal(self, value: Value) -> Truth:
        if value is None:
            return None
        if value is NA:
            return False
        if value in self.options:
            return True
        return None if isinstance(value, str) and value in UNCERTAIN else False

    def cite(self, case: Case) -> Iterator[str]:
        """Cite the left side; of a count only what decided."""
        counted = None
        if self.options == (0,):
            counted = (self.value(case) is True) is self.negated
        return cite_counted(case, self.left, counted=counted)

    def names(self) -> Iterator[str]:
        """Read the left side."""
        return self.left.names()


@dataclass(frozen=True, slots=True)
class Ordering:
    """``< <= > >=`` between numbers; anything but two numbers is UNKNOWN."""

    sign: str
    left: Node
    right: Node

    def value(self, case: Case) -> Truth:
        """Compare."""
        left, right = self.left.value(case), self.right.value(case)
        if isinstance(left, int | float) and isinstance(right, int | float):
            return ORDERINGS[self.sign](left, right)
        return None

    def cite(self, case: Case) -> Iterator[str]:
        """Cite both sides; of a count only what decided."""
        holds = self.value(case) is True
        upward = self.sign in {">", ">="}
        yield from cite_counted(case, self.left, counted=holds is upward)
        yield from cite_counted(case, self.right, counted=holds is not upward)

    def names(self) -> Iterator[str]:
        """Read both sides."""
        yield from self.left.names()
        yield from self.right.names()


def cite_counted(case: Case, side: Node, *, counted: bool | None) -> Iterator[str]:
    """Cite a side of a comparison; of a count, the conditions that made it large or small."""
    node = case.node(side.name) if isinstance(side, Name) else side
    if isinstance(node, Count) and counted is not None:
        return node.cite_where(case, counted=counted)
    return iter(()) if isinstance(side, Literal) else side.cite(case)
