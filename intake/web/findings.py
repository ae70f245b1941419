"""What was found, for the clinician's page: urgency, red flags, tests, and what is left open."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from intake.pdf import face_flags, face_verdicts
from intake.pdf.dates import later_words
from intake.pdf.face_banner import banner
from intake.pdf.face_factors import factors
from intake.pdf.face_flags import FlagLine
from intake.pdf.face_history import medicines
from intake.pdf.phrases import DOT, Phrase, join
from intake.pdf.reasons import reasons
from intake.pdf.wording import NOT_ANSWERED, NOT_SURE
from intake.web.workup import categories, deferred_tests, short_sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from intake.pdf.case import Case
    from intake.pdf.face_factors import FactorLine
    from intake.pdf.face_history import Medicines
    from intake.pdf.face_verdicts import Verdict
    from intake.pdf.reasons import ReasonLine, SourceLine
    from intake.web.workup import Category, DeferredTest
    from referral.records import Rule, Tables

_ALL: Final = 100_000
"""No limit: a page is as long as it has to be."""
_COLOURS: Final = ("red", "orange", "yellow", "blue", "green")


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule that fired: why it exists, the very answers, and where it comes from in short."""

    rule: str
    because: str
    answers: Phrase
    sources: str
    strength: str


@dataclass(frozen=True, slots=True)
class ReasonSet:
    """The fired rules of one kind, those of the urgency first."""

    heading: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Urgency:
    """The urgency with its target and every rule that set it; `worst` when none is above it."""

    label: str
    colour: str
    worst: bool
    when: str
    target: str
    flags: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Flags:
    """The red flags by what is known of each, in the pack's order."""

    present: tuple[FlagLine, ...]
    unknown: tuple[FlagLine, ...]
    absent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question to ask, and the rules of each urgency that its answer would help to decide."""

    label: str
    decides: str


@dataclass(frozen=True, slots=True)
class OpenRule:
    """A rule that could not be decided."""

    rule: str
    urgency: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """All that the clinician's page says of one assessment."""

    urgency: Urgency
    flags: Flags
    suggested: tuple[Category, ...]
    deferred: tuple[DeferredTest, ...]
    not_indicated: tuple[Verdict, ...]
    open_questions: tuple[OpenQuestion, ...]
    open_rules: tuple[OpenRule, ...]
    cautions: tuple[Verdict, ...]
    medicines: Medicines
    factors: tuple[FactorLine, ...]
    advice: tuple[tuple[str, tuple[str, ...]], ...]
    """Each piece of advice with the rules that ask for it."""
    reasons: tuple[ReasonSet, ...]
    sources: tuple[SourceLine, ...]


def find(case: Case) -> Findings:
    """Present an assessment in full."""
    sets = tuple(_reason_sets(case))
    return Findings(
        urgency=_urgency(case, sets),
        flags=_flags(case),
        suggested=categories(case),
        deferred=deferred_tests(case),
        not_indicated=face_verdicts.not_indicated(case),
        open_questions=tuple(_open_questions(case)),
        open_rules=tuple(_open_rules(case)),
        cautions=face_verdicts.cautions(case),
        medicines=medicines(case, _ALL),
        factors=factors(_with_lost_factors(case)),
        advice=tuple(_advice(case)),
        reasons=sets,
        sources=reasons(_decided(case)).sources,
    )


def urgency_colour(tables: Tables, tier: str | None) -> str:
    """Return the colour of the tag of an urgency; grey for none, and for one not in the pack."""
    found = next((row for row in tables.tier if row.id == tier), None)
    return _COLOURS[min(found.rank, len(_COLOURS) - 1)] if found else "grey"


def urgency_label(tables: Tables, tier: str | None) -> str:
    """Return the name of an urgency, its bare id when the pack does not know it."""
    found = next((row for row in tables.tier if row.id == tier), None)
    return found.label if found else tier or "Urgency not set"


def _urgency(case: Case, sets: Sequence[ReasonSet]) -> Urgency:
    said = banner(case, 0)
    tier = case.assessment.tier
    colour = urgency_colour(case.pack.tables, tier.id if tier else None)
    setting = {fired.rule.id for fired in case.assessment.tier_rules()}
    return Urgency(
        label=said.label,
        colour=colour,
        worst=tier is not None and tier.rank == 0,
        when=_when(case) if tier else said.when,
        target=said.target,
        flags=said.flags,
        reasons=tuple(row for found in sets for row in found.reasons if row.rule in setting),
    )


def _when(case: Case) -> str:
    """Return the target counted from the day of the form, which may be days ago."""
    days = case.assessment.target_days or 0
    last = later_words(case.record.day, days)
    if days == 0:
        return f"on the day of the form, {last}"
    return f"within {days} day{'s' * (days != 1)} of the form" + (f", by {last}" if last else "")


def _reason_sets(case: Case) -> Iterator[ReasonSet]:
    cited = {fired.rule.id: fired.rule for fired in case.assessment.rules}
    for group in reasons(_decided(case)).groups:
        yield ReasonSet(
            group.heading, tuple(_reason(case, line, cited[line.rule]) for line in group.lines)
        )


def _decided(case: Case) -> Case:
    """Return a case without open rules, which may be of an urgency that the pack has lost."""
    return replace(case, assessment=replace(case.assessment, undecided=()))


def _reason(case: Case, line: ReasonLine, rule: Rule) -> Reason:
    return Reason(
        rule=line.rule,
        because=line.because,
        answers=line.answers,
        sources=short_sources(case, rule.sources),
        strength=line.strength,
    )


def _flags(case: Case) -> Flags:
    found = face_flags.flags(case, _ALL)
    unanswered = (FlagLine(label, (NOT_ANSWERED,)) for label in found.unanswered)
    unsure = (FlagLine(f.label, join(((NOT_SURE,), f.words), DOT)) for f in found.unsure)
    return Flags(found.present, (*unsure, *unanswered), found.absent)


def _open_questions(case: Case) -> Iterator[OpenQuestion]:
    """Yield the questions to ask, those that could show the worst first."""
    ranks = {tier.id: tier.rank for tier in case.pack.tables.tier}

    def rank(rule: Rule) -> int:
        return ranks.get(rule.tier or "", 0)

    found = case.assessment.undecided_by_question().items()
    for name, rules in sorted(found, key=lambda row: min(map(rank, row[1]))):
        by_tier: dict[str, list[str]] = {}
        for rule in sorted(rules, key=rank):
            by_tier.setdefault(_tier_label(case, rule), []).append(rule.id)
        decides = (f"{label} ({', '.join(ids)})" for label, ids in by_tier.items())
        yield OpenQuestion(case.words.label(name), "; ".join(decides))


def _tier_label(case: Case, rule: Rule) -> str:
    return urgency_label(case.pack.tables, rule.tier) if rule.tier else "a rule no longer in use"


def _open_rules(case: Case) -> Iterator[OpenRule]:
    for row in case.assessment.undecided:
        yield OpenRule(row.rule.id, _tier_label(case, row.rule), row.rule.because)


def _with_lost_factors(case: Case) -> Case:
    """Return a case in which factors that the pack has lost count as asked, so that they show."""
    known = {factor.id for factor in case.pack.tables.factor}
    lost = {row.factor.reads for row in case.assessment.factors if row.factor.id not in known}
    return replace(case, shown=case.shown | lost)


def _advice(case: Case) -> Iterator[tuple[str, tuple[str, ...]]]:
    for row in case.assessment.advice:
        yield row.test.label, tuple(fired.rule.id for fired in row.rules)
