"""Answers that are enabled by each other, with the values that the form itself gives.

An expression may ask for what is not enabled itself, or for a value that is still to be calculated.
So answers are looked at again until nothing changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from fhir.intake.answers import Answers, is_blank, row_columns
from fhir.intake.enabling import STEPS
from fhir.intake.native_enablement import NativeEnablement

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from fhir.intake.items import Form, Item
    from fhir.intake.places import Where

    Fill: TypeAlias = Callable[[Item, Any, Where, NativeEnablement], Any]
    """Takes an enabled item, its answer, where it stands; gives the answer that it has."""

_ROUNDS: Final = 30
_ATTEMPTS: Final = 5


def stable_answers(
    form: Form, given: Mapping[str, Any], on: date, fill: Fill | None = None
) -> Answers:
    """Return the answers that are enabled by those returned, and filled in by ``fill``.

    What makes itself impossible, or depends on itself, stays blank.
    """
    steps, blocked = STEPS, frozenset[str]()
    for _ in range(_ATTEMPTS):
        states = [without(given, blocked)]
        while len(states) < _ROUNDS:
            enablement = NativeEnablement(form, states[-1], on, steps=steps)
            found = _Pass(enablement, fill, blocked).answers(form.top, given, ())
            steps = enablement.steps_left
            if found == states[-1]:
                return found
            states.append(found)
            if found in states[:-1]:
                break
        changing = _changing_in_turn(states)
        # What was given goes first, then initial values: the rest is as it would be without them.
        less = without(given, changing)
        if less == given:
            blocked |= {n for n in changing if not form.items[n].calculated} or changing
        given = less
    blocked |= _unruly(form)
    rest = without(given, blocked)
    return _Pass(NativeEnablement(form, rest, on), None, blocked).answers(form.top, rest, ())


def _changing_in_turn(states: list[Answers]) -> frozenset[str]:
    """Return what changes from the last state back to itself, or in the last step."""
    first = min(states.index(states[-1]), len(states) - 2)
    steps = zip(states[first:], states[first + 1 :], strict=False)
    return frozenset[str]().union(*(_changing(*step) for step in steps))


class _Pass:
    """One look at all answers; nothing counts that is blocked."""

    def __init__(
        self, enablement: NativeEnablement, fill: Fill | None, blocked: frozenset[str]
    ) -> None:
        self._enablement = enablement
        self._fill = fill
        self._blocked = blocked

    def answers(self, items: Mapping[str, Item], data: Mapping[str, Any], where: Where) -> Answers:
        found: Answers = {}
        for name, item in items.items():
            is_own = bool(where) and name == where[-1][0]
            if name in self._blocked or not (is_own or self._enablement.is_enabled(item, where)):
                continue
            value = data.get(name)
            if item.is_rows and not is_own and value:
                columns = row_columns(item)
                value = [
                    self.answers(columns, row, (*where, (name, number)))
                    for number, row in enumerate(value)
                ]
            if self._fill is not None:
                value = self._fill(item, value, where, self._enablement)
            if not is_blank(value):
                found[name] = value
        return found


def _changing(one: Any, other: Any) -> frozenset[str]:  # answers, rows, or single values
    """Return the link ids under which two sets of answers differ."""
    found: set[str] = set()
    for name in one.keys() | other.keys():
        left, right = one.get(name), other.get(name)
        if left == right:
            continue
        pairs = [*zip(left, right, strict=False)] if _are_rows(left, right) else []
        inside = frozenset[str]().union(*(_changing(*pair) for pair in pairs))
        found |= inside or {name}
    return frozenset(found)


def _are_rows(*values: Any) -> bool:
    return all(isinstance(v, list) and all(isinstance(row, dict) for row in v) for v in values)


def _unruly(form: Form) -> frozenset[str]:
    """Return what has an expression or a value of its own, or stands in what has."""
    return frozenset(
        name
        for name, item in form.items.items()
        if item.has_own_value or any(each.enable_expression for each in form.path(item))
    )


def without(data: Mapping[str, Any], names: frozenset[str]) -> Answers:
    """Return answers without those to some link ids, also in rows."""
    return {
        name: [without(row, names) for row in value] if _are_rows(value) else value
        for name, value in data.items()
        if name not in names
    }
