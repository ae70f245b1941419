"""Every rule has a case that fires it and a near miss that does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from fhir.intake.answers import check_answers
from fhir.intake.enablement import Enablement
from intake.content import standard_content
from referral import assess
from referral.case import AnswerCase
from referral.values import Truth, truth
from tests.cases import FORM_DAY, RULE_CASES, VIGNETTES, firing, near_miss

if TYPE_CHECKING:
    from intake.content import RuledContent

NAMES = [f"{case['rule']}-{number}" for number, case in enumerate(RULE_CASES)]


def shown_answers(raw: dict[str, Any]) -> dict[str, Any]:
    form = standard_content().form
    answers, problems = check_answers(raw, form, on=FORM_DAY)
    assert problems == []
    return Enablement(form, answers, FORM_DAY).keep()[0]


def judge(rule_id: str, raw: dict[str, Any]) -> Truth:
    pack = standard_content().pack
    answers = shown_answers(raw)
    case = AnswerCase(answers, pack.compiled, FORM_DAY)
    tier = assess(answers, pack=pack, on=FORM_DAY).tier
    case.tier = tier.id if tier else None
    rule = next(rule for rule in pack.compiled.rules if rule.rule.id == rule_id)
    return truth(rule.when.value(case))


@pytest.mark.parametrize("case", RULE_CASES, ids=NAMES)
def test_case(case: dict[str, Any]) -> None:
    assert judge(case["rule"], firing(case)) is True
    expected = None if case.get("near_miss_is") == "unknown" else False
    assert judge(case["rule"], near_miss(case)) is expected


def test_every_rule_has_a_case(content: RuledContent) -> None:
    covered = {case["rule"] for case in RULE_CASES}
    assert {rule.id for rule in content.pack.tables.rule} == covered


def test_public_cases_are_valid(content: RuledContent) -> None:
    for case in VIGNETTES.values():
        answers, problems = check_answers(case["answers"], content.form, on=FORM_DAY)
        assert problems == []
        assert Enablement(content.form, answers, FORM_DAY).keep()[1] == ()
