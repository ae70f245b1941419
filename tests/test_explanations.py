"""A rule names the answers that made it true: they suffice, and without them it does not fire.

Both are shown for rules that do not read ``tier``. "Suffice" means: with the cited answers and
the questions on which those depend to be shown. The cited answers are needed together, not each
one: of an ``or`` every branch that holds is cited.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given

from intake.content import standard_content
from referral import assess
from referral.case import AnswerCase
from referral.compiling import TIER
from referral.values import truth
from tests.cases import FORM_DAY
from tests.strategies import ANSWERS, FORM

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from referral.compiling import CompiledRule

PACK = standard_content().pack
RULES = {row.rule.id: row for row in PACK.compiled.rules if TIER not in row.when.names()}


def gates(names: Iterable[str]) -> set[str]:
    """Return the names with the questions on which they depend to be shown."""
    todo, found = list(names), set(names)
    while todo:
        condition = PACK.compiled.conditions.get(todo.pop())
        read = set(condition.names()) if condition else set()
        new = {"date_of_birth" if name == "age_years" else name for name in read} - found
        found |= new
        todo += new
    return found


def explained(answers: dict[str, Any]) -> Iterator[tuple[CompiledRule, Mapping[str, object]]]:
    for fired in assess(answers, pack=PACK, on=FORM_DAY).rules:
        if fired.rule.id in RULES:
            yield RULES[fired.rule.id], fired.answers


def fires(row: CompiledRule, answers: dict[str, Any]) -> bool:
    return truth(row.when.value(AnswerCase(answers, PACK.compiled, FORM_DAY))) is True


@given(ANSWERS, ANSWERS)
def test_cited_answers_suffice(answers: dict[str, Any], others: dict[str, Any]) -> None:
    for row, cites in explained(answers):
        kept = gates(cites)
        mixed = {k: v for k, v in others.items() if k not in kept}
        mixed |= {k: v for k, v in answers.items() if k in kept}
        assert fires(row, mixed), (row.rule.id, cites)


@given(ANSWERS)
def test_cited_answers_are_inputs_or_their_gates(answers: dict[str, Any]) -> None:
    for row, cites in explained(answers):
        assert set(cites) <= gates(row.inputs), row.rule.id


@given(ANSWERS)
def test_without_the_cited_answers_the_rule_does_not_fire(answers: dict[str, Any]) -> None:
    for row, cites in explained(answers):
        if not row.rule.fires_on_blank:
            left = {k: v for k, v in answers.items() if k not in cites}
            assert not fires(row, left), (row.rule.id, cites)


def cited(answers: dict[str, Any], rule: str) -> dict[str, Any]:
    fired = {row.rule.id: row.answers for row in assess(answers, pack=PACK, on=FORM_DAY).rules}
    return dict(fired[rule])


def test_only_the_branch_that_holds_is_cited(mark: dict[str, Any]) -> None:
    assert cited(mark, "S13") == {"twitch_kind": "flicker", "prior_blood": ["low_b12"]}


def test_answers_come_in_the_order_of_the_form(mark: dict[str, Any]) -> None:
    order = list(FORM.items)
    for fired in assess(mark, pack=PACK, on=FORM_DAY).rules:
        assert list(fired.answers) == sorted(fired.answers, key=order.index)


def test_blank_that_fired_is_named_as_unanswered(calm: dict[str, Any]) -> None:
    blank = {k: v for k, v in calm.items() if k != "cramps"}
    assert cited(blank, "R07") == {"cramps": None}


def test_exclusion_left_blank_is_named(mark: dict[str, Any]) -> None:
    blank = {k: v for k, v in mark.items() if k != "weakness_course"}
    assert cited(blank, "U01")["weakness_course"] is None


def test_hidden_question_is_explained_by_what_hides_it(calm: dict[str, Any]) -> None:
    still = {**calm, "twitch_kind": "none"}
    assert cited(still, "H02") == {"twitch_kind": "none"}


def test_caffeine_cites_the_drinks(calm: dict[str, Any]) -> None:
    much = {**calm, "caf_coffee": 3, "caf_tea": 1}
    assert cited(much, "A02") == {"caf_coffee": 3, "caf_tea": 1}


def test_tier_cites_what_set_it(calm: dict[str, Any]) -> None:
    breathless = {**calm, "emergency_signs": ["breathless"]}
    assert cited(breathless, "X07") == {"emergency_signs": ["breathless"]}
