"""One patient's answers under evaluation: each value is computed once and remembered."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from referral.builtin import BUILTINS, MEDICINES
from referral.compiling import TIER
from referral.values import NA, Codes, truth

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from referral.compiling import Compiled
    from referral.expression import Node
    from referral.medicines import Finding
    from referral.values import Truth, Value

_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")


class AnswerCase:
    """Answers by link id, read through the form's conditions on the day of the form.

    A question that is not shown has no value, whatever was stored for it: it is not applicable
    when its condition is FALSE and blank when the condition is UNKNOWN.
    """

    def __init__(self, answers: Mapping[str, object], compiled: Compiled, on: date) -> None:
        self.answers = answers
        self.compiled = compiled
        self.on = on
        self.tier: str | None = None
        self.tier_cites: tuple[str, ...] = ()
        self._values: dict[str, Value] = {}
        self._medicines: tuple[Finding, ...] | None = None

    def value(self, name: str) -> Value:
        """Return the value of an item, a derived name or a built-in."""
        if name == TIER:
            return self.tier
        if name not in self._values:
            self._values[name] = self._evaluate(name)
        return self._values[name]

    def _evaluate(self, name: str) -> Value:
        if name in self.compiled.derived:
            return self.compiled.derived[name].value(self)
        if name in BUILTINS:
            return BUILTINS[name].value(self)
        shown = self.shown(name)
        if shown is not True:
            return NA if shown is False else None
        return self._read(name, self.answers.get(name))

    def _read(self, name: str, answer: object) -> Value:
        if answer is None or answer in ("", [], ()):
            return None
        kind = self.compiled.questions[name].kind
        if kind == "multi_choice" and isinstance(answer, list | tuple):
            return Codes(answer)
        if kind == "rows" and isinstance(answer, list | tuple):
            return tuple(row for row in answer if any(_filled(v) for v in row.values())) or None
        if kind == "date":
            return str(answer) if _DAY.fullmatch(str(answer)) else None
        return answer if isinstance(answer, bool | int | float | str) else None

    def shown(self, item: str) -> Truth:
        """Tell whether a question is shown: TRUE, FALSE, or UNKNOWN."""
        condition = self.compiled.conditions.get(item)
        return True if condition is None else truth(condition.value(self))

    def node(self, name: str) -> Node | None:
        """Return the expression behind a derived name."""
        return self.compiled.derived.get(name)

    def cite(self, name: str) -> Iterable[str]:
        """Return the link ids on which a value rests; for a hidden item those that hide it."""
        if name == TIER:
            return self.tier_cites
        if name in self.compiled.derived:
            return self.compiled.derived[name].cite(self)
        if name in BUILTINS:
            return BUILTINS[name].cite(self)
        if self.shown(name) is not True:
            return self.compiled.conditions[name].cite(self)
        return (name,)

    def cited(self, node: Node) -> tuple[str, ...]:
        """Return the link ids that a node cites, once each, in form order."""
        found = set(node.cite(self))
        return tuple(item for item in self.compiled.questions if item in found)

    def medicines(self) -> tuple[Finding, ...]:
        """Return what the formulary knows of each listed medicine."""
        if self._medicines is None:
            self._medicines = tuple(self._find_medicines())
        return self._medicines

    def _find_medicines(self) -> Iterator[Finding]:
        rows = self.value(MEDICINES) if MEDICINES in self.compiled.questions else None
        if isinstance(rows, tuple) and not isinstance(rows, Codes):
            for row in rows:
                yield self.compiled.formulary.find(row)


def _filled(value: object) -> bool:
    return value is not None and value not in ("", [], ())
