"""Units of UCUM: is a code a unit, and how much is an amount in another unit."""

from __future__ import annotations

import re
from decimal import Context, Decimal
from functools import cache, lru_cache
from typing import Any, Final

_MAX_LENGTH: Final = 80
_ODD: Final = re.compile(r"[^!-~]|[0-9]{4}")
"""No unit of practice has an exponent of four digits."""
_ANNOTATION: Final = re.compile(r"\{[^{}]*\}")
_EXACT: Final = Context(prec=24)
"""A few digits less than those of the conversion, so that its last digit does not tell."""


def is_unit(code: str) -> bool:
    """Tell whether a code is a unit of UCUM, case-sensitive."""
    return _parse(code) is not None


def convert(value: Decimal, from_code: str, to_code: str) -> Decimal | None:
    """Return an amount in another unit; None for what is no unit or measures something else."""
    factor = _parse(from_code), _parse(to_code)
    if factor[0] is None or factor[1] is None or not value.is_finite():
        return None
    # Pint's errors have no common base class that says only this.
    try:
        found = _registry().Quantity(value, factor[0].units).to(factor[1].units).magnitude
        return _EXACT.plus(found * factor[0].magnitude / factor[1].magnitude)
    except (ArithmeticError, AttributeError, TypeError, ValueError):
        return None


@lru_cache(maxsize=512)
def _parse(code: str) -> Any | None:
    """Return a unit as a quantity of Pint: its factor, with the units that Pint knows."""
    if not code or len(code) > _MAX_LENGTH or _ODD.search(code.replace("10*", "")):
        return None
    # An annotation alone is a unit of its own kind, which counts as 1.
    plain = code if _ANNOTATION.sub("", code) else "1"
    from ucumvert.parser import InvalidUcumError  # noqa: PLC0415

    try:
        found = _registry().from_ucum(plain)
        return _registry().Quantity(Decimal(str(found.magnitude)), found.units)
    except (InvalidUcumError, ArithmeticError, AttributeError, TypeError, ValueError):
        return None


@cache
def _registry() -> Any:
    from ucumvert import PintUcumRegistry  # noqa: PLC0415

    return PintUcumRegistry(non_int_type=Decimal)
