"""Arithmetic, order, logic and membership."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from fhir.intake.path.equality import distinct, equal, equal_items, equivalent, is_number
from fhir.intake.path.errors import PathError
from fhir.intake.path.evaluation import (
    DECIMALS,
    bounded_number,
    describe,
    single,
    single_text,
    truth,
)
from fhir.intake.path.node import Untyped
from fhir.intake.path.quantity import SECONDS, Quantity, is_mixed_duration, same_unit
from fhir.intake.path.temporal import TIME, Temporal, add_months, add_seconds, compare

if TYPE_CHECKING:
    from collections.abc import Callable

    from fhir.intake.path.evaluation import Run
    from fhir.intake.path.node import Items

    Operate = Callable[[Run, Items, Items], Items]


def _collection(value: bool | None) -> Items:  # noqa: FBT001  # a truth value
    return [] if value is None else [value]


def _negated(value: bool | None) -> Items:  # noqa: FBT001  # a truth value
    return [] if value is None else [not value]


def _operands(left: Items, right: Items, sign: str) -> tuple[Any, Any] | None:
    mine, other = single(left, sign), single(right, sign)
    return None if mine is None or other is None else (mine, other)


def _order(run: Run, left: Items, right: Items, sign: str) -> int | None:
    """Return -1, 0 or 1, or None."""
    pair = _operands(left, right, sign)
    if pair is None:
        return None
    mine, other = pair
    if isinstance(mine, Temporal) and isinstance(other, Temporal):
        return compare(mine, other, run.zone)
    if isinstance(mine, str) and isinstance(other, str):
        if isinstance(mine, Untyped) or isinstance(other, Untyped):
            raise PathError(f"{sign} is asked of an element of unknown type.")
        run.text(mine)
        return (mine > other) - (mine < other)
    if is_number(mine) and is_number(other):
        return bool(mine > other) - bool(mine < other)
    quantities = _quantities(mine, other)
    if quantities is None:
        raise PathError(f"{sign} cannot order {describe(mine)} and {describe(other)}.")
    if is_mixed_duration(*quantities):
        return None
    values = same_unit(*quantities)
    return None if values is None else bool(values[0] > values[1]) - bool(values[0] < values[1])


def _quantities(mine: Any, other: Any) -> tuple[Quantity, Quantity] | None:
    if not (isinstance(mine, Quantity) or isinstance(other, Quantity)):
        return None
    one, two = (Quantity(Decimal(v)) if is_number(v) else v for v in (mine, other))
    if isinstance(one, Quantity) and isinstance(two, Quantity):
        return one, two
    return None


def _ordering(sign: str, wanted: set[int]) -> Operate:
    def operate(run: Run, left: Items, right: Items) -> Items:
        order = _order(run, left, right, sign)
        return [] if order is None else [order in wanted]

    return operate


def _add(run: Run, left: Items, right: Items) -> Items:
    pair = _operands(left, right, "+")
    if pair is None:
        return []
    mine, other = pair
    if isinstance(mine, str) and isinstance(other, str):
        return [run.text(mine + other)]
    if isinstance(mine, Temporal) and isinstance(other, Quantity):
        return _moved(mine, other)
    return _calculated("+", mine, other)


def _subtract(_run: Run, left: Items, right: Items) -> Items:
    pair = _operands(left, right, "-")
    if pair is None:
        return []
    mine, other = pair
    if isinstance(mine, Temporal) and isinstance(other, Quantity):
        return _moved(mine, replace(other, value=-other.value))
    return _calculated("-", mine, other)


def _calculated(sign: str, mine: Any, other: Any) -> Items:
    if is_number(mine) and is_number(other):
        return [calculate(sign, mine, other)]
    quantities = _quantities(mine, other)
    if quantities is None:
        raise PathError(f"{sign} cannot take {describe(mine)} and {describe(other)}.")
    one, two = quantities
    if (one.unit, one.calendar) != (two.unit, two.calendar):
        raise PathError(f"{sign} between the units {one.unit} and {two.unit} is not supported.")
    return [replace(one, value=Decimal(calculate(sign, one.value, two.value)))]


def calculate(sign: str, mine: Any, other: Any) -> Any:
    """Add, subtract or multiply numbers: exact for integers, 28 digits for decimals."""
    if isinstance(mine, Decimal) or isinstance(other, Decimal):
        operate = {"+": DECIMALS.add, "-": DECIMALS.subtract, "*": DECIMALS.multiply}[sign]
        return bounded_number(operate(mine, other))
    if sign == "*":
        return bounded_number(mine * other)
    return bounded_number(mine + other if sign == "+" else mine - other)


def _moved(moment: Temporal, by: Quantity) -> Items:
    """Add a duration to a date, dateTime or time, within its precision."""
    if not by.calendar and by.unit not in {"s", "ms"}:
        raise PathError(f"To a date one adds calendar durations (days, years), not '{by.unit}'.")
    unit = {"s": "second", "ms": "millisecond"}.get(by.unit, by.unit)
    if moment.kind == TIME and unit in {"year", "month", "week", "day"}:
        raise PathError(f"A {unit} cannot be added to a time.")
    if unit in {"year", "month"} or (moment.kind != TIME and len(moment.parts) < 3):
        months = _months(by.value, unit, len(moment.parts))
        moved = add_months(moment, months)
    else:
        value = by.value if unit in {"second", "millisecond"} else Decimal(int(by.value))
        moved = add_seconds(moment, _in_precision(moment, value * SECONDS[unit]))
    return [] if moved is None else [moved]


def _in_precision(moment: Temporal, seconds: Decimal) -> Decimal:
    """Cut what is finer than the moment tells: 12 hours are no day."""
    known = len(moment.parts) + (2 if moment.kind == TIME else -1)
    step = {2: 86400, 3: 3600, 4: 60}.get(known)
    return Decimal(int(seconds / step) * step) if step else seconds


def _months(value: Decimal, unit: str, precision: int) -> int:
    """Return whole months: of a partial date a duration counts in the date's own precision."""
    if unit in {"year", "month"}:
        months = int(value) * (12 if unit == "year" else 1)
    else:
        days = int(int(value) * SECONDS[unit] / SECONDS["day"])
        if precision == 1:
            return int(days / Decimal(365)) * 12
        months = int(days / Decimal(30))
    return int(months / Decimal(12)) * 12 if precision == 1 else months


def _multiply(_run: Run, left: Items, right: Items) -> Items:
    pair = _operands(left, right, "*")
    if pair is None:
        return []
    mine, other = pair
    if is_number(mine) and is_number(other):
        return [calculate("*", mine, other)]
    for one, two in (pair, pair[::-1]):
        factor = two.value if isinstance(two, Quantity) and two.unit == "1" else two
        if isinstance(one, Quantity) and is_number(factor):
            return [replace(one, value=Decimal(calculate("*", one.value, factor)))]
    raise PathError(f"* cannot take {describe(mine)} and {describe(other)}.")


def _divide(_run: Run, left: Items, right: Items) -> Items:
    pair = _operands(left, right, "/")
    if pair is None:
        return []
    mine, other = pair
    if is_number(mine) and is_number(other):
        return [_quotient(mine, other)] if other else []
    if isinstance(mine, Quantity) and is_number(other):
        return [replace(mine, value=_quotient(mine.value, other))] if other else []
    if isinstance(mine, Quantity) and isinstance(other, Quantity):
        if (mine.unit, mine.calendar) == (other.unit, other.calendar):
            return [Quantity(_quotient(mine.value, other.value))] if other.value else []
        if other.unit == "1":
            return [replace(mine, value=_quotient(mine.value, other.value))] if other.value else []
    raise PathError(f"/ cannot take {describe(mine)} and {describe(other)}.")


def _quotient(mine: Any, other: Any) -> Decimal:
    return Decimal(bounded_number(DECIMALS.divide(Decimal(mine), Decimal(other))))


def _whole(sign: str) -> Operate:
    def operate(_run: Run, left: Items, right: Items) -> Items:
        pair = _operands(left, right, sign)
        if pair is None:
            return []
        mine, other = pair
        if not (is_number(mine) and is_number(other)):
            raise PathError(f"{sign} needs numbers, not {describe(mine)} and {describe(other)}.")
        if not other:
            return []
        one, two = Decimal(mine), Decimal(other)
        try:
            whole, rest = DECIMALS.divmod(one, two)
        except InvalidOperation:
            raise PathError(f"The result of {sign} grows beyond 28 digits.") from None
        if sign == "div":
            return [int(whole)]
        return [rest if isinstance(mine, Decimal) or isinstance(other, Decimal) else int(rest)]

    return operate


def _concatenate(run: Run, left: Items, right: Items) -> Items:
    return [run.text((single_text(left, "&") or "") + (single_text(right, "&") or ""))]


def _in(run: Run, left: Items, right: Items) -> Items:
    if len(left) > 1:
        raise PathError(f"in needs one value on its left but got {len(left)}.")
    if not left:
        return []
    run.spend(len(right))
    return [any(equal_items(run, left[0], item) for item in right)]


def _xor(_run: Run, left: Items, right: Items) -> Items:
    mine, other = truth(left, "xor"), truth(right, "xor")
    return [] if mine is None or other is None else [mine != other]


def _union(run: Run, left: Items, right: Items) -> Items:
    return distinct(run, [*left, *right])


def negative(items: Items) -> Items:
    """Return the negative of a number or quantity."""
    value = single(items, "-")
    if value is None:
        return []
    if is_number(value):
        return [-value]
    if isinstance(value, Quantity):
        return [replace(value, value=-value.value)]
    raise PathError(f"- needs a number, not {describe(value)}.")


def positive(items: Items) -> Items:
    """Return a number or quantity as it is."""
    value = single(items, "+")
    if value is None or is_number(value) or isinstance(value, Quantity):
        return items
    raise PathError(f"+ needs a number, not {describe(value)}.")


OPERATORS: Final[dict[str, Operate]] = {
    "=": lambda run, left, right: _collection(equal(run, left, right)),
    "!=": lambda run, left, right: _negated(equal(run, left, right)),
    "~": lambda run, left, right: [equivalent(run, left, right)],
    "!~": lambda run, left, right: [not equivalent(run, left, right)],
    "<": _ordering("<", {-1}),
    "<=": _ordering("<=", {-1, 0}),
    ">": _ordering(">", {1}),
    ">=": _ordering(">=", {0, 1}),
    "+": _add,
    "-": _subtract,
    "*": _multiply,
    "/": _divide,
    "div": _whole("div"),
    "mod": _whole("mod"),
    "&": _concatenate,
    "|": _union,
    "in": _in,
    "contains": lambda run, left, right: _in(run, right, left),
    "xor": _xor,
}
