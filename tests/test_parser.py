from __future__ import annotations

import pytest

from referral.parser import MAX_LENGTH, ExpressionError, parse
from referral.questions import YNU, Symbol

SCOPE = {
    "x": Symbol("choice", YNU),
    "kind": Symbol("choice", frozenset({"a", "b"})),
    "list": Symbol("codes", frozenset({"a", "b"})),
    "number": Symbol("number"),
    "known": Symbol("truth"),
}


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("yes(nobody)", "unknown name nobody"),
        ("has(list, 'c')", "list has no code 'c'"),
        ("kind == 'c'", "kind has no code 'c'"),
        ("kind in ('a', 'c')", "kind has no code 'c'"),
        ("has(kind, 'a')", "has() needs a list"),
        ("yes(kind)", "needs a yes, no or unsure question"),
        ("unsure(list)", "unsure() needs a choice"),
        ("yes(x, 'a')", "wrong number of arguments"),
        ("has(list)", "wrong number of arguments"),
        ("has(list, number)", "is not a number or a code"),
        ("yes(x.y)", "needs a name first"),
        ("__import__('os')", "unknown helper __import__()"),
        ("x.__class__", "Attribute is not in the language"),
        ("list[0]", "Subscript is not in the language"),
        ("[y for y in list]", "ListComp is not in the language"),
        ("lambda: 1", "Lambda is not in the language"),
        ("(known := yes(x))", "NamedExpr is not in the language"),
        ("f'{x}'", "JoinedStr is not in the language"),
        ("number / 2 > 1", "BinOp is not in the language"),
        ("number is 3", "'is' is not in the language"),
        ("number == kind", "is not a number or a code"),
        ("number == 'a'", "can not be compared with 'a'"),
        ("kind == 3", "no code 3"),
        ("kind > 3", "kind is not a number"),
        ("known == 1", "known can not be compared"),
        ("number and known", "number is not a condition"),
        ("not number", "number is not a condition"),
        ("count(number)", "number is not a condition"),
        ("True", "is not a number or a code"),
        ("kind in 'ab'", "must be a list"),
        ("yes(x", "not an expression"),
        ("", "not an expression"),
        ("(" * 500 + "known" + ")" * 500, "not an expression"),
        ("known or " * MAX_LENGTH, "longer than"),
        ("yes(x)\x00", "not an expression"),
    ],
)
def test_refused(expression: str, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(expression, SCOPE)
    assert message in str(caught.value)


def test_expression_may_run_over_lines() -> None:
    assert set(parse("\nyes(x)\nand known\n", SCOPE).names()) == {"x", "known"}
