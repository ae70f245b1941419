"""Functions over numbers, and the clock."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, Final

from fhir.intake.path.equality import is_number
from fhir.intake.path.errors import PathError
from fhir.intake.path.evaluation import (
    DECIMALS,
    bounded_number,
    describe,
    single,
    single_integer,
)
from fhir.intake.path.functions import Function
from fhir.intake.path.quantity import Quantity
from fhir.intake.path.temporal import DATE, TIME, Temporal, moment

if TYPE_CHECKING:
    from collections.abc import Callable

    from fhir.intake.path.evaluation import Frame
    from fhir.intake.path.node import Items

_MAX_PLACES: Final = 27
_STEPS: Final = 20  # what a root or a logarithm costs


def _number(items: Items, name: str) -> Any:
    value = single(items, name)
    if value is None or is_number(value):
        return value
    raise PathError(f"{name} needs a number but got {describe(value)}.")


def _one(name: str, calculate: Callable[[Any], Any]) -> Function:
    def run(frame: Frame, items: Items, _arguments: list[Items]) -> Items:
        frame.run.spend(_STEPS)
        number = _number(items, f"{name}()")
        found = None if number is None else calculate(number)
        return [] if found is None else [bounded_number(found)]

    return Function(0, 0, run)


def _two(name: str, calculate: Callable[[Any, Any], Any]) -> Function:
    def run(frame: Frame, items: Items, arguments: list[Items]) -> Items:
        frame.run.spend(_STEPS)
        number, other = _number(items, f"{name}()"), _number(arguments[0], f"{name}()")
        found = None if number is None or other is None else calculate(number, other)
        return [] if found is None else [bounded_number(found)]

    return Function(1, 1, run)


def _abs(_frame: Frame, items: Items, _arguments: list[Items]) -> Items:
    value = single(items, "abs()")
    if isinstance(value, Quantity):
        return [replace(value, value=abs(value.value))]
    number = _number(items, "abs()")
    return [] if number is None else [abs(number)]


def _integral(rounding: str) -> Callable[[Any], int]:
    return lambda number: int(Decimal(number).to_integral_value(rounding))


def _round(_frame: Frame, items: Items, arguments: list[Items]) -> Items:
    """Round halves away from zero."""
    number = _number(items, "round()")
    places = single_integer(arguments[0], "round()") if arguments else 0
    if number is None:
        return []
    places = places or 0
    if places < 0:
        raise PathError("round() needs a precision of 0 or more.")
    if isinstance(number, int) or places > _MAX_PLACES:
        return [number]
    if number.as_tuple().exponent >= -places:
        return [number]
    return [number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, DECIMALS)]


def _power(base: Any, exponent: Any) -> Any:
    if isinstance(base, int) and isinstance(exponent, int) and exponent >= 0:
        # 2 ** 94 has 29 digits
        if abs(base) > 1 and exponent > 94:
            raise PathError("A number grows beyond 28 digits.")
        return base**exponent
    if base == 0:
        return (Decimal(1) if exponent == 0 else Decimal(0)) if exponent >= 0 else None
    if base < 0 and exponent != int(exponent):
        return None
    return _transcendental(lambda: DECIMALS.power(Decimal(base), Decimal(exponent)))


def _transcendental(calculate: Callable[[], Decimal]) -> Decimal:
    try:
        return calculate()
    except ArithmeticError:
        raise PathError("A number grows beyond 28 digits.") from None


def _exp(number: Any) -> Decimal:
    if number > 100:
        raise PathError("A number grows beyond 28 digits.")
    return _transcendental(lambda: DECIMALS.exp(Decimal(max(number, -1000))))


def _log(number: Any, base: Any) -> Decimal | None:
    if number <= 0 or base <= 0 or base == 1:
        return None
    if base == 10:
        return DECIMALS.log10(Decimal(number))
    return DECIMALS.divide(DECIMALS.ln(Decimal(number)), DECIMALS.ln(Decimal(base)))


def _now(frame: Frame, _items: Items, _arguments: list[Items]) -> Items:
    return [moment(frame.run.now)]


def _today(frame: Frame, _items: Items, _arguments: list[Items]) -> Items:
    return [Temporal(DATE, moment(frame.run.now).parts[:3])]


def _time_of_day(frame: Frame, _items: Items, _arguments: list[Items]) -> Items:
    return [Temporal(TIME, moment(frame.run.now).parts[3:])]


FUNCTIONS: Final = {
    "abs": Function(0, 0, _abs),
    "ceiling": _one("ceiling", _integral(ROUND_CEILING)),
    "floor": _one("floor", _integral(ROUND_FLOOR)),
    "truncate": _one("truncate", _integral(ROUND_DOWN)),
    "round": Function(0, 1, _round),
    "sqrt": _one("sqrt", lambda x: DECIMALS.sqrt(Decimal(x)) if x >= 0 else None),
    "exp": _one("exp", _exp),
    "ln": _one("ln", lambda x: DECIMALS.ln(Decimal(x)) if x > 0 else None),
    "log": _two("log", _log),
    "power": _two("power", _power),
    "now": Function(0, 0, _now),
    "today": Function(0, 0, _today),
    "timeOfDay": Function(0, 0, _time_of_day),
}
