"""Text of an expression to its nodes: Python's grammar, a whitelist, and checks of every name.

The grammar and its meaning are in docs/rules.md. ``eval`` is never used.
"""

from __future__ import annotations

import ast
import operator
from typing import TYPE_CHECKING, Final

from referral.comparison import Equality, Ordering
from referral.expression import Arithmetic, Count, Junction, Literal, Name, Not, Test
from referral.questions import YNU

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from referral.expression import Node
    from referral.questions import Symbol

MAX_LENGTH: Final = 4_000
HELPERS: Final = frozenset({"yes", "unsure", "yes_or_unsure", "has", "answered"})
_SIGNS: Final[Mapping[type[ast.cmpop], str]] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_OPERATIONS: Final[Mapping[type[ast.operator], Callable[[float, float], float]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}


class ExpressionError(ValueError):
    """An expression that is not in the language, or names what does not exist."""


def parse(text: str, scope: Mapping[str, Symbol]) -> Node:
    """Compile an expression against the names it may use.

    Raises ExpressionError with a sentence that says what is wrong.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"longer than {MAX_LENGTH} characters")
    try:
        tree = ast.parse(" ".join(text.split()), mode="eval").body
        return _Compiler(scope).node(tree)
    except SyntaxError as error:
        raise ExpressionError(f"not an expression: {error.msg}") from None
    except (ValueError, MemoryError, RecursionError) as error:
        if isinstance(error, ExpressionError):
            raise
        raise ExpressionError("not an expression that can be read") from None


def kind_of(node: Node, scope: Mapping[str, Symbol]) -> str:
    """Return ``truth`` or ``number`` for a computed node, else the kind of the name."""
    if isinstance(node, Name):
        return scope[node.name].kind
    if isinstance(node, Literal):
        return "text" if isinstance(node.constant, str) else "number"
    return "number" if isinstance(node, Count | Arithmetic) else "truth"


class _Compiler:
    """Walks the syntax tree; every method refuses what the language does not have."""

    def __init__(self, scope: Mapping[str, Symbol]) -> None:
        self.scope = scope

    def node(self, tree: ast.expr) -> Node:
        match tree:
            case ast.BoolOp(op=op, values=values):
                return Junction(isinstance(op, ast.Or), self.conditions(values))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Not(self.condition(operand))
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant() as operand):
                return Arithmetic(operator.sub, Literal(0), self.number(operand))
            case ast.Compare():
                return self.comparison(tree)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATIONS:
                return Arithmetic(_OPERATIONS[type(op)], self.number(left), self.number(right))
            case ast.Call():
                return self.call(tree)
            case ast.Name(id=name):
                return self.name(name)
            case ast.Constant():
                return Literal(_constant(tree))
        raise ExpressionError(f"{type(tree).__name__} is not in the language")

    def name(self, name: str) -> Name:
        if name not in self.scope:
            raise ExpressionError(f"unknown name {name}")
        return Name(name)

    def condition(self, tree: ast.expr) -> Node:
        node = self.node(tree)
        if kind_of(node, self.scope) != "truth":
            raise ExpressionError(f"{ast.unparse(tree)} is not a condition")
        return node

    def conditions(self, trees: Sequence[ast.expr]) -> tuple[Node, ...]:
        return tuple(self.condition(tree) for tree in trees)

    def number(self, tree: ast.expr) -> Node:
        node = self.node(tree)
        if kind_of(node, self.scope) != "number":
            raise ExpressionError(f"{ast.unparse(tree)} is not a number")
        return node

    def call(self, tree: ast.Call) -> Node:
        if not isinstance(tree.func, ast.Name) or tree.keywords:
            raise ExpressionError("only the helpers of the language can be called")
        helper, arguments = tree.func.id, tree.args
        if helper == "count":
            return Count(self.conditions(arguments))
        if helper not in HELPERS:
            raise ExpressionError(f"unknown helper {helper}()")
        if not arguments or not isinstance(arguments[0], ast.Name):
            raise ExpressionError(f"{helper}() needs a name first")
        subject = self.name(arguments[0].id)
        codes = tuple(_code(argument) for argument in arguments[1:])
        self.check_call(helper, subject.name, codes)
        return Test(helper, subject, codes)

    def check_call(self, helper: str, name: str, codes: tuple[str, ...]) -> None:
        symbol = self.scope[name]
        if (helper == "has") is not bool(codes):
            raise ExpressionError(f"{helper}({name}) has the wrong number of arguments")
        if helper == "has":
            if symbol.kind != "codes":
                raise ExpressionError(f"has() needs a list, {name} is none")
            self.check_options(name, codes)
        elif helper == "unsure" and symbol.kind != "choice":
            raise ExpressionError(f"unsure() needs a choice, {name} is none")
        elif helper in {"yes", "yes_or_unsure"} and symbol.options != YNU:
            raise ExpressionError(f"{helper}() needs a yes, no or unsure question, {name} is none")

    def check_options(self, name: str, literals: Sequence[object]) -> None:
        symbol = self.scope[name]
        for literal in literals:
            if symbol.options is not None and literal not in symbol.options:
                raise ExpressionError(f"{name} has no code {literal!r}")
            if isinstance(literal, str) is (symbol.kind == "number"):
                raise ExpressionError(f"{name} can not be compared with {literal!r}")

    def comparison(self, tree: ast.Compare) -> Node:
        sides = [tree.left, *tree.comparators]
        pairs = tuple(
            self.pair(left, sign, right)
            for left, sign, right in zip(sides, tree.ops, sides[1:], strict=False)
        )
        return pairs[0] if len(pairs) == 1 else Junction(decisive=False, parts=pairs)

    def pair(self, left: ast.expr, sign: ast.cmpop, right: ast.expr) -> Node:
        if type(sign) in _SIGNS:
            return Ordering(_SIGNS[type(sign)], self.number(left), self.number(right))
        if isinstance(sign, ast.Is | ast.IsNot):
            raise ExpressionError("'is' is not in the language")
        options = _options(right, several=isinstance(sign, ast.In | ast.NotIn))
        node = self.node(left)
        if isinstance(node, Name):
            self.check_comparable(node.name, options)
        return Equality(node, options, negated=isinstance(sign, ast.NotEq | ast.NotIn))

    def check_comparable(self, name: str, options: Sequence[object]) -> None:
        if self.scope[name].kind in {"codes", "rows", "truth"}:
            raise ExpressionError(f"{name} can not be compared")
        self.check_options(name, options)


def _constant(tree: ast.expr) -> str | float:
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub):
        value = _constant(tree.operand)
        if not isinstance(value, str):
            return -value
    if isinstance(tree, ast.Constant) and type(tree.value) in {str, int, float}:
        constant: str | float = tree.value  # type: ignore[assignment]  # one of the three above
        return constant
    raise ExpressionError(f"{ast.unparse(tree)} is not a number or a code")


def _code(tree: ast.expr) -> str:
    constant = _constant(tree)
    if not isinstance(constant, str):
        raise ExpressionError(f"{constant!r} is not a code")
    return constant


def _options(tree: ast.expr, *, several: bool) -> tuple[str | float, ...]:
    if not several:
        return (_constant(tree),)
    if not isinstance(tree, ast.Tuple | ast.List):
        raise ExpressionError("the right side of 'in' must be a list")
    return tuple(_constant(element) for element in tree.elts)
