"""Which answers open most of the questions that depend on them."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from fhir.intake.answer_elements import answer_of
from fhir.intake.comparison import compare, is_equal
from fhir.intake.extensions import typed_value
from fhir.intake.path import PathError, compile_path
from fhir.intake.settling import in_memory

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from fhir.intake.answer_options import EnableWhen
    from fhir.intake.items import Form, Item

_MOST: Final = 1_000_000
_TRIED: Final = 50
_MOST_LOOKS: Final = 20_000
_LITERAL: Final = re.compile(r"'((?:[^'\\]|\\.)*)'")
_ORDER: Final[Mapping[str, frozenset[int]]] = {
    "<": frozenset({-1}),
    ">": frozenset({1}),
    "<=": frozenset({-1, 0}),
    ">=": frozenset({0, 1}),
}


class Openings:
    """The conditions of a form from the side of the questions that they ask for."""

    def __init__(self, form: Form) -> None:
        """Take the form."""
        self._conditions: dict[str, list[tuple[EnableWhen, int]]] = defaultdict(list)
        self._literals: dict[str, list[tuple[frozenset[str], int]]] = defaultdict(list)
        self._best: dict[str, list[Any]] = {}
        gains: dict[str, int] = defaultdict(int)
        # What depends on an item, or stands in it, comes after it.
        for item in reversed(form.enabling_order):
            below = sum(gains[child.link_id] for child in item.children)
            gain = gains[item.link_id] = min(gains[item.link_id] + item.is_fillable + below, _MOST)
            for condition in item.enable_when:
                self._conditions[condition.question].append((condition, gain))
                gains[condition.question] += gain
            self._note(item, gain)

    def _note(self, item: Item, gain: int) -> None:
        """Note what an expression compares with: it may be what opens the item."""
        try:
            path = compile_path(item.enable_expression) if item.enable_expression else None
        except PathError:
            return
        if path is not None:
            literals = frozenset(_LITERAL.findall(path.text))
            for link_id in path.link_ids:
                self._literals[link_id].append((literals, gain))

    def best(self, item: Item, values: Iterable[Any]) -> list[Any]:
        """Return the answers that open something, those that open most first.

        ``values`` are further answers, of which the first are looked at. Asked again for the same
        question, it returns the same.
        """
        if item.link_id not in self._best:
            most = max(2, min(_TRIED, _MOST_LOOKS // (1 + len(self._conditions[item.link_id]))))
            tried = (*islice(self._wanted(item), most), *islice(values, most))
            once = [value for number, value in enumerate(tried) if value not in tried[:number]]
            gains = [(self._gain(item, value), value) for value in once]
            gains.sort(key=lambda row: -row[0])
            self._best[item.link_id] = [value for gain, value in gains if gain > 0]
        return self._best[item.link_id]

    def is_better_blank(self, item: Item) -> bool:
        """Tell whether more is opened by no answer than by any."""
        rows = [row for row in self._conditions[item.link_id] if row[0].operator == "exists"]
        blank = sum(gain for condition, gain in rows if condition.answer is False)
        others = [gain for condition, gain in self._conditions[item.link_id]]
        return blank > sum(others) - blank

    def _wanted(self, item: Item) -> Iterator[Any]:
        for condition, _ in self._conditions[item.link_id]:
            value = condition.answer
            if condition.operator in _ORDER and isinstance(value, int | float):
                yield from (value, value + 1, value - 1)
            elif condition.operator != "exists":
                yield in_memory(item, condition.element.replace("answer", "value", 1), value)
        texts = {text for literals, _ in self._literals[item.link_id] for text in literals}
        yield from (option.code for option in item.options if option.code in texts)

    def _gain(self, item: Item, value: Any) -> int:
        typed = typed_value(answer_of(item, value), "value")
        met = sum(gain for row, gain in self._conditions[item.link_id] if _meets(row, typed))
        texts = {str(value), str(typed[1].get("display")) if isinstance(typed[1], dict) else ""}
        return met + sum(gain for words, gain in self._literals[item.link_id] if words & texts)


def _meets(condition: EnableWhen, typed: tuple[str, Any]) -> bool:
    wanted = (condition.element.replace("answer", "value", 1), condition.answer)
    if condition.operator == "exists":
        return condition.answer is True
    if condition.operator in {"=", "!="}:
        return is_equal(typed, wanted) is (condition.operator == "=")
    return compare(typed, wanted) in _ORDER.get(condition.operator, frozenset())
