"""The engine beside the reference evaluator: same answers in, same outcome."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from fhir.intake.enablement import Enablement
from intake.content import standard_content
from referral import assess
from tests.cases import FORM_DAY, RULE_CASES, VIGNETTES, firing, near_miss

if TYPE_CHECKING:
    from types import ModuleType

GENERATED = 800


def ours(answers: dict[str, Any]) -> dict[str, Any]:
    found = assess(answers, pack=standard_content().pack, on=FORM_DAY).to_json()
    rows = found["suggestions"]
    return {
        "tier": found["tier"],
        "target_days": found["target_days"],
        "tier_rules": [row["id"] for row in found["rules"] if row["kind"] == "tier"],
        "tests": {r["id"]: set(r["rules"]) for r in rows if r["status"] == "suggested"},
        "deferred": sorted(row["id"] for row in rows if row["status"] == "deferred"),
        "advice": set(found["advice"]),
        "cautions": [row["id"] for row in found["cautions"]],
        "undecided": [{"rule": u["rule"], "ask": u["ask"]} for u in found["undecided"]],
        "article_flags": found["article_flags"],
    }


def theirs(answers: dict[str, Any], reference: ModuleType) -> dict[str, Any]:
    found = reference.run(answers)
    work = found["workup"]
    return {
        "tier": found["tier"],
        "target_days": found["target_days"],
        "tier_rules": found["tier_rules"],
        "tests": {k: set(rules) for k, rules in work.items() if not k.startswith("adv_")},
        "deferred": found["deferred"],
        "advice": {name for name in work if name.startswith("adv_")},
        "cautions": found["cautions"],
        "undecided": found["undecided"],
        "article_flags": found["seed_flags"],
    }


def check(raw: dict[str, Any], reference: ModuleType) -> None:
    form = standard_content().form
    enablement = Enablement(form, raw, FORM_DAY)
    shown = [item.link_id for item in enablement.questions()]
    patient = [
        name
        for name in shown
        if form.page_of[name].audience == "patient" and not form.items[name].is_group
    ]
    assert patient == reference.shown_items(raw)[2]
    kept = enablement.keep()[0]
    assert set(kept) == {name for name in reference.normalise(raw) if name in shown}
    assert ours(kept) == theirs(kept, reference)


@pytest.mark.parametrize("p_missing", [0.0, 0.1, 0.3, 0.6, 0.9])
def test_generated_answers(reference: ModuleType, p_missing: float) -> None:
    generator = random.Random(f"{p_missing}")  # noqa: S311  # test data
    for _ in range(GENERATED // 5):
        check(reference.rand_answers(generator, p_missing), reference)


def test_public_cases_with_single_blanks(reference: ModuleType) -> None:
    generator = random.Random(7)  # noqa: S311  # test data
    for case in VIGNETTES.values():
        check(case["answers"], reference)
        for name in generator.sample(sorted(case["answers"]), 4):
            check({k: v for k, v in case["answers"].items() if k != name}, reference)


def test_rule_cases(reference: ModuleType) -> None:
    for case in RULE_CASES:
        check(firing(case), reference)
        check(near_miss(case), reference)


def test_content_is_that_of_the_reference(reference: ModuleType) -> None:
    tables = standard_content().pack.tables
    conditions = {rule["id"]: rule["when"] for rule in reference.RULES["rules"]}
    assert {rule.id: " ".join(rule.when.split()) for rule in tables.rule} == conditions
    for row in reference.RULES["rules"]:
        rule = next(rule for rule in tables.rule if rule.id == row["id"])
        assert list(rule.sources) == row["sources"]
        assert list(rule.suggest) == row.get("suggest", [])
        assert list(rule.remove) == row.get("remove", [])
        assert list(rule.about) == row.get("about", [])
        assert (rule.kind, rule.tier, rule.target_days, rule.undecided_when_missing) == (
            row["kind"],
            row.get("tier"),
            row["target_days"],
            row["undecided_when_missing"],
        )
