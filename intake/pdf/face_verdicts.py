"""What stands below the workup: tests not indicated or deferred, open questions, cautions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from intake.pdf.phrases import DOT
from intake.pdf.wording import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from intake.pdf.case import Case
    from referral.records import Rule, Tier


@dataclass(frozen=True, slots=True)
class Verdict:
    """Something below the table: what, the rule it comes from, and its words."""

    rule: str
    what: str
    text: str


def not_indicated(case: Case) -> tuple[Verdict, ...]:
    """Return the tests that rules argue against, those of one rule together."""
    tests: dict[str, list[str]] = {}
    because: Mapping[str, str] = {
        row.rule.rule.id: row.rule.rule.because for row in case.assessment.not_indicated
    }
    for row in case.assessment.not_indicated:
        tests.setdefault(row.rule.rule.id, []).append(row.test.label)
    return tuple(Verdict(rule, "; ".join(labels), because[rule]) for rule, labels in tests.items())


def deferring(case: Case) -> tuple[Verdict, ...]:
    """Return the rules that defer a suggested test."""
    deferred = [row.test for row in case.assessment.suggestions if row.status == "deferred"]
    return tuple(
        Verdict(fired.rule.id, "; ".join(test.label for test in tests), fired.rule.because)
        for fired in case.assessment.rules
        if fired.rule.effect == "defer"
        and (tests := [test for test in deferred if test.id in fired.rule.remove])
    )


def cautions(case: Case) -> tuple[Verdict, ...]:
    """Return every caution, those that concern a suggested test first."""
    concern = {c.rule.id for row in case.assessment.suggestions for c in row.cautions}
    ordered = sorted(case.assessment.cautions, key=lambda c: c.rule.id not in concern)
    return tuple(Verdict(c.rule.id, "", c.rule.message or c.rule.because) for c in ordered)


def undecided(case: Case, limit: int) -> tuple[Verdict, ...]:
    """Return the questions to ask, each with at most `limit` of the rules it would decide.

    The text of each is the most severe urgency that is still possible; the worst come first.
    """
    verdicts = []
    for name, open_rules in case.assessment.undecided_by_question().items():
        worst = min(_tiers(case, open_rules), key=lambda tier: tier.rank)
        ids = listed((rule.id for rule in open_rules), limit)
        verdicts.append((worst.rank, Verdict(ids, case.words.label(name), worst.label)))
    return tuple(verdict for _, verdict in sorted(verdicts, key=lambda pair: pair[0]))


def _tiers(case: Case, rules: Iterable[Rule]) -> Iterator[Tier]:
    wanted = {rule.tier for rule in rules}
    return (tier for tier in case.pack.tables.tier if tier.id in wanted)


def advice(case: Case) -> str:
    """Return the self-care advice by its short names for patients."""
    names = (row.test.patient_label.get("en", row.test.label) for row in case.assessment.advice)
    return DOT.join(names)
