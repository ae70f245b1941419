"""The suggested workup as rows of a short table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from intake.pdf.face_why import why
from intake.pdf.wording import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from intake.pdf.case import Case
    from intake.pdf.face_plans import Plan
    from intake.pdf.phrases import Phrase
    from referral.assessment import FiredRule, Suggestion
    from referral.records import Test

_BLOODS: Final = "bloods"
_EXAMINE: Final = "examine"
_CATEGORIES: Final = ("referral", _EXAMINE, "electrodiagnostics", "imaging", _BLOODS)
_STRENGTHS: Final = ("guideline", "guideline-derived")
_CONFIDENCES: Final = ("high", "moderate", "low")
_HELPS_LISTED: Final = 3
"""How many tests are told one by one what they help with."""
_MAX_RULES: Final = 7


@dataclass(frozen=True, slots=True)
class Row:
    """Tests to consider together, why, from what source, and what to mind.

    `cautions` and `deferred` are ids of rules that are spelled out below the table.
    """

    name: str
    members: str
    why: Phrase
    rules: str
    helps: str
    strength: str
    source: str
    cautions: str
    deferred: str


def rows(case: Case, plan: Plan) -> tuple[Row, ...]:
    """Return the suggestions, most pressing first, bloods of a panel as one row."""
    return tuple(_row(case, found, plan) for found in grouped(case))


def grouped(case: Case) -> Iterator[tuple[Suggestion, ...]]:
    """Yield the suggestions that are considered together, most pressing first."""
    groups: dict[tuple[str, str], list[Suggestion]] = {}
    for found in case.assessment.suggestions:
        groups.setdefault((found.status, _group(found)), []).append(found)
    for members in sorted(groups.values(), key=lambda row: min(_place(case, t) for t in row)):
        yield tuple(members)


def _group(found: Suggestion) -> str:
    panel = found.test.panel if found.test.category == _BLOODS else None
    return f"panel {panel}" if panel else found.test.id


def _place(case: Case, found: Suggestion) -> tuple[bool, bool, int, int]:
    """Order by: not deferred, asked for by the urgency, kind of test, panel."""
    tier = case.assessment.tier
    pressing = any(tier and fired.rule.tier == tier.id for fired in found.rules)
    examine = found.test.category == "other" and any(fired.rule.tier for fired in found.rules)
    category = _EXAMINE if examine else found.test.category
    panels = [panel.id for panel in case.pack.tables.panel]
    panel = found.test.panel
    return (
        found.status == "deferred",
        not pressing,
        _CATEGORIES.index(category) if category in _CATEGORIES else len(_CATEGORIES),
        panels.index(panel) if panel in panels else -1,
    )


def _row(case: Case, found: Sequence[Suggestion], plan: Plan) -> Row:
    fired = _unique(rule for row in found for rule in row.rules)
    best = min(fired, key=lambda rule: _strength_rank(rule.rule.strength))
    cautions = _unique(rule for row in found for rule in row.cautions)
    together = found[0].test.panel if found[0].test.category == _BLOODS else None
    tests = [row.test for row in found]
    return Row(
        name=_panel_label(case, together) if together else tests[0].label,
        members=listed((test.label for test in tests), plan.members, "; ") if together else "",
        why=why(case, fired, plan.why),
        rules=listed((rule.rule.id for rule in fired), _MAX_RULES),
        helps=_helps(tests, fired),
        strength=best.rule.strength,
        source=_citation(case, best) if plan.cite else "",
        cautions=", ".join(rule.rule.id for rule in cautions),
        deferred=_deferring(case, found[0]),
    )


def _helps(tests: Sequence[Test], fired: Sequence[FiredRule]) -> str:
    """Tell what each test helps with; of many, why the first workup rule asks for them."""
    if len(tests) <= _HELPS_LISTED:
        return "; ".join(test.helps for test in tests)
    return next((row for row in fired if row.rule.kind == "workup"), fired[0]).rule.because


def _unique(rules: Iterable[FiredRule]) -> list[FiredRule]:
    """Return each rule once, those of an urgency first."""
    once = {fired.rule.id: fired for fired in rules}.values()
    return sorted(once, key=lambda fired: fired.rule.tier is None)


def _strength_rank(strength: str) -> int:
    return _STRENGTHS.index(strength) if strength in _STRENGTHS else len(_STRENGTHS)


def _panel_label(case: Case, panel_id: str) -> str:
    labels = {panel.id: panel.label for panel in case.pack.tables.panel}
    return labels.get(panel_id, panel_id)


def _citation(case: Case, fired: FiredRule) -> str:
    """Return the rule's best source in short, and how many more there are."""
    by_id = {source.id: source for source in case.pack.tables.source}
    cited = [by_id[name] for name in fired.rule.sources if name in by_id]
    if not cited:
        return ""
    best = min(cited, key=lambda source: _confidence_rank(source.confidence))
    more = f" +{len(cited) - 1}" if len(cited) > 1 else ""
    return best.short + more


def _confidence_rank(confidence: str) -> int:
    words = [confidence.startswith(word) for word in _CONFIDENCES]
    return words.index(True) if any(words) else len(words)


def _deferring(case: Case, found: Suggestion) -> str:
    if found.status != "deferred":
        return ""
    ids = (
        fired.rule.id
        for fired in case.assessment.rules
        if fired.rule.effect == "defer" and found.test.id in fired.rule.remove
    )
    return ", ".join(ids)
