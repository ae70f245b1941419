from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from referral import assess
from referral.medicines import RXNORM
from tests.cases import FORM_DAY

if TYPE_CHECKING:
    from intake.content import RuledContent
    from referral.medicines import Finding


def find(content: RuledContent, name: Any) -> Finding:
    return content.pack.compiled.formulary.find({"med_name": name})


@pytest.mark.parametrize(
    "name", ["furosemide", "  FUROSEMIDE ", "Furosémide", "ｆurosemide", "Lasix", "4603"]
)
def test_exact_after_normalising(content: RuledContent, name: str) -> None:
    found = find(content, name)
    assert found.matched == "furosemide"
    assert "loop_diuretic" in found.classes
    assert found.name == name


def test_spacing_inside_a_name(content: RuledContent) -> None:
    assert find(content, "amphotericin \t B").matched == "amphotericin b"


@pytest.mark.parametrize(
    ("name", "offered"), [("furosemid", "furosemide"), ("sertralin", "sertraline")]
)
def test_near_miss_is_only_offered(content: RuledContent, name: str, offered: str) -> None:
    found = find(content, name)
    assert (found.matched, found.classes, found.did_you_mean) == (None, (), offered)


@pytest.mark.parametrize("name", ["", "zzz", "x" * 10_000, None, "furosemide 40 mg"])
def test_unknown_stays_unmatched(content: RuledContent, name: str | None) -> None:
    assert find(content, name).matched is None


def test_coding_matches_by_code_or_display(content: RuledContent) -> None:
    coded = {"system": RXNORM, "code": "4603", "display": "Frusemide?"}
    assert find(content, coded).matched == "furosemide"
    foreign = {"system": "http://snomed.info/sct", "code": "4603", "display": "Salbutamol"}
    assert find(content, foreign).matched == "albuterol"
    assert find(content, {**foreign, "display": "other"}).matched is None
    assert find(content, {"display": "Lasix"}).matched == "furosemide"
    assert find(content, {"code": "161", "display": "acetaminophen"}).name == "acetaminophen"


def test_unmatched_medicine_is_said_and_leaves_drug_rules_open(
    content: RuledContent, calm: dict[str, Any]
) -> None:
    answers = {**calm, "takes_medicines": "medicines", "medication": [{"med_name": "furosemid"}]}
    found = assess(answers, pack=content.pack, on=FORM_DAY).to_json()
    assert "C18" in {row["id"] for row in found["cautions"]}
    assert found["medicines"] == [
        {
            "name": "furosemid",
            "matched": None,
            "classes": [],
            "effects": [],
            "twitch_drug": False,
            "did_you_mean": "furosemide",
        }
    ]
    known = {**answers, "medication": [{"med_name": "furosemide"}]}
    rules = {row.rule.id for row in assess(known, pack=content.pack, on=FORM_DAY).rules}
    assert "C18" not in rules
    assert rules > {row["id"] for row in found["rules"]} - {"C18"}
