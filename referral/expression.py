"""The nodes of a compiled expression.

Each node can say what it is worth in a case and on which answers that rests. The second is what
makes a rule explain itself: of an ``or`` only the branches that hold are cited, of an ``and``
all of them, and a blank is cited where it let a rule fire.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from referral.values import NA, UNCERTAIN, Codes, all_of, any_of, negate, truth

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from referral.values import Truth, Value


class Case(Protocol):
    """One patient's answers, as the nodes see them."""

    def value(self, name: str) -> Value:
        """Return the value of an item, a derived name or a built-in."""

    def cite(self, name: str) -> Iterable[str]:
        """Return the link ids of the answers, or blanks, on which that value rests."""

    def node(self, name: str) -> Node | None:
        """Return the expression behind a derived name, None for any other name."""


class Node(Protocol):
    """A part of an expression."""

    def value(self, case: Case) -> Value:
        """Evaluate in a case."""

    def cite(self, case: Case) -> Iterator[str]:
        """Name the answers on which the present value rests; may repeat itself."""

    def names(self) -> Iterator[str]:
        """Name every item, derived name and built-in that is read."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A number or a code."""

    constant: str | float

    def value(self, _case: Case) -> Value:
        """Return the constant."""
        return self.constant

    def cite(self, _case: Case) -> Iterator[str]:
        """Cite nothing."""
        return iter(())

    def names(self) -> Iterator[str]:
        """Read nothing."""
        return iter(())


@dataclass(frozen=True, slots=True)
class Name:
    """An item, a derived name or a built-in."""

    name: str

    def value(self, case: Case) -> Value:
        """Return what the case knows under this name."""
        return case.value(self.name)

    def cite(self, case: Case) -> Iterator[str]:
        """Cite what the case says the value rests on."""
        yield from case.cite(self.name)

    def names(self) -> Iterator[str]:
        """Read this name."""
        yield self.name


@dataclass(frozen=True, slots=True)
class Junction:
    """``and`` when ``decisive`` is False, ``or`` when it is True: one such part decides alone."""

    decisive: bool
    parts: tuple[Node, ...]

    def value(self, case: Case) -> Truth:
        """Combine the parts as Kleene does, stopping at the first that decides."""
        combine = any_of if self.decisive else all_of
        return combine(truth(part.value(case)) for part in self.parts)

    def cite(self, case: Case) -> Iterator[str]:
        """Cite the parts that have the truth of the whole: they made it so."""
        whole = self.value(case)
        for part in self.parts:
            if truth(part.value(case)) is whole:
                yield from part.cite(case)

    def names(self) -> Iterator[str]:
        """Read what the parts read."""
        return _names(self.parts)


@dataclass(frozen=True, slots=True)
class Not:
    """Kleene negation."""

    part: Node

    def value(self, case: Case) -> Truth:
        """Negate."""
        return negate(truth(self.part.value(case)))

    def cite(self, case: Case) -> Iterator[str]:
        """Cite what the negated part rests on."""
        return self.part.cite(case)

    def names(self) -> Iterator[str]:
        """Read what the part reads."""
        return self.part.names()


@dataclass(frozen=True, slots=True)
class Count:
    """How many conditions are TRUE; always known."""

    parts: tuple[Node, ...]

    def value(self, case: Case) -> int:
        """Count."""
        return sum(truth(part.value(case)) is True for part in self.parts)

    def cite(self, case: Case) -> Iterator[str]:
        """Cite every condition, since each could change the number."""
        yield from self.cite_where(case, counted=True)
        yield from self.cite_where(case, counted=False)

    def cite_where(self, case: Case, *, counted: bool) -> Iterator[str]:
        """Cite only the conditions that were counted, or only those that were not."""
        for part in self.parts:
            if (truth(part.value(case)) is True) is counted:
                yield from part.cite(case)

    def names(self) -> Iterator[str]:
        """Read what the conditions read."""
        return _names(self.parts)


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """``+ - *`` and unary minus; a blank or not applicable operand gives UNKNOWN."""

    operate: Callable[[float, float], float]
    left: Node
    right: Node

    def value(self, case: Case) -> float | None:
        """Calculate."""
        left, right = self.left.value(case), self.right.value(case)
        if isinstance(left, int | float) and isinstance(right, int | float):
            return self.operate(left, right)
        return None

    def cite(self, case: Case) -> Iterator[str]:
        """Cite both operands."""
        yield from self.left.cite(case)
        yield from self.right.cite(case)

    def names(self) -> Iterator[str]:
        """Read both operands."""
        return _names((self.left, self.right))


@dataclass(frozen=True, slots=True)
class Test:
    """A helper call on one name: ``yes unsure yes_or_unsure has answered``."""

    helper: str
    subject: Name
    codes: tuple[str, ...] = ()

    def value(self, case: Case) -> Truth:
        """Evaluate by the table of the language."""
        value = self.subject.value(case)
        if self.helper == "answered":
            return value is not None and value is not NA
        if value is None:
            return None
        if value is NA:
            return False
        if self.helper == "has":
            return _has(value, self.codes)
        unsure = value in UNCERTAIN
        if self.helper == "unsure":
            return unsure
        if self.helper == "yes":
            return None if unsure else value == "yes"
        return unsure or value == "yes"

    def cite(self, case: Case) -> Iterator[str]:
        """Cite the subject."""
        return self.subject.cite(case)

    def names(self) -> Iterator[str]:
        """Read the subject."""
        return self.subject.names()


def _has(value: Value, codes: tuple[str, ...]) -> Truth:
    if not isinstance(value, Codes):
        raise TypeError(f"has() needs a list of codes, not {value!r}")
    if any(code in value for code in codes):
        return True
    if value.incomplete:
        return None
    if any(code in UNCERTAIN for code in value) and not UNCERTAIN.issuperset(codes):
        return None
    return False


def _names(parts: Iterable[Node]) -> Iterator[str]:
    for part in parts:
        yield from part.names()
