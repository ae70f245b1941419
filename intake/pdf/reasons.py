"""Page 2 and on: the workup in full, every rule that fired with its reasons, and the sources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fhir.intake.answers import is_blank
from intake.pdf.face_banner import partial_birth
from intake.pdf.face_history import medicine_lines
from intake.pdf.face_verdicts import Verdict, undecided
from intake.pdf.face_workup import grouped
from intake.pdf.phrases import DOT, Phrase, join
from referral.builtin import BIRTH, MEDICINES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from intake.pdf.case import Case
    from referral.assessment import FiredRule, Suggestion
    from referral.records import Source

_GROUPS: Final = (
    ("tier", "Urgency"),
    ("workup", "Workup"),
    ("suppress", "Against a test, or for later"),
    ("caution", "Cautions"),
    ("advice", "Advice"),
)


@dataclass(frozen=True, slots=True)
class TestGroup:
    """Suggested tests of a panel, or one test: what each tells apart, preparation and rules."""

    heading: str
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """A rule that fired: why it exists, the answers behind it, and where it comes from."""

    rule: str
    because: str
    answers: Phrase
    sources: str
    strength: str
    sets_urgency: bool


@dataclass(frozen=True, slots=True)
class ReasonGroup:
    """The fired rules of one kind."""

    heading: str
    lines: tuple[ReasonLine, ...]


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source that a fired rule cites."""

    id: str
    text: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Reasons:
    """All that stands behind the face sheet."""

    workup: tuple[TestGroup, ...]
    undecided: tuple[Verdict, ...]
    groups: tuple[ReasonGroup, ...]
    sources: tuple[SourceLine, ...]


def reasons(case: Case) -> Reasons:
    """Present the workup in full and every fired rule once, those of the urgency first."""
    return Reasons(
        workup=tuple(_tests(case)),
        undecided=undecided(case, 1000),
        groups=tuple(_groups(case)),
        sources=tuple(_sources(case)),
    )


def _tests(case: Case) -> Iterator[TestGroup]:
    panels = {panel.id: panel.label for panel in case.pack.tables.panel}
    for found in grouped(case):
        panel = found[0].test.panel if len(found) > 1 else None
        yield TestGroup(panels.get(panel or "", ""), tuple(map(_test, found)))
    if case.assessment.advice:
        given = (f"{row.test.label} ({_ids(row.rules)})" for row in case.assessment.advice)
        yield TestGroup("Self-care advice", tuple(given))


def _test(found: Suggestion) -> str:
    test = found.test
    deferred = ", deferred" if found.status == "deferred" else ""
    minding = f" ▲ {_ids(found.cautions)}" if found.cautions else ""
    prepared = f". {test.preparation}" if test.preparation else ""
    return f"{test.label} ({_ids(found.rules)}{deferred}): {test.helps}{prepared}{minding}"


def _ids(fired: Iterable[FiredRule]) -> str:
    return ", ".join(rule.rule.id for rule in fired)


def _groups(case: Case) -> Iterator[ReasonGroup]:
    tier = case.assessment.tier
    for kind, heading in _GROUPS:
        fired = [row for row in case.assessment.rules if row.rule.kind == kind]
        fired.sort(key=lambda row: not (tier and row.rule.tier == tier.id))
        if fired:
            yield ReasonGroup(heading, tuple(_reason(case, row) for row in fired))


def _reason(case: Case, fired: FiredRule) -> ReasonLine:
    told = (_told(case, name, answer) for name, answer in fired.answers.items())
    tier = case.assessment.tier
    return ReasonLine(
        rule=fired.rule.id,
        because=" ".join(filter(None, (fired.rule.message, fired.rule.because))),
        answers=join(told, DOT),
        sources=", ".join(fired.rule.sources),
        strength=fired.rule.strength,
        sets_urgency=tier is not None and fired.rule.tier == tier.id,
    )


def _told(case: Case, link_id: str, answer: object) -> Phrase:
    """Tell an answer; of medicines the names alone, of a birth whether it gives an age."""
    if link_id == MEDICINES and not is_blank(answer):
        names = join((line.name for line in medicine_lines(case)), ", ")
        return (f"{case.words.topic(link_id)}: ", *names)
    if link_id == BIRTH and (partial := partial_birth(case)):
        return partial
    return case.words.told(link_id, answer)


def _sources(case: Case) -> Iterator[SourceLine]:
    cited = {name for row in case.assessment.rules for name in row.rule.sources}
    for source in case.pack.tables.source:
        if source.id in cited:
            yield SourceLine(source.id, _source_text(source), source.confidence)


def _source_text(source: Source) -> str:
    year = f" ({source.year})" if source.year else ""
    url = f" {source.url}" if source.url else ""
    return f"{source.citation}: {source.title}{year}.{url}"
