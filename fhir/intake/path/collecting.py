"""Functions over collections: existence, subsets, sets, totals, and the tree of elements."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from fhir.intake.path.equality import distinct, key, keys
from fhir.intake.path.errors import PathError
from fhir.intake.path.evaluation import single, single_integer, single_text, truth
from fhir.intake.path.functions import Function
from fhir.intake.path.node import Node, all_children, child, value_of
from fhir.intake.path.operators import OPERATORS

if TYPE_CHECKING:
    from collections.abc import Callable

    from fhir.intake.path.evaluation import Frame
    from fhir.intake.path.node import Items


def _not(_frame: Frame, items: Items, _arguments: list[Items]) -> Items:
    value = truth(items, "not()")
    return [] if value is None else [not value]


def _single(_frame: Frame, items: Items, _arguments: list[Items]) -> Items:
    if len(items) > 1:
        raise PathError(f"single() needs one value but got {len(items)}.")
    return items


def _skip(_frame: Frame, items: Items, arguments: list[Items]) -> Items:
    count = single_integer(arguments[0], "skip()")
    return [] if count is None else items[max(0, count) :]


def _take(_frame: Frame, items: Items, arguments: list[Items]) -> Items:
    count = single_integer(arguments[0], "take()")
    return [] if count is None else items[: max(0, count)]


def _intersect(frame: Frame, items: Items, arguments: list[Items]) -> Items:
    wanted = keys(frame.run, arguments[0])
    return [item for item in distinct(frame.run, items) if key(frame.run, item) in wanted]


def _exclude(frame: Frame, items: Items, arguments: list[Items]) -> Items:
    unwanted = keys(frame.run, arguments[0])
    return [item for item in items if key(frame.run, item) not in unwanted]


def _truths(wanted: bool, name: str, over: Callable[[list[bool]], bool]) -> Function:  # noqa: FBT001
    def run(frame: Frame, items: Items, _arguments: list[Items]) -> Items:
        values = [value_of(item) for item in items]
        frame.run.spend(len(values))
        if not all(isinstance(value, bool) for value in values):
            raise PathError(f"{name}() needs booleans only.")
        return [over([value is wanted for value in values])]

    return Function(0, 0, run)


def _folded(sign: str, name: str) -> Callable[[Frame, Items], Items]:
    def fold(frame: Frame, items: Items) -> Items:
        total = items[:1]
        frame.run.spend(len(items))
        for item in items:
            if value_of(item) is None:
                return []
        for item in items[1:]:
            if sign == "+":
                total = OPERATORS["+"](frame.run, total, [item])
            elif truth(OPERATORS[sign](frame.run, [item], total), name):
                total = [item]
        return [value_of(item) for item in total]

    return fold


_sum = _folded("+", "sum()")


def _average(frame: Frame, items: Items, _arguments: list[Items]) -> Items:
    return OPERATORS["/"](frame.run, _sum(frame, items), [Decimal(len(items))]) if items else []


def _children(frame: Frame, items: Items, _arguments: list[Items]) -> Items:
    found = [part for item in items if isinstance(item, Node) for part in all_children(item)]
    frame.run.spend(len(found))
    return found


def _descendants(frame: Frame, items: Items, _arguments: list[Items]) -> Items:
    found: Items = []
    level = _children(frame, items, [])
    while level:
        found += level
        level = _children(frame, level, [])
    return found


def _extension(frame: Frame, items: Items, arguments: list[Items]) -> Items:
    url = single_text(arguments[0], "extension()")
    found: Items = []
    for item in items:
        if isinstance(item, Node):
            child(item, "extension", found)
    frame.run.spend(len(found))
    return [part for part in found if isinstance(part.json, dict) and part.json.get("url") == url]


def _has_value(_frame: Frame, items: Items, _arguments: list[Items]) -> Items:
    return [len(items) == 1 and _primitive(items) is not None]


def _get_value(_frame: Frame, items: Items, _arguments: list[Items]) -> Items:
    value = _primitive(items) if len(items) == 1 else None
    return [] if value is None else [value]


def _primitive(items: Items) -> object:
    item = items[0]
    if isinstance(item, Node) and isinstance(item.json, dict):
        return None
    return single(items, "getValue()")


FUNCTIONS: Final = {
    "empty": Function(0, 0, lambda _, items, __: [not items]),
    "count": Function(0, 0, lambda _, items, __: [len(items)]),
    "not": Function(0, 0, _not),
    "first": Function(0, 0, lambda _, items, __: items[:1]),
    "last": Function(0, 0, lambda _, items, __: items[-1:]),
    "tail": Function(0, 0, lambda _, items, __: items[1:]),
    "single": Function(0, 0, _single),
    "skip": Function(1, 1, _skip),
    "take": Function(1, 1, _take),
    "distinct": Function(0, 0, lambda frame, items, _: distinct(frame.run, items)),
    "isDistinct": Function(
        0, 0, lambda frame, items, _: [len(distinct(frame.run, items)) == len(items)]
    ),
    "union": Function(1, 1, lambda frame, items, args: distinct(frame.run, [*items, *args[0]])),
    "combine": Function(1, 1, lambda _, items, args: [*items, *args[0]]),
    "intersect": Function(1, 1, _intersect),
    "exclude": Function(1, 1, _exclude),
    "subsetOf": Function(
        1, 1, lambda frame, items, args: [keys(frame.run, items) <= keys(frame.run, args[0])]
    ),
    "supersetOf": Function(
        1, 1, lambda frame, items, args: [keys(frame.run, items) >= keys(frame.run, args[0])]
    ),
    "allTrue": _truths(True, "allTrue", all),
    "anyTrue": _truths(True, "anyTrue", any),
    "allFalse": _truths(False, "allFalse", all),
    "anyFalse": _truths(False, "anyFalse", any),
    "sum": Function(0, 0, lambda frame, items, _: _sum(frame, items)),
    "min": Function(0, 0, lambda frame, items, _: _folded("<", "min()")(frame, items)),
    "max": Function(0, 0, lambda frame, items, _: _folded(">", "max()")(frame, items)),
    "avg": Function(0, 0, _average),
    "children": Function(0, 0, _children),
    "descendants": Function(0, 0, _descendants),
    "extension": Function(1, 1, _extension),
    "hasValue": Function(0, 0, _has_value),
    "getValue": Function(0, 0, _get_value),
}
