"""Quantities: a number with a UCUM unit or a calendar word, converted only where that is exact."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from fhir.intake.path.errors import PathError

WORDS: Final = {
    name + plural: name
    for name in ("year", "month", "week", "day", "hour", "minute", "second", "millisecond")
    for plural in ("", "s")
}
SECONDS: Final = {
    "week": Decimal(604800),
    "day": Decimal(86400),
    "hour": Decimal(3600),
    "minute": Decimal(60),
    "second": Decimal(1),
    "millisecond": Decimal("0.001"),
}
_LONG_CODES: Final = {"year": "a", "month": "mo"}
_YEAR_DAYS, _MONTH_DAYS = 365, 30  # the factors of the FHIRPath specification
# FHIR: a Quantity in one of these UCUM units stands for the calendar duration
CALENDAR_CODES: Final = {
    "a": "year",
    "mo": "month",
    "d": "day",
    "h": "hour",
    "min": "minute",
    "s": "second",
}
_EXACT: Final = {
    "mass": "kg 1000 g 1 mg 0.001 ug 0.000001 ng 1E-9 [lb_av] 453.59237 [oz_av] 28.349523125",
    "length": "km 1000 m 1 dm 0.1 cm 0.01 mm 0.001 um 0.000001 nm 1E-9 [in_i] 0.0254 [ft_i] 0.3048",
    "volume": "L 1 l 1 dL 0.1 dl 0.1 cL 0.01 mL 0.001 ml 0.001 uL 0.000001 ul 0.000001",
    "time": "wk 604800 d 86400 h 3600 min 60 s 1 ms 0.001",
    "amount": "mol 1 mmol 0.001 umol 0.000001 nmol 1E-9",
    "number": "1 1 % 0.01",
}
_UNITS: Final = {
    code: (dimension, Decimal(factor))
    for dimension, text in _EXACT.items()
    for code, factor in zip(text.split()[::2], text.split()[1::2], strict=True)
}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with a unit: a UCUM code, or a calendar word in the singular."""

    value: Decimal
    unit: str = "1"
    calendar: bool = False
    word: str = field(default="", compare=False)

    def __str__(self) -> str:
        """Return it as FHIRPath writes it: ``5 'mg'``, ``4 days``."""
        unit = (self.word or self.unit) if self.calendar else f"'{self.unit}'"
        return f"{format(self.value, 'f')} {unit}"


def same_unit(left: Quantity, right: Quantity) -> tuple[Decimal, Decimal] | None:
    """Return both values in one unit, or None when the units measure different things.

    Raises PathError where an exact conversion is not known.
    """
    if (left.unit, left.calendar) == (right.unit, right.calendar):
        return left.value, right.value
    mine, other = _base(left), _base(right)
    if mine is None or other is None:
        raise PathError(f"The units {_name(left)} and {_name(right)} cannot be compared exactly.")
    if {mine[0], other[0]} == {"months", "time"}:
        return _days(left), _days(right)
    if mine[0] != other[0]:
        return None
    return mine[1], other[1]


def is_mixed_duration(left: Quantity, right: Quantity) -> bool:
    """Say whether years or months of a calendar meet a UCUM time, or a and mo a calendar's."""
    for one, two in ((left, right), (right, left)):
        if one.calendar and not two.calendar:
            is_long = one.unit in _LONG_CODES
            return two.unit in _LONG_CODES.values() or (is_long and _is_time(two.unit))
    return False


def equivalent_durations(left: Quantity, right: Quantity) -> bool:
    """Compare leniently: a year with 'a', a month with 'mo'; raises PathError for others."""
    calendar, other = (left, right) if left.calendar else (right, left)
    if _LONG_CODES.get(calendar.unit) != other.unit:
        raise PathError(f"~ between {_name(calendar)} and {_name(other)} is not supported.")
    return calendar.value == other.value


def _is_time(unit: str) -> bool:
    return unit in _UNITS and _UNITS[unit][0] == "time"


def _name(quantity: Quantity) -> str:
    return quantity.unit if quantity.calendar else f"'{quantity.unit}'"


def _base(quantity: Quantity) -> tuple[str, Decimal] | None:
    value, unit = quantity.value, quantity.unit
    if quantity.calendar:
        if unit in {"year", "month"}:
            return "months", value * (12 if unit == "year" else 1)
        return "time", value * SECONDS[unit]
    known = _UNITS.get(unit)
    return (known[0], value * known[1]) if known else None


def _days(quantity: Quantity) -> Decimal:
    factor = {"year": _YEAR_DAYS, "month": _MONTH_DAYS}.get(quantity.unit)
    return quantity.value * (factor or SECONDS[quantity.unit] / SECONDS["day"])


def base_key(quantity: Quantity) -> tuple[str, Decimal]:
    """Return what is the same for equal quantities."""
    base = _base(quantity)
    return base or (f"{quantity.calendar}{quantity.unit}", quantity.value)
