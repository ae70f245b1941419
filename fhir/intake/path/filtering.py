"""Functions that evaluate an expression for each item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fhir.intake.path.equality import key
from fhir.intake.path.errors import PathError
from fhir.intake.path.evaluation import Frame, truth
from fhir.intake.path.functions import Function
from fhir.intake.path.node import Node

if TYPE_CHECKING:
    from fhir.intake.path.evaluation import Run
    from fhir.intake.path.functions import Arguments
    from fhir.intake.path.node import Item, Items


def where(frame: Frame, items: Items, arguments: Arguments) -> Items:
    """Keep the items for which the criterion is true."""
    (criterion,) = arguments
    frame.run.spend(len(items))
    return [
        item
        for index, item in enumerate(items)
        if truth(criterion(frame.of(item, index)), "where()")
    ]


def _select(frame: Frame, items: Items, arguments: Arguments) -> Items:
    (projection,) = arguments
    frame.run.spend(len(items))
    found: Items = []
    for index, item in enumerate(items):
        found += projection(frame.of(item, index))
    return found


def _exists(frame: Frame, items: Items, arguments: Arguments) -> Items:
    return [bool(where(frame, items, arguments) if arguments else items)]


def _all(frame: Frame, items: Items, arguments: Arguments) -> Items:
    return [len(where(frame, items, arguments)) == len(items)]


class _Seen:
    """Which items were seen. Their keys, which cost, are made only where two look alike."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._alike: dict[Any, Item] = {}
        self._keys: dict[Any, set[Any]] = {}

    def is_new(self, item: Item) -> bool:
        look = self._look(item)
        if look not in self._alike:
            self._alike[look] = item
            return True
        keys = self._keys.setdefault(look, {key(self._run, self._alike[look])})
        before = len(keys)
        keys.add(key(self._run, item))
        return len(keys) > before

    @staticmethod
    def _look(item: Item) -> Any:
        json = item.json if isinstance(item, Node) else None
        if type(json) is not dict:
            return None
        name = json.get("linkId")
        return item.type, len(json), name if isinstance(name, str) else None


def _repeat(frame: Frame, items: Items, arguments: Arguments) -> Items:
    (projection,) = arguments
    seen = _Seen(frame.run)
    found: Items = []
    level = items
    while level:
        frame.run.spend(len(level))
        new: Items = []
        for index, item in enumerate(level):
            new += filter(seen.is_new, projection(frame.of(item, index)))
        found += new
        level = new
    return found


def _iif(frame: Frame, items: Items, arguments: Arguments) -> Items:
    if items is not frame.focus:
        if len(items) > 1:
            raise PathError(f"iif() needs one value but got {len(items)}.")
        frame = Frame(frame.run, items, frame.index, frame.total)
    if truth(arguments[0](frame), "iif()"):
        return arguments[1](frame)
    return arguments[2](frame) if len(arguments) > 2 else []


def _aggregate(frame: Frame, items: Items, arguments: Arguments) -> Items:
    total = arguments[1](frame) if len(arguments) > 1 else []
    frame.run.spend(len(items))
    for index, item in enumerate(items):
        total = arguments[0](Frame(frame.run, [item], index, total))
        frame.run.spend(len(total))
    return total


def _trace(_frame: Frame, items: Items, _arguments: Arguments) -> Items:
    return items


FUNCTIONS: Final = {
    "where": Function(1, 1, where, lazy=True, loops=True),
    "select": Function(1, 1, _select, lazy=True, loops=True),
    "repeat": Function(1, 1, _repeat, lazy=True, loops=True),
    "exists": Function(0, 1, _exists, lazy=True, loops=True),
    "all": Function(1, 1, _all, lazy=True, loops=True),
    "iif": Function(2, 3, _iif, lazy=True),
    "aggregate": Function(1, 2, _aggregate, lazy=True, loops=True, totals=True),
    "trace": Function(1, 2, _trace, lazy=True, loops=True),
}
