"""The suggested tests by category, each with why, from what source, and what to mind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fhir.intake.answers import is_blank
from intake.pdf.face_why import reasons_in_words
from intake.pdf.face_workup import grouped
from intake.pdf.phrases import Phrase, join
from intake.pdf.wording import is_unsure
from referral.builtin import DRUG_CLASSES, MEDICINES_GATE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from intake.pdf.case import Case
    from referral.assessment import FiredRule, Suggestion

_ASKED_BY: Final = {DRUG_CLASSES: MEDICINES_GATE}
"""The question behind a built-in of the rule language."""
_HEADINGS: Final = {
    "bloods": "Blood and urine tests",
    "electrodiagnostics": "Nerve and muscle tests",
    "imaging": "Scans",
    "referral": "Referrals",
    "other": "Examination and other",
}


@dataclass(frozen=True, slots=True)
class TestLine:
    """One test, what it helps to tell apart, and how to prepare for it."""

    label: str
    helps: str


@dataclass(frozen=True, slots=True)
class Caution:
    """What to mind before a test, and the rule that says so."""

    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class WorkupRow:
    """A test, or under a heading the tests of a panel, which are considered together."""

    heading: str
    tests: tuple[TestLine, ...]
    why: Phrase
    because: str
    rules: tuple[str, ...]
    sources: str
    strength: str
    cautions: tuple[Caution, ...]
    unasked: tuple[str, ...]
    """Questions about cautions that are blank or unsure: no caution is then not known."""

    @property
    def name(self) -> str:
        """What the row is called in a list."""
        return self.heading or self.tests[0].label


@dataclass(frozen=True, slots=True)
class Category:
    """The rows of one kind of test."""

    heading: str
    rows: tuple[WorkupRow, ...]


@dataclass(frozen=True, slots=True)
class DeferredTest:
    """A test that has to wait, and why; no reason where the pack has lost the rule."""

    label: str
    helps: str
    reasons: tuple[Caution, ...]


def categories(case: Case) -> tuple[Category, ...]:
    """Return the suggested tests, the category of the most pressing one first."""
    rows: dict[str, list[WorkupRow]] = {}
    for found in grouped(case):
        if found[0].status == "suggested":
            rows.setdefault(found[0].test.category, []).append(_row(case, found))
    return tuple(Category(_HEADINGS.get(name, name), tuple(row)) for name, row in rows.items())


def deferred_tests(case: Case) -> tuple[DeferredTest, ...]:
    """Return the tests that are suggested, but not yet."""
    deferring = [fired.rule for fired in case.assessment.rules if fired.rule.effect == "defer"]
    return tuple(
        DeferredTest(
            row.test.label,
            row.test.helps,
            tuple(Caution(r.id, r.because) for r in deferring if row.test.id in r.remove),
        )
        for row in case.assessment.suggestions
        if row.status == "deferred"
    )


def short_sources(case: Case, ids: Iterable[str]) -> str:
    """Return the short names of sources; the bare id of one that the pack does not know."""
    short = {source.id: source.short for source in case.pack.tables.source}
    return ", ".join(dict.fromkeys(short.get(name, name) for name in ids))


def _row(case: Case, found: Sequence[Suggestion]) -> WorkupRow:
    fired = tuple({rule.rule.id: rule for row in found for rule in row.rules}.values())
    warned = {rule.rule.id: rule.rule for row in found for rule in row.cautions}
    panels = {panel.id: panel.label for panel in case.pack.tables.panel}
    panel = found[0].test.panel or ""
    return WorkupRow(
        heading=panels.get(panel, panel) if len(found) > 1 else "",
        tests=tuple(map(_test, found)),
        why=join(reasons_in_words(case, fired), "; "),
        because=_because(fired),
        rules=tuple(rule.rule.id for rule in fired),
        sources=short_sources(case, (name for rule in fired for name in rule.rule.sources)),
        strength=", ".join(dict.fromkeys(rule.rule.strength for rule in fired)),
        cautions=tuple(Caution(rule.id, rule.message or rule.because) for rule in warned.values()),
        unasked=tuple(_unasked(case, {row.test.id for row in found})),
    )


def _test(found: Suggestion) -> TestLine:
    told = ". ".join(filter(None, (found.test.helps, found.test.preparation)))
    return TestLine(found.test.label, told)


def _because(fired: Sequence[FiredRule]) -> str:
    """Return why the first rule about tests asks for them; else why the urgency does."""
    about_tests = (row.rule for row in fired if row.rule.kind == "workup")
    return next(about_tests, fired[0].rule).because if fired else ""


def _unasked(case: Case, tests: set[str]) -> Iterator[str]:
    """Yield the open questions that a caution for these tests reads."""
    read = {
        _ASKED_BY.get(name, name)
        for rule in case.pack.compiled.rules
        if rule.rule.kind == "caution" and tests.intersection(rule.rule.about)
        for name in rule.inputs
    }
    for name in case.form.items:
        answer = case.answers.get(name)
        if name in read and name in case.shown and (is_blank(answer) or is_unsure(answer)):
            yield case.words.topic(name)
