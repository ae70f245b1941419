"""A condition of the referral language as native R4 enableWhen, where R4 can say it.

``=`` and the orderings need an answer that fits, so a blank never enables. ``!=`` is never used
alone, because form fillers differ on what it means for a blank: always with ``exists``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from referral.comparison import Equality, Ordering
from referral.expression import Count, Junction, Literal, Name, Not, Test
from referral.values import UNCERTAIN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from referral import Question
    from referral.expression import Node

Json = dict[str, Any]


class NativeConditions:
    """Writes conditions natively for one form."""

    def __init__(
        self,
        questions: Mapping[str, Question],
        order: Mapping[str, Sequence[str]],
        answer: Callable[[str, object], Json],
    ) -> None:
        """Take the questions, their option codes in order, and what makes an ``answer[x]``."""
        self._questions = questions
        self._order = order
        self._answer = answer

    def write(self, node: Node) -> Json | None:
        """Return enableWhen and enableBehavior, None where R4 has no native form."""
        clauses = self._any(node)
        behavior = "any"
        if clauses is None and isinstance(node, Junction) and not node.decisive:
            parts = [self._all_part(part) for part in node.parts]
            if None in parts:
                return None
            clauses = [clause for part in parts if part for clause in part]
            behavior = "all"
        if clauses is None:
            return None
        native: Json = {"enableWhen": clauses}
        if len(clauses) > 1:
            native["enableBehavior"] = behavior
        return native

    def _clause(self, name: str, operator: str, value: object) -> Json:
        return {"question": name, "operator": operator, **self._answer(name, value)}

    def _any(self, node: Node) -> list[Json] | None:
        match node:
            case (
                Junction(decisive=True, parts=parts)
                | Ordering(sign=">=", left=Count(parts=parts), right=Literal(constant=1))
            ):
                found = [self._any(part) for part in parts]
                if None in found:
                    return None
                return [clause for clauses in found if clauses for clause in clauses]
            case Ordering(sign=sign, left=Name(name=name), right=Literal(constant=value)):
                known = name in self._questions
                return [self._clause(name, sign, value)] if known else None
        codes = self._codes(node)
        if codes is None:
            return None
        name, wanted = codes
        return [self._clause(name, "=", code) for code in wanted]

    def _codes(self, node: Node) -> tuple[str, list[str]] | None:
        """Return the question and the codes of it that make a single test TRUE."""
        match node:
            case Equality(left=Name(name=name), options=options, negated=False):
                return name, [str(option) for option in options]
            case Equality(left=Name(name=name), options=options, negated=True):
                return name, [
                    c for c in self._order[name] if c not in options and c not in UNCERTAIN
                ]
            case Test(helper="has", subject=subject, codes=codes):
                return subject.name, list(codes)
            case Test(helper="yes", subject=subject):
                return subject.name, ["yes"]
            case Test(helper=helper, subject=subject) if helper in {"unsure", "yes_or_unsure"}:
                first = ["yes"] if helper == "yes_or_unsure" else []
                return subject.name, first + self._uncertain(subject.name)
        return None

    def _uncertain(self, name: str) -> list[str]:
        return [code for code in self._order[name] if code in UNCERTAIN]

    def _all_part(self, node: Node) -> list[Json] | None:
        """Return one part of an ``and``: a comparison, or exists with everything unwanted."""
        if isinstance(node, Not) and isinstance(node.part, Test) and node.part.helper == "has":
            name = node.part.subject.name
            return self._excluding(name, [*node.part.codes, *self._uncertain(name)])
        clauses = self._any(node)
        if clauses is None or len(clauses) == 1:
            return clauses
        names = {clause["question"] for clause in clauses}
        if len(names) > 1:
            return None
        name = names.pop()
        if self._questions[name].kind != "choice":
            return None
        wanted = {clause["answerCoding"]["code"] for clause in clauses}
        return self._excluding(name, [code for code in self._order[name] if code not in wanted])

    def _excluding(self, name: str, codes: Sequence[str]) -> list[Json]:
        exists = {"question": name, "operator": "exists", "answerBoolean": True}
        return [exists, *(self._clause(name, "!=", code) for code in codes)]
