"""The rule pack as Markdown tables for clinicians, and what a change of it would change."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

from intake.rule_words import Words
from referral import assess

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from fhir.intake.items import Form
    from referral import Pack
    from referral.compiling import CompiledRule
    from referral.records import Rule

KINDS: Final = {
    "tier": "Urgency",
    "workup": "Tests",
    "advice": "Advice",
    "suppress": "Not indicated, or later",
    "caution": "Cautions",
}


def show(pack: Pack, form: Form) -> Iterator[str]:
    """Yield the lines of a Markdown document: shared patterns, then the rules by kind."""
    header = pack.tables.header
    yield f"# {header.title}"
    yield ""
    yield f"Pack {pack.name} {pack.version}. {header.status} {header.wording}"
    words = Words(form)
    yield from _table(
        "Shared patterns",
        ("name", "when"),
        (
            (name.replace("_", " "), words.write(node))
            for name, node in pack.compiled.derived.items()
        ),
    )
    for kind, title in KINDS.items():
        rules = [rule for rule in pack.compiled.rules if rule.rule.kind == kind]
        rows = (_row(pack, rule, words) for rule in rules)
        yield from _table(title, ("rule", "when", "then", "because", "source"), rows)
    sources = ((s.id, s.citation, s.title, s.url or "", s.confidence) for s in pack.tables.source)
    yield from _table("Sources", ("id", "citation", "title", "address", "confidence"), sources)


def _row(pack: Pack, compiled: CompiledRule, words: Words) -> tuple[str, ...]:
    rule = compiled.rule
    sources = f"{', '.join(rule.sources)} ({rule.strength})"
    return rule.id, words.write(compiled.when), _then(pack, rule), rule.because, sources


def _then(pack: Pack, rule: Rule) -> str:
    labels = {test.id: test.label for test in pack.tables.test}
    tiers = {tier.id: tier.label for tier in pack.tables.tier}
    parts = []
    if rule.tier:
        parts.append(f"**{tiers[rule.tier]}**, {rule.target_days} days")
    if rule.message:
        parts.append(rule.message)
    verb = {"defer": "wait with", "remove": "not"}[rule.effect]
    for word, tests in (("suggest", rule.suggest), (verb, rule.remove), ("about", rule.about)):
        if tests:
            parts.append(f"{word}: {', '.join(labels[test] for test in tests)}")
    return "; ".join(parts)


def _table(title: str, head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    columns = list(head)
    yield ""
    yield f"## {title}"
    yield ""
    yield f"| {' | '.join(columns)} |"
    yield f"|{'---|' * len(columns)}"
    for row in rows:
        cells = (cell.replace("|", r"\|") for cell in row)
        yield f"| {' | '.join(cells)} |"


def diff_rules(old: Pack, new: Pack) -> Iterator[str]:
    """Yield one line for each rule that was added, removed or changed, with the fields."""
    before = {rule.id: rule for rule in old.tables.rule}
    after = {rule.id: rule for rule in new.tables.rule}
    for name in sorted(before | after):
        if name not in after:
            yield f"rule {name}: removed"
        elif name not in before:
            yield f"rule {name}: added"
        elif before[name] != after[name]:
            changed = [
                field.name
                for field in fields(before[name])
                if getattr(before[name], field.name) != getattr(after[name], field.name)
            ]
            yield f"rule {name}: {', '.join(changed)} changed"


def diff_cases(
    old: Pack, new: Pack, cases: Mapping[str, Mapping[str, Any]], *, on: date
) -> Iterator[str]:
    """Yield one line for each case in which the packs differ: urgency, tests, cautions."""
    for name, answers in cases.items():
        before, after = (_outcome(answers, pack, on) for pack in (old, new))
        changes = [
            f"{key} {_change(before[key], after[key])}"
            for key in before
            if before[key] != after[key]
        ]
        if changes:
            yield f"case {name}: {'; '.join(changes)}"


def _outcome(answers: Mapping[str, Any], pack: Pack, on: date) -> dict[str, Any]:
    found = assess(answers, pack=pack, on=on)
    return {
        "urgency": found.tier and found.tier.id,
        "target days": found.target_days,
        "tests": {f"{row.test.id} ({row.status})" for row in found.suggestions},
        "not indicated": {row.test.id for row in found.not_indicated},
        "cautions": {row.rule.id for row in found.cautions},
        "undecided": {row.rule.id for row in found.undecided},
        "advice": {row.test.id for row in found.advice},
    }


def _change(before: Any, after: Any) -> str:
    if isinstance(before, set):
        signs = [f"+{name}" for name in sorted(after - before)]
        return " ".join([*signs, *(f"-{name}" for name in sorted(before - after))])
    return f"{before} → {after}"
