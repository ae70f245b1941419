"""Assess one patient's answers: tiers first, then workup, then what is taken away or deferred."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from referral.assessment import (
    Advice,
    Assessment,
    FactorFinding,
    FiredRule,
    Flag,
    NotIndicated,
    Suggestion,
    Undecided,
)
from referral.builtin import MEDICINES
from referral.case import AnswerCase
from referral.values import UNCERTAIN, Codes, truth

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from referral.compiling import CompiledRule
    from referral.pack import Pack
    from referral.records import Factor, Test, Tier


def assess(answers: Mapping[str, object], *, pack: Pack, on: date) -> Assessment:
    """Judge answers (link id to code, number, ISO date, text, list or rows) by a pack.

    ``on`` is the day of the form, from which the age is counted. Pure and deterministic; blank
    answers stay unknown. Answers of questions that are not shown are ignored.
    """
    case = AnswerCase(answers, pack.compiled, on)
    tier_rules = _fired(case, pack, "tier")
    tier = _most_severe(pack, tier_rules)
    _set_tier(case, tier, tier_rules)
    workup = _Workup(
        pack, tier_rules, [*_fired(case, pack, "workup"), *_fired(case, pack, "advice")]
    )
    suppressing = _fired(case, pack, "suppress")
    everything = truth(case.value(pack.tables.header.objective_sign)) is True
    for fired in suppressing:
        workup.suppress(fired, keep_all=everything)
    cautions = _fired(case, pack, "caution")
    return Assessment(
        pack_name=pack.name,
        pack_version=pack.version,
        tier=tier,
        target_days=_target_days(tier, tier_rules),
        rules=(*tier_rules, *workup.rules, *suppressing, *cautions),
        suggestions=tuple(workup.suggestions(cautions)),
        not_indicated=tuple(workup.not_indicated(suppressing)),
        cautions=cautions,
        undecided=tuple(_undecided(case, pack, tier)),
        advice=tuple(workup.advice()),
        medicines=case.medicines(),
        flags=tuple(_flags(case, pack)),
        article_flags=_count(case.value(pack.tables.header.flag_count)),
        factors=tuple(_factors(case, pack)),
    )


def _fired(case: AnswerCase, pack: Pack, kind: str) -> tuple[FiredRule, ...]:
    return tuple(
        FiredRule(rule.rule, _answers(case, case.cited(rule.when)))
        for rule in pack.compiled.rules
        if rule.rule.kind == kind and truth(rule.when.value(case)) is True
    )


def _answers(case: AnswerCase, cited: Sequence[str]) -> dict[str, object]:
    return {item: case.answers.get(item) or _zero(case.answers.get(item)) for item in cited}


def _zero(answer: object) -> object:
    """Return the number 0 and False as they are, an empty answer as None."""
    return answer if isinstance(answer, int | float) else None


def _most_severe(pack: Pack, tier_rules: Sequence[FiredRule]) -> Tier | None:
    fired = {row.rule.tier for row in tier_rules}
    candidates = [tier for tier in pack.tables.tier if tier.id in fired]
    return min(candidates, key=lambda tier: tier.rank, default=None)


def _set_tier(case: AnswerCase, tier: Tier | None, tier_rules: Sequence[FiredRule]) -> None:
    if tier is not None:
        case.tier = tier.id
        case.tier_cites = tuple(
            item for row in tier_rules if row.rule.tier == tier.id for item in row.answers
        )


def _target_days(tier: Tier | None, tier_rules: Sequence[FiredRule]) -> int | None:
    days = [
        row.rule.target_days
        for row in tier_rules
        if tier and row.rule.tier == tier.id and row.rule.target_days is not None
    ]
    return min(days, default=None)


@dataclass
class _Workup:
    """The tests asked for so far, by id, with the rules that ask."""

    pack: Pack
    tier_rules: Sequence[FiredRule]
    rules: Sequence[FiredRule]
    asked: dict[str, list[FiredRule]] = field(default_factory=dict)
    protected: set[str] = field(default_factory=set)
    deferred: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        protected_tiers = self.pack.tables.header.protected_tiers
        for row in (*self.tier_rules, *self.rules):
            for test in row.rule.suggest:
                self.asked.setdefault(test, []).append(row)
                if row.rule.tier in protected_tiers:
                    self.protected.add(test)

    def suppress(self, fired: FiredRule, *, keep_all: bool) -> None:
        """Take away or defer what a suppress rule names, sparing urgent tests where it must."""
        rule = fired.rule
        for test in rule.remove:
            if test not in self.asked:
                continue
            if rule.effect == "defer":
                self.deferred.add(test)
            elif not rule.spares_urgent or (test not in self.protected and not keep_all):
                del self.asked[test]

    def catalogue(self) -> Iterator[tuple[Test, tuple[FiredRule, ...]]]:
        """Yield the tests asked for, in the order of the catalogue."""
        for test in self.pack.tables.test:
            if test.id in self.asked:
                yield test, tuple(self.asked[test.id])

    def suggestions(self, cautions: Sequence[FiredRule]) -> Iterator[Suggestion]:
        """Yield tests with the cautions that concern them; advice is kept apart."""
        for test, rules in self.catalogue():
            if test.category != "advice":
                concern = tuple(c for c in cautions if test.id in c.rule.about)
                deferred = test.id in self.deferred
                yield Suggestion(test, "deferred" if deferred else "suggested", rules, concern)

    def advice(self) -> Iterator[Advice]:
        """Yield the advice that is left."""
        for test, rules in self.catalogue():
            if test.category == "advice":
                yield Advice(test, rules)

    def not_indicated(self, suppressing: Sequence[FiredRule]) -> Iterator[NotIndicated]:
        """Yield every test that a rule argues against and that is not suggested after all."""
        for test in self.pack.tables.test:
            if test.category == "advice" or test.id in self.asked:
                continue
            for fired in suppressing:
                if test.id in fired.rule.remove and fired.rule.effect == "remove":
                    yield NotIndicated(test, fired)


def _undecided(case: AnswerCase, pack: Pack, tier: Tier | None) -> Iterator[Undecided]:
    ranks = {row.id: row.rank for row in pack.tables.tier}
    for row in pack.compiled.rules:
        rule = row.rule
        if rule.tier is None or not rule.undecided_when_missing:
            continue
        if tier is not None and ranks[rule.tier] >= tier.rank:
            continue
        if truth(row.when.value(case)) is None:
            yield Undecided(rule, tuple(_ask(case, row)), case.cited(row.when))


def _ask(case: AnswerCase, row: CompiledRule) -> Iterator[str]:
    for item in sorted(row.inputs):
        value = case.value(item)
        unsure = value in UNCERTAIN if isinstance(value, str) else False
        if isinstance(value, Codes):
            unsure = any(code in UNCERTAIN for code in value)
        unmatched = item == MEDICINES and any(f.matched is None for f in case.medicines())
        if unsure or unmatched or (value is None and case.shown(item) is True):
            yield item


def _flags(case: AnswerCase, pack: Pack) -> Iterator[Flag]:
    for flag, when in pack.compiled.red_flags:
        yield Flag(flag, truth(when.value(case)), _answers(case, case.cited(when)))


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0


def _factors(case: AnswerCase, pack: Pack) -> Iterator[FactorFinding]:
    seen: set[str] = set()
    for factor, when in pack.compiled.factors:
        if factor.id in seen or (when is not None and truth(when.value(case)) is not True):
            continue
        seen.add(factor.id)
        yield _factor(factor, case.value(factor.reads))


def _factor(factor: Factor, value: object) -> FactorFinding:
    if isinstance(value, str):
        return FactorFinding(factor, value, None if value in UNCERTAIN else value in factor.beyond)
    if not isinstance(value, int | float):
        return FactorFinding(factor, None, None)
    low = factor.at_least is not None and value < factor.at_least
    high = factor.at_most is not None and value > factor.at_most
    return FactorFinding(factor, value, low or high)
