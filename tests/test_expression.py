"""The tables of the rule language, construct by construct."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from referral import Question
from referral.case import AnswerCase
from referral.compiling import compile_questions
from referral.parser import parse
from referral.values import truth

YNU = frozenset({"yes", "no", "unsure"})
QUESTIONS = (
    Question("gate", "choice", YNU),
    Question("x", "choice", YNU, condition="yes(gate)"),
    Question("kind", "choice", frozenset({"a", "b", "not_sure"}), condition="yes(gate)"),
    Question("list", "multi_choice", frozenset({"a", "b", "not_sure"}), condition="yes(gate)"),
    Question("number", "number", condition="yes(gate)"),
)
COMPILED, _PROBLEMS = compile_questions(QUESTIONS)

SHOWN = {"gate": "yes"}
HIDDEN = {"gate": "no", "x": "yes", "kind": "a", "list": ["a"], "number": 3}
BLANK_GATE = {"x": "yes", "kind": "a", "list": ["a"], "number": 3}
T, F, U = True, False, None


def judge(expression: str, answers: dict[str, Any]) -> bool | None:
    case = AnswerCase(answers, COMPILED, date(2026, 11, 22))
    return truth(parse(expression, COMPILED.scope).value(case))


# expression, its truth when: answered to fit, answered otherwise, uncertain, hidden, blank
TABLE = [
    ("yes(x)", {"x": "yes"}, T, {"x": "no"}, F, {"x": "unsure"}, U, F, U),
    ("unsure(x)", {"x": "unsure"}, T, {"x": "no"}, F, {"x": "unsure"}, T, F, U),
    ("yes_or_unsure(x)", {"x": "yes"}, T, {"x": "no"}, F, {"x": "unsure"}, T, F, U),
    ("has(list, 'a')", {"list": ["a"]}, T, {"list": ["b"]}, F, {"list": ["not_sure"]}, U, F, U),
    (
        "has(list, 'not_sure')",
        {"list": ["not_sure"]},
        T,
        {"list": ["b"]},
        F,
        {"list": ["b"]},
        F,
        F,
        U,
    ),
    ("kind == 'a'", {"kind": "a"}, T, {"kind": "b"}, F, {"kind": "not_sure"}, U, F, U),
    ("kind == 'not_sure'", {"kind": "not_sure"}, T, {"kind": "b"}, F, {"kind": "b"}, F, F, U),
    ("kind != 'a'", {"kind": "b"}, T, {"kind": "a"}, F, {"kind": "not_sure"}, U, T, U),
    (
        "kind in ('a', 'b')",
        {"kind": "b"},
        T,
        {"kind": "not_sure"},
        U,
        {"kind": "not_sure"},
        U,
        F,
        U,
    ),
    ("kind not in ('a',)", {"kind": "b"}, T, {"kind": "a"}, F, {"kind": "not_sure"}, U, T, U),
    ("number > 2", {"number": 3}, T, {"number": 2}, F, {"number": 2}, F, U, U),
    ("1 <= number < 3", {"number": 2}, T, {"number": 3}, F, {"number": 0}, F, U, U),
    ("number + 1 == 3", {"number": 2}, T, {"number": 3}, F, {"number": 3}, F, U, U),
    ("number * 2 - 1 > -2", {"number": 0}, T, {"number": -3}, F, {"number": -3}, F, U, U),
    ("answered(x)", {"x": "no"}, T, {"x": "unsure"}, T, {"x": "unsure"}, T, F, F),
]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[0])
def test_construct(row: tuple[Any, ...]) -> None:
    expression, fits, when_fits, other, when_other, uncertain, when_uncertain, hidden, blank = row
    assert judge(expression, SHOWN | fits) is when_fits
    assert judge(expression, SHOWN | other) is when_other
    assert judge(expression, SHOWN | uncertain) is when_uncertain
    assert judge(expression, HIDDEN) is hidden
    assert judge(expression, SHOWN) is blank
    assert judge(expression, BLANK_GATE) is blank


UNKNOWN, TRUE, FALSE = "yes(x)", "yes(gate)", "gate == 'no'"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (f"{TRUE} and {UNKNOWN}", U),
        (f"{FALSE} and {UNKNOWN}", F),
        (f"{UNKNOWN} and {FALSE}", F),
        (f"{TRUE} or {UNKNOWN}", T),
        (f"{UNKNOWN} or {TRUE}", T),
        (f"{FALSE} or {UNKNOWN}", U),
        (f"not ({UNKNOWN})", U),
        (f"not ({TRUE})", F),
        (f"count({UNKNOWN}, {TRUE}) == 1", T),
        (f"count({UNKNOWN}) == 0", T),
    ],
)
def test_kleene(expression: str, expected: bool | None) -> None:
    assert judge(expression, SHOWN) is expected


@pytest.mark.parametrize("blank", [None, "", []])
def test_empty_values_are_blank(blank: object) -> None:
    assert judge("has(list, 'a')", SHOWN | {"list": blank}) is None


def test_answer_of_a_hidden_question_is_ignored() -> None:
    assert judge("number >= 0", HIDDEN) is None
    assert judge("has(list, 'a')", HIDDEN) is False
