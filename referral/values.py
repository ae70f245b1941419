"""The values of the rule language: three truths, blanks, and what does not apply.

``None`` stands for UNKNOWN everywhere: a blank answer, a comparison that a blank leaves open.
``NA`` stands for a question that is known not to apply. The two are never the same.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class NotApplicable(Enum):
    """The type of ``NA``, the value of a question whose condition is FALSE."""

    NA = "not applicable"


NA: Final = NotApplicable.NA

Truth: TypeAlias = bool | None
Row: TypeAlias = "Mapping[str, object]"
Value: TypeAlias = "bool | int | float | str | Codes | tuple[Row, ...] | NotApplicable | None"

UNCERTAIN: Final = frozenset({"unsure", "not_sure", "prefer_not"})
"""Option codes that answer a question without deciding it; they never count as no."""


class Codes(tuple[str, ...]):
    """A list of codes. When ``incomplete``, a code that is absent is UNKNOWN, not FALSE."""

    __slots__ = ()
    incomplete = False


class IncompleteCodes(Codes):
    """A list of codes of which some members are not known."""

    __slots__ = ()
    incomplete = True


def truth(value: Value) -> Truth:
    """Read a value as a condition: UNKNOWN stays UNKNOWN, not applicable is FALSE."""
    if value is None:
        return None
    return False if value is NA else bool(value)


def all_of(truths: Iterable[Truth]) -> Truth:
    """Kleene's ``and``."""
    result: Truth = True
    for item in truths:
        if item is False:
            return False
        if item is None:
            result = None
    return result


def any_of(truths: Iterable[Truth]) -> Truth:
    """Kleene's ``or``."""
    result: Truth = False
    for item in truths:
        if item is True:
            return True
        if item is None:
            result = None
    return result


def negate(value: Truth) -> Truth:
    """Kleene's ``not``."""
    return None if value is None else not value
