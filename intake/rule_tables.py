"""The rule pack as Markdown tables for clinicians."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intake.rule_words import Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
