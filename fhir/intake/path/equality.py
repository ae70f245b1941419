"""``=``, ``~``, membership and distinctness."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from fhir.intake.path.errors import PathError
from fhir.intake.path.evaluation import describe
from fhir.intake.path.node import QUANTITIES, Node, Untyped, all_children, value_of
from fhir.intake.path.quantity import (
    Quantity,
    base_key,
    equivalent_durations,
    is_mixed_duration,
    same_unit,
)
from fhir.intake.path.temporal import Temporal, compare, normal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fhir.intake.path.evaluation import Run
    from fhir.intake.path.node import Item, Items


def equal(run: Run, left: Items, right: Items) -> bool | None:
    """Compare collections in order; None when one is empty or precision does not tell."""
    if not left or not right:
        return None
    if len(left) != len(right):
        return False
    run.spend(len(left))
    found: bool | None = True
    for mine, other in zip(left, right, strict=True):
        same = equal_items(run, mine, other)
        if same is False:
            return False
        if same is None:
            found = None
    return found


def equal_items(run: Run, left: Item, right: Item) -> bool | None:
    """Compare two items; None when precision, or a duration's kind, does not tell."""
    mine, other = value_of(left), value_of(right)
    if isinstance(mine, str) and isinstance(other, str):
        return run.text(mine) == run.text(other)
    if is_number(mine) and is_number(other):
        return bool(mine == other)
    if isinstance(mine, Temporal) and isinstance(other, Temporal):
        if (mine.kind == "Time") != (other.kind == "Time"):
            return False
        order = compare(mine, other, run.zone)
        return None if order is None else order == 0
    if _are_quantities(mine, other):
        return _equal_quantities(_as_quantity(mine), _as_quantity(other))
    if mine is None or other is None:
        return None if mine is other else False
    for one, two in ((mine, other), (other, mine)):
        if isinstance(one, Untyped) and isinstance(two, Temporal):
            raise PathError("A date is compared with an element of unknown type.")
    if isinstance(mine, Node) and isinstance(other, Node):
        kind = mine.type or other.type  # JSON without type is taken for what it is compared with
        mine, other = Node(mine.json, mine.type or kind), Node(other.json, other.type or kind)
    return bool(key(run, mine) == key(run, other))


def is_number(value: Item) -> bool:
    """Say whether a value is an integer or a decimal."""
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _are_quantities(mine: Item, other: Item) -> bool:
    """Say whether both are quantities, or one is and the other is a number."""
    pair = (mine, other)
    if not any(isinstance(value, Quantity) for value in pair):
        return False
    for value in pair:
        if isinstance(value, Node) and value.type in {*QUANTITIES, None}:
            raise PathError("A FHIR Quantity without a UCUM unit has no exact comparison.")
    return all(isinstance(value, Quantity) or is_number(value) for value in pair)


def _as_quantity(value: Item) -> Quantity:
    return value if isinstance(value, Quantity) else Quantity(Decimal(value))


def _equal_quantities(left: Quantity, right: Quantity) -> bool | None:
    if is_mixed_duration(left, right):
        return None
    values = same_unit(left, right)
    return values is not None and values[0] == values[1]


def equivalent(run: Run, left: Items, right: Items) -> bool:
    """Compare collections without order: ``~``."""
    if len(left) != len(right):
        return False
    run.spend(len(left) * len(right) + 1)
    rest = list(right)
    for mine in left:
        for at, other in enumerate(rest):
            if equivalent_items(run, mine, other):
                del rest[at]
                break
        else:
            return False
    return True


def equivalent_items(run: Run, left: Item, right: Item) -> bool:
    """Compare two items leniently: case and blanks of text, precision of numbers and dates."""
    mine, other = value_of(left), value_of(right)
    if isinstance(mine, str) and isinstance(other, str):
        return _normal_text(run.text(mine)) == _normal_text(run.text(other))
    if is_number(mine) and is_number(other):
        return _rounded_equal(mine, other)
    if isinstance(mine, Temporal) and isinstance(other, Temporal):
        return bool(equal_items(run, mine, other))
    if _are_quantities(mine, other):
        one, two = _as_quantity(mine), _as_quantity(other)
        if is_mixed_duration(one, two):
            return equivalent_durations(one, two)
        values = same_unit(one, two)
        return values is not None and _rounded_equal(*values)
    if mine is None and other is None:
        return bool(key(run, left) == key(run, right))
    if isinstance(mine, Node) and isinstance(other, Node):
        return _equivalent_elements(run, mine, other)
    return bool(equal_items(run, mine, other))


def _normal_text(text: str) -> str:
    return re.sub(r"\s", " ", text.casefold())


def _equivalent_elements(run: Run, left: Node, right: Node) -> bool:
    mine, other = _by_name(left), _by_name(right)
    return mine.keys() == other.keys() and all(
        equivalent(run, parts, other[name]) for name, parts in mine.items()
    )


def _by_name(node: Node) -> dict[str, Items]:
    named: dict[str, Items] = {}
    for name, child in _named_children(node):
        named.setdefault(name, []).append(child)
    return named


def _rounded_equal(left: Any, right: Any) -> bool:
    places = [
        max(0, -int(Decimal(value).normalize().as_tuple().exponent)) for value in (left, right)
    ]
    step = Decimal(1).scaleb(-min(places))
    one, two = (Decimal(value).quantize(step, ROUND_HALF_UP) for value in (left, right))
    return one == two


def key(run: Run, item: Item) -> Any:
    """Return a hashable that two items share exactly when they are equal."""
    run.spend(1)
    value = value_of(item)
    if isinstance(value, str):
        return "text", str(run.text(value))
    if value is None:
        return "absent", key(run, Node(item.extra or {}, "Element"))
    if isinstance(value, bool):
        return "boolean", value
    if isinstance(value, int | Decimal):
        return "number", value
    if isinstance(value, Temporal):
        return "time" if value.kind == "Time" else "date", normal(value, run.zone)
    if isinstance(value, Quantity):
        return "quantity", base_key(value)
    if not isinstance(value, Node):
        raise PathError(f"{describe(value)} cannot be compared.")
    named = _by_name(value).items()
    return "element", frozenset((n, tuple(key(run, part) for part in parts)) for n, parts in named)


def _named_children(node: Node) -> Iterable[tuple[str, Node]]:
    json = node.json
    if not isinstance(json, dict):
        return
    for name in json:
        if isinstance(json[name], dict | list | str | int | float | Decimal):
            part = Node({name: json[name]}, node.type)
            for child in all_children(part):
                yield name, child


def distinct(run: Run, items: Items) -> Items:
    """Drop items that equal an earlier one."""
    if len(items) < 2:
        return list(items)
    found: dict[Any, Item] = {}
    for item in items:
        found.setdefault(key(run, item), item)
    return list(found.values())


def keys(run: Run, items: Items) -> set[Any]:
    """Return the keys of all items."""
    return {key(run, item) for item in items}
