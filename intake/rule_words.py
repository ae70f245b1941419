"""Conditions of rules in words, for clinicians: labels of the questions and of their answers."""

from __future__ import annotations

from operator import add, sub
from typing import TYPE_CHECKING

from referral.comparison import Equality, Ordering
from referral.expression import Arithmetic, Count, Junction, Literal, Name, Not, Test

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fhir.intake.items import Form
    from referral.expression import Node

_BUILTINS = {
    "age_years": "age",
    "caffeine_mg_day": "caffeine (mg a day)",
    "drug_classes": "medicines of class",
    "medication_unmatched": "a medicine is not in the list",
    "tier": "urgency",
}
_SIGNS = {"<": "<", "<=": "≤", ">": ">", ">=": "≥"}


class Words:
    """Writes expressions in words for one form."""

    def __init__(self, form: Form) -> None:
        """Take the form, whose labels and options name everything."""
        self._form = form

    def write(self, node: Node) -> str:
        """Return a condition in words; parts in brackets belong together."""
        match node:
            case Junction(decisive=decisive, parts=parts):
                word = " or " if decisive else " and "
                return word.join(self._bracketed(part) for part in parts)
            case Not(part=part):
                return f"not {self._bracketed(part)}"
            case Count(parts=parts):
                return f"number of ({'; '.join(map(self.write, parts))})"
            case Test(helper=helper, subject=subject, codes=codes):
                return self._test(helper, subject.name, codes)
            case Equality():
                return self._equality(node)
            case Ordering(sign=sign, left=left, right=right):
                return f"{self.write(left)} {_SIGNS[sign]} {self.write(right)}"
            case Arithmetic(operate=operate, left=left, right=right):
                sign = {add: "+", sub: "minus"}.get(operate, "times")
                return f"{self.write(left)} {sign} {self.write(right)}"
            case Name(name=name):
                return self._label(name)
            case Literal(constant=constant):
                return f"{constant:g}" if isinstance(constant, int | float) else constant
        raise TypeError(f"no words for {node!r}")

    def _bracketed(self, node: Node) -> str:
        text = self.write(node)
        return f"({text})" if isinstance(node, Junction) else text

    def _label(self, name: str) -> str:
        item = self._form.items.get(name)
        return item.short if item else _BUILTINS.get(name, name.replace("_", " "))

    def _test(self, helper: str, name: str, codes: tuple[str, ...]) -> str:
        label = self._label(name)
        if helper == "has":
            return f"{label}: {self._options(name, codes)}"
        said = {"yes": "yes", "unsure": "not sure", "yes_or_unsure": "yes or not sure"}
        return f"{label}: {said.get(helper, 'answered')}"

    def _equality(self, node: Equality) -> str:
        name = node.left.name if isinstance(node.left, Name) else ""
        options = self._options(name, node.options)
        word = " is not " if node.negated else " is "
        return f"{self.write(node.left)}{word}{options}"

    def _options(self, name: str, codes: Iterable[str | float]) -> str:
        item = self._form.items.get(name)
        texts = []
        for code in codes:
            option = item.option(str(code)) if item else None
            texts.append(f"“{option.display}”" if option else str(code).replace("_", " "))
        return " / ".join(texts)
