"""Expressions of the referral language as FHIRPath, exact under three-valued logic.

Unknown is ``{}`` on both sides. Every part is bracketed, because the precedences differ. The
variables that the expressions use are defined by ``variables``.
"""

from __future__ import annotations

from operator import add, sub
from typing import TYPE_CHECKING, Final

from fhir.intake import urls
from referral.comparison import Equality, Ordering
from referral.expression import Arithmetic, Count, Junction, Literal, Name, Not, Test
from referral.parser import parse
from referral.questions import Symbol, symbol
from referral.values import UNCERTAIN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from fhir.intake.items import Form
    from referral import Question
    from referral.expression import Node

AGE: Final = "age_years"
BIRTH: Final = "date_of_birth"
_UNCERTAIN_SET: Final = "('unsure' | 'not_sure' | 'prefer_not')"
_AUTHORED_DAY: Final = (
    "iif(%resource.authored.exists(), %resource.authored.toString().substring(0, 10), "
    "today().toString())"
)
_AGE_YEARS: Final = (
    "(%authoredDay.substring(0, 4).toInteger() - "
    "%dateOfBirth.toString().substring(0, 4).toInteger()) - "
    "iif(%authoredDay.substring(5, 5) < %dateOfBirth.toString().substring(5, 5), 1, 0)"
)


def camel_case(name: str) -> str:
    """``twitch_weeks`` to ``twitchWeeks``: R4 allows no underscore in a variable's name."""
    first, *rest = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


class Mapper:
    """Writes nodes as FHIRPath over the variables of a form's questions."""

    def __init__(self, questions: Mapping[str, Question]) -> None:
        """Take the questions by id: they have a not-applicable flag, other names have none."""
        self._questions = questions

    def write(self, node: Node) -> str:
        """Return the FHIRPath of a node."""
        match node:
            case Literal(constant=constant):
                return f"'{constant}'" if isinstance(constant, str) else f"{constant:g}"
            case Name(name=name):
                return self._bare(name)
            case Junction(decisive=decisive, parts=parts):
                sign = ") or (" if decisive else ") and ("
                return f"(({sign.join(map(self.write, parts))}))"
            case Not(part=part):
                return f"({self.write(part)}).not()"
            case Count(parts=parts):
                return "(" + " + ".join(f"iif({self.write(part)}, 1, 0)" for part in parts) + ")"
            case _:
                return self._write_comparison(node)

    def _write_comparison(self, node: Node) -> str:
        match node:
            case Ordering(sign=sign, left=left, right=right):
                return f"({self._operand(left)} {sign} {self._operand(right)})"
            case Arithmetic(operate=operate, left=left, right=right):
                sign = {add: "+", sub: "-"}.get(operate, "*")
                return f"({self._operand(left)} {sign} {self._operand(right)})"
            case Equality():
                return self._equality(node)
            case Test(helper=helper, subject=subject, codes=codes):
                return self._test(helper, subject.name, codes)
        raise TypeError(f"no FHIRPath for {node!r}")

    def _operand(self, node: Node) -> str:
        return f"%{camel_case(node.name)}" if isinstance(node, Name) else self.write(node)

    def _bare(self, name: str) -> str:
        variable = f"%{camel_case(name)}"
        return self._guard(name, variable) if name in self._questions else variable

    def _guard(self, name: str, path: str) -> str:
        return f"iif(%{camel_case(name)}Na, false, {path})"

    def _equality(self, node: Equality) -> str:
        left = self._operand(node.left)
        several = len(node.options) > 1
        literals = " | ".join(self.write(Literal(option)) for option in node.options)
        path = f"{left} in ({literals})" if several else f"{left} = {literals}"
        name = node.left.name if isinstance(node.left, Name) else ""
        question = self._questions.get(name)
        if question is None:
            path = f"({path})"
        elif question.codes:
            unsure = f"iif({left} in %uncertain, {{}}, false)"
            path = self._guard(name, f"iif({left}.empty(), {{}}, iif({path}, true, {unsure}))")
        else:
            path = self._guard(name, path)
        return f"{path}.not()" if node.negated else path

    def _test(self, helper: str, name: str, codes: tuple[str, ...]) -> str:
        x = f"%{camel_case(name)}"
        if helper == "answered":
            return f"({x}Na.not() and {x}.exists())" if name in self._questions else f"{x}.exists()"
        if helper == "has":
            return self._has(name, codes)
        uncertain = f"{x}.intersect(%uncertain).exists()"
        if helper == "yes":
            path = f"iif({x}.empty() or {uncertain}, {{}}, {x} = 'yes')"
        elif helper == "unsure":
            path = f"iif({x}.empty(), {{}}, {uncertain})"
        else:
            path = f"iif({x}.empty(), {{}}, {x} = 'yes' or {uncertain})"
        return self._guard(name, path)

    def _has(self, name: str, codes: tuple[str, ...]) -> str:
        x = f"%{camel_case(name)}"
        literals = " | ".join(f"'{code}'" for code in codes)
        found = f"{x}.intersect({literals}).exists()"
        if name not in self._questions:
            return f"iif({found}, true, iif({x}Inc, {{}}, false))"
        is_open = f"{x}.empty()"
        if not UNCERTAIN.issuperset(codes):
            is_open += f" or {x}.intersect(%uncertain).exists()"
        return self._guard(name, f"iif({found}, true, iif({is_open}, {{}}, false))")


def variables(form: Form, needed: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield name and FHIRPath of the variables behind the needed item ids, in binding order."""
    questions = {question.id: question for question in form.questions}
    scope = {**{q.id: symbol(q) for q in form.questions}, AGE: Symbol("number")}
    mapper = Mapper(questions)
    wanted = _closure(set(needed), questions, scope)
    yield "uncertain", _UNCERTAIN_SET
    if AGE in wanted:
        yield "authoredDay", _AUTHORED_DAY
    for name, question in questions.items():
        if name not in wanted:
            continue
        variable, answer = camel_case(name), answer_path(form, name)
        if question.condition is None:
            yield variable, answer
            yield f"{variable}Na", "false"
        else:
            yield f"{variable}Shown", mapper.write(parse(question.condition, scope))
            yield variable, f"iif(%{variable}Shown, {answer}, {{}})"
            yield f"{variable}Na", f"iif(%{variable}Shown.not(), true, false)"
        if name == BIRTH and AGE in wanted:
            yield camel_case(AGE), _AGE_YEARS


def _closure(
    wanted: set[str], questions: Mapping[str, Question], scope: Mapping[str, Symbol]
) -> set[str]:
    todo = list(wanted)
    while todo:
        name = todo.pop()
        condition = questions[name].condition if name in questions else None
        read = set(parse(condition, scope).names()) if condition else set()
        new = (read | ({BIRTH} if name == AGE else set())) - wanted
        wanted |= new
        todo += new
    return wanted


def answer_path(form: Form, name: str) -> str:
    """Return the FHIRPath of an item's stored answers, typed as the rules need them."""
    item = form.items[name]
    path = f"%resource.repeat(item).where(linkId = '{name}')"
    if item.is_rows:
        return f"{path}.where(item.answer.exists())"
    kinds = {
        "choice": ".ofType(Coding).code",
        "date": ".ofType(date).where(toString().length() = 10)",
        "text": ".ofType(string)",
        "string": ".ofType(string)",
        "open-choice": ".ofType(string)",
    }
    if item.type == "quantity" and item.unit:
        unit = f"system = '{urls.UCUM}' and code = '{item.unit.code}'"
        return f"{path}.answer.value.ofType(Quantity).where({unit}).value"
    return f"{path}.answer.value" + kinds.get(item.type, f".ofType({item.type})")
