"""How much the face sheet shows: everything, or less and less, until it is one page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The measures of a face sheet.

    `size` is the type size in points; `detail`, `why` and `quote` are characters of a line, a
    reason and the patient's own words; `cite` (0 or 1) names sources; the others are how many
    things of a kind are shown.
    """

    size: float
    detail: int = 400
    why: int = 110
    cite: int = 1
    members: int = 20
    quote: int = 1000
    reasons: int = 6
    rows: int = 40
    medicines: int = 20
    verdicts: int = 20
    rules: int = 6


SIZES: Final = (9, 8.5, 8.25, 8, 7.75, 7.5)
"""Type sizes to try, in points; the smallest is the limit of what reads well on paper."""

_FULL: Final = 4
"""How many sizes are tried with everything, before anything is left to page 2."""
_CUTS: Final = (
    "reasons 3, reasons 2, why 90, quote 500, reasons 1, why 70, detail 240, why 50, "
    "quote 300, members 6, detail 160, members 4, medicines 10, quote 200, why 40, cite 0, "
    "medicines 8, detail 130, quote 120, medicines 6, detail 110, rows 14, rows 13, rows 12, "
    "verdicts 10, rows 11, medicines 5, detail 90, rows 10, medicines 4, verdicts 8, rows 9, "
    "detail 70, quote 80, rows 8, medicines 3, verdicts 6, rows 7, verdicts 5, rows 6, members 2, "
    "verdicts 4, rows 5, medicines 2, detail 50, verdicts 3, rows 4, rows 3, verdicts 2, rows 2"
)
"""What is left to page 2, one after the other, when everything is too much."""


@cache
def plans() -> tuple[Plan, ...]:
    """Return the plans from the fullest to the sparest: smaller type first, then less text."""
    found = [Plan(size=size) for size in SIZES[:_FULL]]
    for cut in _CUTS.split(", "):
        measure, number = cut.split()
        size = SIZES[min(len(found), len(SIZES) - 1)]
        cuts: dict[str, Any] = {measure: int(number)}
        found.append(replace(found[-1], size=size, **cuts))
    return tuple(found)
