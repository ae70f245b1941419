"""Is a JSON value small enough to be looked at as a resource."""

from __future__ import annotations

from math import isfinite
from typing import Any, Final

from fhir.intake.json_walk import MAX_DEPTH

MAX_MEMBERS: Final = 200
"""No element of R4 has as many members."""
MAX_ELEMENTS: Final = 500_000
_LARGE: Final = 10**18


def size_fault(resource: Any) -> str | None:  # any JSON value
    """Return why a resource can not be used: too deep, too wide, too long, or a number too large.

    The reason completes "it ...".
    """
    level: list[Any] = [resource]
    count = 0
    for _ in range(MAX_DEPTH):
        count += sum(map(len, level))
        if count > MAX_ELEMENTS:
            return f"has more than {MAX_ELEMENTS:,} elements"
        below: list[Any] = []
        for each in level:
            if isinstance(each, dict) and len(each) > MAX_MEMBERS:
                return f"has an object of more than {MAX_MEMBERS} members, as nothing in R4"
            for member in each.values() if isinstance(each, dict) else each:
                if isinstance(member, dict | list):
                    below.append(member)
                elif isinstance(member, int | float) and not _is_bounded(member):
                    return "holds a number that is too large"
        if not below:
            return None
        level = below
    return f"is nested deeper than {MAX_DEPTH} levels"


def _is_bounded(number: float) -> bool:
    return isfinite(number) if isinstance(number, float) else -_LARGE < number < _LARGE
