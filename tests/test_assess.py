"""The public cases, and what must hold for any answers at all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir.intake.enablement import Enablement
from intake.content import standard_content
from referral import Assessment, assess
from tests.cases import FORM_DAY, VIGNETTES
from tests.strategies import ANSWERS, FORM

if TYPE_CHECKING:
    from intake.content import RuledContent

EMERGENCIES = [
    option.code
    for option in FORM.items["emergency_signs"].options
    if not option.exclusive and option.code != "not_sure"
]
RANKS = {tier.id: tier.rank for tier in standard_content().pack.tables.tier}


def judge(answers: dict[str, Any]) -> Assessment:
    return assess(answers, pack=standard_content().pack, on=FORM_DAY)


def rank(found: Assessment) -> int:
    assert found.tier is not None
    return found.tier.rank


@pytest.mark.parametrize("case", VIGNETTES.values(), ids=VIGNETTES)
def test_public_case(case: dict[str, Any]) -> None:
    found = judge(case["answers"]).to_json()
    suggested = {row["id"] for row in found["suggestions"] if row["status"] == "suggested"}
    suggested |= set(found["advice"])
    assert found["tier"] == case["expected_tier"]
    assert set(case["must_include"]) <= suggested
    assert not set(case["must_not_suggest"]) & suggested
    assert set(case["expected_cautions"]) <= {row["id"] for row in found["cautions"]}
    undecided = {row["rule"] for row in found["undecided"]}
    assert set(case.get("expected_undecided", [])) <= undecided
    against = {(row["id"], row["rule"]) for row in found["not_indicated"]}
    fired = {row["id"] for row in found["rules"]}
    for name, rule in case.get("expected_suppressed", []):
        if name.startswith("adv_"):
            assert name not in found["advice"]
            assert rule in fired
        else:
            assert (name, rule) in against


@given(ANSWERS)
def test_any_answers_assess(answers: dict[str, Any]) -> None:
    found = judge(answers)
    assert found.tier is not None
    assert json.dumps(found.to_json()) == json.dumps(judge(answers).to_json())
    for row in found.suggestions:
        assert row.rules
    for fired in found.rules:
        assert fired.answers, fired.rule.id
        assert set(fired.answers) <= set(FORM.items)


@given(ANSWERS, st.sampled_from(EMERGENCIES))
def test_an_emergency_sign_never_lowers_the_urgency(answers: dict[str, Any], sign: str) -> None:
    before = [code for code in answers.get("emergency_signs", []) if code != "none"]
    worse = {**answers, "emergency_signs": sorted({*before, sign})}
    assert rank(judge(worse)) <= min(rank(judge(answers)), RANKS["urgent"])


@given(ANSWERS)
def test_blank_required_red_flag_is_never_routine(answers: dict[str, Any]) -> None:
    header = standard_content().pack.tables.header
    for name in header.required_red_flags:
        blank = {k: v for k, v in answers.items() if k != name}
        assert rank(judge(blank)) <= RANKS["soon"]


@given(ANSWERS)
def test_cited_answers_are_those_given(answers: dict[str, Any]) -> None:
    shown = {item.link_id for item in Enablement(FORM, answers, FORM_DAY).questions()}
    for fired in judge(answers).rules:
        for name, value in fired.answers.items():
            assert name in shown
            given = answers.get(name)
            assert value == (None if given in ("", []) else given)


def test_no_answers_at_all(content: RuledContent) -> None:
    found = assess({}, pack=content.pack, on=FORM_DAY).to_json()
    assert found["tier"] == "urgent"
    fired = {row["id"]: row["answers"] for row in found["rules"]}
    assert fired["U00"] == {"emergency_signs": None}
    assert fired["S16"] == dict.fromkeys(content.pack.tables.header.required_red_flags)


def test_pack_is_named(content: RuledContent, mark: dict[str, Any]) -> None:
    found = assess(mark, pack=content.pack, on=FORM_DAY).to_json()
    assert found["pack"] == {"name": "muscle-twitching", "version": content.pack.version}


def test_birthday_decides_the_age(content: RuledContent, mark: dict[str, Any]) -> None:
    born = {**mark, "date_of_birth": "1981-11-23"}

    def days_old(day: int) -> bool:
        found = assess(born, pack=content.pack, on=FORM_DAY.replace(day=day))
        return any(row.rule.id in {"S07", "W32"} for row in found.rules)

    assert days_old(22) is False
    assert days_old(23) is True


def test_open_rule_names_the_question_behind_a_hidden_one(
    content: RuledContent, calm: dict[str, Any]
) -> None:
    blank = {k: v for k, v in calm.items() if k != "sensory_present"}
    found = assess(blank, pack=content.pack, on=FORM_DAY)
    row = next(row for row in found.undecided if row.rule.id == "E04")
    assert (row.ask, row.questions) == ((), ("sensory_present",))
    assert row.rule in found.undecided_by_question()["sensory_present"]


@given(ANSWERS)
def test_every_open_rule_has_a_question(answers: dict[str, Any]) -> None:
    for row in judge(answers).undecided:
        assert row.questions, row.rule.id


def test_self_care_advice_is_withheld_in_an_emergency(
    content: RuledContent, calm: dict[str, Any]
) -> None:
    advised = assess(calm, pack=content.pack, on=FORM_DAY).to_json()["advice"]
    breathless = {**calm, "emergency_signs": ["breathless"]}
    left = assess(breathless, pack=content.pack, on=FORM_DAY).to_json()["advice"]
    assert {"adv_diary", "adv_sleep", "adv_safety_net"} <= set(advised)
    assert left == ["adv_safety_net"]
