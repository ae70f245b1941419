"""What a rule does, in words for a reader and in extensions where R4 has no element."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fhir.intake.rules.activity_definitions import KIND as ACTIVITY
from fhir.intake.rules.edition import CONCERNS, DEFERS, REMOVES, STRENGTH, TARGET_DAYS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from fhir.intake.rules.edition import Edition, Json
    from referral.records import Rule, Tables

_NAMED: Final = 2
"""How many tests a title names."""


def title(rule: Rule, tables: Tables) -> str:
    """Return what a rule is called: what it leads to, in a line."""
    tests = _shortened(tables, rule.suggest or rule.remove)
    if rule.kind == "tier":
        tier = next(row.label for row in tables.tier if row.id == rule.tier)
        return f"{tier}: {tests}" if tests else tier
    if rule.kind == "suppress":
        return f"{'Not needed' if rule.effect == 'remove' else 'Wait with'}: {tests}"
    return rule.message or tests


def described(rule: Rule, tables: Tables) -> str:
    """Return what a rule leads to, in sentences."""
    return " ".join(_sentences(rule, tables))


def _sentences(rule: Rule, tables: Tables) -> Iterator[str]:
    for tier in tables.tier:
        if tier.id == rule.tier:
            yield f"Urgency: {tier.label}. Target: {tier.target}."
    if rule.target_days is not None:
        yield f"To be met {_within(rule.target_days)}."
    if rule.suggest:
        yield f"Suggests: {_labels(tables, rule.suggest)}."
    if rule.kind == "suppress":
        word = "Argues against" if rule.effect == "remove" else "Argues for waiting with"
        yield f"{word}: {_labels(tables, rule.remove)}."
        if rule.effect == "remove" and rule.spares_urgent:
            yield (
                "Takes nothing away that an urgent rule suggests, and nothing at all when the "
                "clinician found an objective sign."
            )
    if rule.message:
        yield rule.message
    if rule.about:
        yield f"Concerns: {_labels(tables, rule.about)}."
    if rule.fires_on_blank:
        yield "Also applies when a question is left blank."


def _labels(tables: Tables, tests: Iterable[str]) -> str:
    labels = {test.id: test.label for test in tables.test}
    return "; ".join(labels[test] for test in tests)


def _shortened(tables: Tables, tests: Sequence[str]) -> str:
    more = len(tests) - _NAMED
    labels = _labels(tables, tests[:_NAMED])
    return f"{labels}; {more} more" if more > 0 else labels


def _within(days: int) -> str:
    if days == 0:
        return "the same day"
    return "within a day" if days == 1 else f"within {days} days"


def extensions(rule: Rule, edition: Edition) -> Iterator[Json]:
    """Yield the strength of a rule, its target, and the tests that it is about."""
    yield {"url": STRENGTH, "valueString": rule.strength}
    if rule.target_days is not None:
        yield {"url": TARGET_DAYS, "valueInteger": rule.target_days}
    removes = REMOVES if rule.effect == "remove" else DEFERS
    for url, tests in ((removes, rule.remove), (CONCERNS, rule.about)):
        for test in tests:
            yield {"url": url, "valueCanonical": edition.canonical(ACTIVITY, test)}
