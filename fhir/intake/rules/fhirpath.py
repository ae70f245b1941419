"""Expressions of the referral language as FHIRPath, exact under three-valued logic.

Unknown is ``{}`` on both sides. Every part is bracketed, because the precedences differ. The
variables that the expressions use are defined by ``variables`` for a form, and for a rule pack by
``rule_variables``.
"""

from __future__ import annotations

from operator import add, sub
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from fhir.intake.rules.answer_paths import answer_path
from fhir.intake.rules.fhirpath_text import UnwritableError, camel_case, constant, union, variable
from referral import builtin
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

AGE: Final = builtin.AGE
UNCERTAIN_SET: Final = "('unsure' | 'not_sure' | 'prefer_not')"
AGE_YEARS: Final = (
    "(%authoredDay.substring(0, 4).toInteger() - "
    "%dateOfBirth.toString().substring(0, 4).toInteger()) - "
    "iif(%authoredDay.substring(5, 5) < %dateOfBirth.toString().substring(5, 5), 1, 0)"
)
_AUTHORED_DAY: Final = (
    "iif(%resource.authored.exists(), %resource.authored.toString().substring(0, 10), "
    "today().toString())"
)
_NONE: Final[Mapping[str, Node]] = MappingProxyType({})


class Mapper:
    """Writes nodes as FHIRPath over the variables of a form's questions and a pack's names."""

    def __init__(
        self, questions: Mapping[str, Question], derived: Mapping[str, Node] = _NONE
    ) -> None:
        """Take the questions by id, which have a not-applicable flag, and the derived names.

        No other name can be not applicable, but a derived name that is just another name of a
        question is read as that question.
        """
        self._questions = questions
        self._derived = derived

    def write(self, node: Node) -> str:
        """Return the FHIRPath of a node. Raises UnwritableError for what has none."""
        match node:
            case Literal(constant=value):
                return constant(value)
            case Name(name=name):
                return self._bare(name)
            case Junction(decisive=decisive, parts=parts):
                sign = ") or (" if decisive else ") and ("
                return f"(({sign.join(map(self.write, parts))}))"
            case Not(part=part):
                return f"({self.write(part)}).not()"
            case Count(parts=parts):
                counted = " + ".join(f"iif({self.write(part)}, 1, 0)" for part in parts)
                return f"({counted or 0})"
            case _:
                return self._write_comparison(node)

    def operand(self, node: Node) -> str:
        """Return the FHIRPath of a node's value, which is not read as a condition."""
        return variable(self._source(node.name)) if isinstance(node, Name) else self.write(node)

    def _write_comparison(self, node: Node) -> str:
        match node:
            case Ordering(sign=sign, left=left, right=right):
                return f"({self.operand(left)} {sign} {self.operand(right)})"
            case Arithmetic(operate=operate, left=left, right=right):
                sign = {add: "+", sub: "-"}.get(operate, "*")
                return f"({self.operand(left)} {sign} {self.operand(right)})"
            case Equality():
                return self._equality(node)
            case Test(helper=helper, subject=subject, codes=codes):
                return self._test(helper, self._source(subject.name), codes)
        raise TypeError(f"no FHIRPath for {node!r}")

    def _source(self, name: str) -> str:
        """Return the name that a name is another name of, else itself."""
        node = self._derived.get(name)
        while isinstance(node, Name):
            name = node.name
            node = self._derived.get(name)
        return name

    def _bare(self, name: str) -> str:
        source = self._source(name)
        path = variable(source)
        return self._guard(source, path) if source in self._questions else path

    def _guard(self, name: str, path: str) -> str:
        return f"iif(%{camel_case(name)}Na, false, {path})"

    def _equality(self, node: Equality) -> str:
        if not isinstance(node.left, Name | Count | Arithmetic):
            raise UnwritableError("a constant or a condition is compared with a constant")
        name = self._source(node.left.name) if isinstance(node.left, Name) else ""
        question = self._questions.get(name)
        left = self.operand(node.left)
        if question is not None and question.kind == "date":
            left += ".toString()"
        literals = union([constant(option) for option in node.options])
        path = f"{left} = {literals}" if len(node.options) == 1 else f"{left} in ({literals})"
        if question is None:
            path = f"({path})"
        elif question.kind in {"number", "date"}:
            path = self._guard(name, path)
        else:
            unsure = f"iif({left} in %uncertain, {{}}, false)"
            path = self._guard(name, f"iif({left}.empty(), {{}}, iif({path}, true, {unsure}))")
        return f"{path}.not()" if node.negated else path

    def _test(self, helper: str, name: str, codes: tuple[str, ...]) -> str:
        x = variable(name)
        if helper == "answered":
            return self._answered(name, x)
        if helper == "has":
            return self._has(name, x, codes)
        uncertain = f"{x}.intersect(%uncertain).exists()"
        if helper == "yes":
            path = f"iif({x}.empty() or {uncertain}, {{}}, {x} = 'yes')"
        elif helper == "unsure":
            path = f"iif({x}.empty(), {{}}, {uncertain})"
        else:
            path = f"iif({x}.empty(), {{}}, {x} = 'yes' or {uncertain})"
        return self._guard(name, path)

    def _answered(self, name: str, x: str) -> str:
        if name in self._questions:
            return f"(%{camel_case(name)}Na.not() and {x}.exists())"
        # A list that is known to be empty is an answer.
        return "true" if name == builtin.DRUG_CLASSES else f"{x}.exists()"

    def _has(self, name: str, x: str, codes: tuple[str, ...]) -> str:
        literals = union([constant(code) for code in codes])
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
    conditions = {
        name: parse(question.condition, scope)
        for name, question in questions.items()
        if question.condition is not None
    }
    mapper = Mapper(questions)
    wanted = closure(needed, conditions)
    yield "uncertain", UNCERTAIN_SET
    if AGE in wanted:
        yield "authoredDay", _AUTHORED_DAY
    for name in questions:
        if name in wanted:
            yield from item_variables(name, answer_path(form, name), conditions.get(name), mapper)
        if name == builtin.BIRTH and AGE in wanted:
            yield camel_case(AGE), AGE_YEARS


def item_variables(
    name: str, answer: str, condition: Node | None, mapper: Mapper
) -> Iterator[tuple[str, str]]:
    """Yield the variables of an item: is it shown, its answer if it is, is it not applicable."""
    x = camel_case(name)
    if condition is None:
        yield x, answer
        yield f"{x}Na", "false"
    else:
        yield f"{x}Shown", mapper.write(condition)
        yield x, f"iif(%{x}Shown, {answer}, {{}})"
        yield f"{x}Na", f"iif(%{x}Shown.not(), true, false)"


def closure(needed: Iterable[str], conditions: Mapping[str, Node]) -> set[str]:
    """Return the needed names, with all that the conditions of needed items read."""
    wanted: set[str] = set()
    todo = list(needed)
    while todo:
        name = todo.pop()
        if name not in wanted:
            wanted.add(name)
            todo += conditions[name].names() if name in conditions else ()
            todo += [builtin.BIRTH] if name == AGE else ()
    return wanted
