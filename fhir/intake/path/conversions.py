"""``toX()`` and ``convertsToX()``."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from fhir.intake.path.evaluation import bounded_number, single
from fhir.intake.path.functions import Function
from fhir.intake.path.node import Node
from fhir.intake.path.quantity import WORDS, Quantity
from fhir.intake.path.temporal import DATE, DATE_TIME, TIME, Temporal, parse_temporal

if TYPE_CHECKING:
    from collections.abc import Callable

    from fhir.intake.path.evaluation import Frame
    from fhir.intake.path.node import Item, Items

_INTEGER: Final = re.compile(r"[+-]?\d+", re.ASCII)
_DECIMAL: Final = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_QUANTITY: Final = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*(?:'([^']+)'|([a-z]+))?", re.ASCII)
_TRUE: Final = {"true", "t", "yes", "y", "1", "1.0"}
_FALSE: Final = {"false", "f", "no", "n", "0", "0.0"}
_MAX_DIGITS: Final = 40


def _to_integer(value: Item) -> int | None:
    if isinstance(value, int):
        return int(value)
    if isinstance(value, str) and len(value) <= _MAX_DIGITS and _INTEGER.fullmatch(value):
        return int(bounded_number(int(value)))
    return None


def _to_decimal(value: Item) -> Decimal | None:
    if isinstance(value, bool):
        return Decimal("1.0") if value else Decimal("0.0")
    if isinstance(value, int | Decimal):
        return Decimal(value)
    if isinstance(value, str) and len(value) <= _MAX_DIGITS and _DECIMAL.fullmatch(value):
        return Decimal(bounded_number(Decimal(value)))
    return None


def _to_boolean(value: Item) -> bool | None:
    if isinstance(value, bool):
        return value
    if isinstance(value, int | Decimal):
        return value == 1 if value in {0, 1} else None
    if isinstance(value, str):
        text = value.lower()
        return text in _TRUE if text in _TRUE | _FALSE else None
    return None


def to_text(value: Item) -> str | None:
    """Return a value as text, None of an element with children."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    return None if isinstance(value, Node) else str(value)


def _to_date(value: Item) -> Temporal | None:
    if isinstance(value, Temporal):
        return Temporal(DATE, value.parts[:3]) if value.kind != TIME else None
    return parse_temporal(value, DATE) if isinstance(value, str) else None


def _to_date_time(value: Item) -> Temporal | None:
    if isinstance(value, Temporal):
        return Temporal(DATE_TIME, value.parts, value.offset) if value.kind != TIME else None
    return parse_temporal(value, DATE_TIME) if isinstance(value, str) else None


def _to_time(value: Item) -> Temporal | None:
    if isinstance(value, Temporal):
        return value if value.kind == TIME else None
    return parse_temporal(value, TIME) if isinstance(value, str) else None


def _to_quantity(value: Item) -> Quantity | None:
    if isinstance(value, Quantity):
        return value
    if isinstance(value, bool):
        return Quantity(Decimal("1.0") if value else Decimal("0.0"))
    if isinstance(value, int | Decimal):
        return Quantity(Decimal(value))
    found = _QUANTITY.fullmatch(value) if isinstance(value, str) and len(value) < 100 else None
    if found is None:
        return None
    number, unit, word = Decimal(bounded_number(Decimal(found[1]))), found[2], found[3]
    if word:
        known = WORDS.get(word)
        return Quantity(number, known, calendar=True, word=word) if known else None
    return Quantity(number, unit or "1")


def _pair(name: str, convert: Callable[[Item], Any]) -> dict[str, Function]:
    def to(_frame: Frame, items: Items, _arguments: list[Items]) -> Items:
        value = single(items, f"to{name}()")
        found = None if value is None else convert(value)
        return [] if found is None else [found]

    def converts(_frame: Frame, items: Items, _arguments: list[Items]) -> Items:
        value = single(items, f"convertsTo{name}()")
        return [] if value is None else [convert(value) is not None]

    return {f"to{name}": Function(0, 0, to), f"convertsTo{name}": Function(0, 0, converts)}


FUNCTIONS: Final = {
    **_pair("Integer", _to_integer),
    **_pair("Decimal", _to_decimal),
    **_pair("Boolean", _to_boolean),
    **_pair("String", to_text),
    **_pair("Date", _to_date),
    **_pair("DateTime", _to_date_time),
    **_pair("Time", _to_time),
    **_pair("Quantity", _to_quantity),
}
