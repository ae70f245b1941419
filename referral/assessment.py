"""The result of an assessment: an urgency and a workup, each with the answers behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from referral.medicines import Finding
    from referral.records import Factor, RedFlag, Rule, Test, Tier


@dataclass(frozen=True, slots=True)
class FiredRule:
    """A rule that is TRUE, with the very answers that made it so.

    ``answers`` maps link ids to the answer as given; None stands for a question that was not
    answered and whose blank let the rule fire.
    """

    rule: Rule
    answers: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A test to consider, or one deferred until something more pressing is done."""

    test: Test
    status: Literal["suggested", "deferred"]
    rules: tuple[FiredRule, ...]
    cautions: tuple[FiredRule, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """A piece of self-care advice with the rules that ask for it."""

    test: Test
    rules: tuple[FiredRule, ...]


@dataclass(frozen=True, slots=True)
class NotIndicated:
    """A test that a rule argues against in this case."""

    test: Test
    rule: FiredRule


@dataclass(frozen=True, slots=True)
class Undecided:
    """A rule, more severe than the urgency, that blanks or unsure answers leave open.

    ``ask`` are the shown questions that it reads and that are blank or unsure; ``waits_for`` are
    those whose blank keeps it open, also where the question it reads is not yet shown.
    """

    rule: Rule
    ask: tuple[str, ...]
    waits_for: tuple[str, ...]

    @property
    def questions(self) -> tuple[str, ...]:
        """The questions that would help to decide the rule."""
        return self.ask or self.waits_for


@dataclass(frozen=True, slots=True)
class Flag:
    """A red flag: present, absent, or (None) not known from the answers."""

    flag: RedFlag
    present: bool | None
    answers: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class FactorFinding:
    """A modifiable factor against its limit; ``beyond`` is None when it is not known."""

    factor: Factor
    value: str | float | None
    beyond: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What the pack makes of one patient's answers; same answers, same assessment.

    ``target_days`` counts from the day of the form; ``article_flags`` is how many of the
    article's seven red flags are known to be present.
    """

    pack_name: str
    pack_version: str
    tier: Tier | None
    target_days: int | None
    rules: tuple[FiredRule, ...]
    suggestions: tuple[Suggestion, ...]
    not_indicated: tuple[NotIndicated, ...]
    cautions: tuple[FiredRule, ...]
    undecided: tuple[Undecided, ...]
    advice: tuple[Advice, ...]
    medicines: tuple[Finding, ...]
    flags: tuple[Flag, ...]
    article_flags: int
    factors: tuple[FactorFinding, ...]

    def tier_rules(self) -> tuple[FiredRule, ...]:
        """Return the fired rules that set the urgency."""
        return tuple(fired for fired in self.rules if self.tier and fired.rule.tier == self.tier.id)

    def undecided_by_question(self) -> dict[str, tuple[Rule, ...]]:
        """Group the open rules by the question that would help to decide them."""
        grouped: dict[str, list[Rule]] = {}
        for open_rule in self.undecided:
            for item in open_rule.questions:
                grouped.setdefault(item, []).append(open_rule.rule)
        return {item: tuple(rules) for item, rules in grouped.items()}

    def to_json(self) -> dict[str, Any]:
        """Return the assessment as JSON data (keys in docs/clinical.md)."""
        return {
            "tier": self.tier and self.tier.id,
            "target_days": self.target_days,
            "pack": {"name": self.pack_name, "version": self.pack_version},
            "rules": [_fired_json(fired) for fired in self.rules],
            "suggestions": [_suggestion_json(row) for row in self.suggestions],
            "not_indicated": [
                {"id": row.test.id, "rule": row.rule.rule.id, "because": row.rule.rule.because}
                for row in self.not_indicated
            ],
            "cautions": [{"id": c.rule.id, "text": c.rule.message} for c in self.cautions],
            "undecided": [_undecided_json(row) for row in self.undecided],
            "advice": [row.test.id for row in self.advice],
            "medicines": [_medicine_json(finding) for finding in self.medicines],
            "article_flags": self.article_flags,
            "red_flags": [_flag_json(flag) for flag in self.flags],
            "factors": [_factor_json(finding) for finding in self.factors],
        }


def _fired_json(fired: FiredRule) -> dict[str, Any]:
    return {
        "id": fired.rule.id,
        "kind": fired.rule.kind,
        "because": fired.rule.because,
        "answers": dict(fired.answers),
        "sources": list(fired.rule.sources),
        "strength": fired.rule.strength,
    }


def _suggestion_json(row: Suggestion) -> dict[str, Any]:
    return {
        "id": row.test.id,
        "category": row.test.category,
        "panel": row.test.panel,
        "status": row.status,
        "rules": [fired.rule.id for fired in row.rules],
        "cautions": [fired.rule.id for fired in row.cautions],
    }


def _undecided_json(row: Undecided) -> dict[str, Any]:
    return {"rule": row.rule.id, "ask": list(row.ask), "waits_for": list(row.waits_for)}


def _medicine_json(finding: Finding) -> dict[str, Any]:
    return {
        "name": finding.name,
        "matched": finding.matched,
        "classes": list(finding.classes),
        "effects": list(finding.effects),
        "twitch_drug": finding.twitch_drug,
        "did_you_mean": finding.did_you_mean,
    }


def _flag_json(flag: Flag) -> dict[str, Any]:
    return {
        "id": flag.flag.id,
        "label": flag.flag.label,
        "present": flag.present,
        "answers": dict(flag.answers),
    }


def _factor_json(finding: FactorFinding) -> dict[str, Any]:
    return {
        "id": finding.factor.id,
        "value": finding.value,
        "unit": finding.factor.unit,
        "at_least": finding.factor.at_least,
        "at_most": finding.factor.at_most,
        "beyond": finding.beyond,
    }
