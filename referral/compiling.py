"""Every expression of a form and a pack, compiled once against the names it may use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from referral import builtin
from referral.medicines import Formulary
from referral.parser import ExpressionError, kind_of, parse
from referral.questions import Symbol, symbol
from referral.reading import Problem
from referral.records import Header, Tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from referral.expression import Node
    from referral.questions import Question
    from referral.records import Factor, RedFlag, Rule

TIER: Final = "tier"
_NO_RULES: Final = Tables(
    header=Header(
        name="none",
        version="0",
        date="",
        title="",
        status="",
        wording="",
        protected_tiers=(),
        objective_sign="",
        required_red_flags=(),
        soft_red_flags=(),
        flag_count="",
    ),
    files={},
)


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule, its condition, and the items that the condition reads through derived names."""

    rule: Rule
    when: Node
    inputs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Compiled:
    """What evaluation needs, by name; mappings are in file order and never changed."""

    questions: Mapping[str, Question]
    conditions: Mapping[str, Node]
    derived: Mapping[str, Node]
    rules: tuple[CompiledRule, ...]
    red_flags: tuple[tuple[RedFlag, Node], ...]
    factors: tuple[tuple[Factor, Node | None], ...]
    formulary: Formulary
    caffeine: Mapping[str, float]
    scope: Mapping[str, Symbol]


class _Compiler:
    def __init__(self, tables: Tables, questions: Mapping[str, Question]) -> None:
        self.tables = tables
        self.questions = questions
        self.scope: dict[str, Symbol] = {}
        self.inputs: dict[str, frozenset[str]] = {}
        self.problems: list[Problem] = []

    def parse(self, label: str, text: str, scope: Mapping[str, Symbol]) -> Node | None:
        try:
            return parse(text, scope)
        except ExpressionError as error:
            file = self.tables.files.get(label, "form")
            self.problems.append(Problem(file, label, str(error)))
            return None

    def condition(self, label: str, text: str, scope: Mapping[str, Symbol]) -> Node | None:
        node = self.parse(label, text, scope)
        if node is not None and kind_of(node, scope) != "truth":
            file = self.tables.files.get(label, "form")
            self.problems.append(Problem(file, label, "the expression is not a condition"))
            return None
        return node

    def conditions(self) -> dict[str, Node]:
        """Compile each question's condition; it may name only earlier questions and the age."""
        found = {}
        for question in self.questions.values():
            if question.condition is not None:
                node = self.condition(f"item {question.id}", question.condition, self.scope)
                if node is not None:
                    found[question.id] = node
            if question.parent is None:
                self.scope[question.id] = symbol(question)
                self.inputs[question.id] = frozenset({question.id})
            if question.id == builtin.BIRTH:
                self.define(builtin.AGE, Symbol("number"), {builtin.BIRTH})
        return found

    def define(self, name: str, kind: Symbol, inputs: Iterable[str]) -> None:
        self.scope[name] = kind
        self.inputs[name] = frozenset(inputs)

    def builtins(self) -> None:
        drinks = {drink.item for drink in self.tables.drink}
        if builtin.CAFFEINE_GATE in self.questions:
            self.define(builtin.CAFFEINE, Symbol("number"), {builtin.CAFFEINE_GATE} | drinks)
        if builtin.MEDICINES in self.questions:
            read = {builtin.MEDICINES, builtin.MEDICINES_GATE}
            classes = {drug_class.id for drug_class in self.tables.drug_class}
            options = frozenset(classes | {builtin.ANY_TWITCH_DRUG})
            self.define(builtin.DRUG_CLASSES, Symbol("codes", options), read)
            self.define(builtin.UNMATCHED, Symbol("truth"), read)

    def derived(self) -> dict[str, Node]:
        """Compile derived names in file order, so that none can refer to itself."""
        found = {}
        for row in self.tables.derived:
            node = self.parse(f"derived {row.name}", row.expression, self.scope)
            if node is None:
                continue
            found[row.name] = node
            is_number = kind_of(node, self.scope) == "number"
            self.define(row.name, Symbol("number" if is_number else "truth"), self.reads(node))
        return found

    def reads(self, node: Node) -> frozenset[str]:
        return frozenset().union(*(self.inputs.get(name, frozenset()) for name in node.names()))

    def rules(self) -> Iterator[CompiledRule]:
        tiers = frozenset(tier.id for tier in self.tables.tier)
        with_tier = {**self.scope, TIER: Symbol("choice", tiers)}
        for rule in self.tables.rule:
            scope = self.scope if rule.kind == "tier" else with_tier
            node = self.condition(f"rule {rule.id}", rule.when, scope)
            if node is not None:
                yield CompiledRule(rule, node, self.reads(node))

    def red_flags(self) -> Iterator[tuple[RedFlag, Node]]:
        for flag in self.tables.red_flag:
            node = self.condition(f"red_flag {flag.id}", flag.when, self.scope)
            if node is not None:
                yield flag, node

    def factors(self) -> Iterator[tuple[Factor, Node | None]]:
        for factor in self.tables.factor:
            if factor.reads not in self.scope:
                file = self.tables.files[f"factor {factor.id}"]
                message = f"unknown name {factor.reads}"
                self.problems.append(Problem(file, f"factor {factor.id}", message))
            when = factor.when
            yield factor, (when and self.condition(f"factor {factor.id}", when, self.scope)) or None


def compile_pack(
    tables: Tables, questions: Mapping[str, Question]
) -> tuple[Compiled, list[Problem]]:
    """Compile every condition, derived name and rule; return them and what is wrong."""
    compiler = _Compiler(tables, questions)
    conditions = compiler.conditions()
    compiler.builtins()
    derived = compiler.derived()
    compiled = Compiled(
        questions=questions,
        conditions=conditions,
        derived=derived,
        rules=tuple(compiler.rules()),
        red_flags=tuple(compiler.red_flags()),
        factors=tuple(compiler.factors()),
        formulary=Formulary(tables.drug_class),
        caffeine={drink.item: drink.mg for drink in tables.drink},
        scope=compiler.scope,
    )
    return compiled, compiler.problems


def compile_questions(questions: Iterable[Question]) -> tuple[Compiled, list[Problem]]:
    """Compile the conditions of a form without a pack, to tell which questions are shown."""
    return compile_pack(_NO_RULES, {question.id: question for question in questions})
