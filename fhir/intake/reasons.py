"""Why something is proposed, as annotations: the rule, the patient's answers in words, sources."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhir.intake.export import Export, Json
    from fhir.intake.items import Item
    from referral.assessment import FiredRule, Suggestion

_MARKUP: Final = re.compile(r"[\\`*_\[\]<>&#|~!]")
"""What could begin markup in an annotation, which receivers may show as Markdown."""


def annotation(export: Export, *parts: str) -> Json:
    """Write paragraphs as an annotation by the product, of the time of the form."""
    return {
        "authorString": f"{export.software}, rules {export.pack}",
        "time": export.instant,
        "text": "\n\n".join(part for part in parts if part),
    }


def reasons(export: Export, suggestion: Suggestion) -> Iterator[Json]:
    """Yield an annotation for each rule that asks for a test, its cautions and preparation."""
    for fired in suggestion.rules:
        yield rule_reason(export, fired)
    for fired in suggestion.cautions:
        yield caution(export, fired)
    if suggestion.test.preparation:
        yield annotation(export, f"Preparation: {suggestion.test.preparation}")


def rule_reason(export: Export, fired: FiredRule) -> Json:
    """Explain a rule that holds."""
    rule = fired.rule
    head = f"Rule {rule.id} ({rule.strength}): {rule.because}"
    return annotation(export, head, _answers(export, fired), _sources(export, fired))


def caution(export: Export, fired: FiredRule) -> Json:
    """Explain a caution."""
    rule = fired.rule
    head = f"Caution {rule.id}: {rule.message or rule.because}"
    reason = f"Reason: {rule.because}" if rule.message else ""
    return annotation(export, head, reason, _answers(export, fired), _sources(export, fired))


def undecided(export: Export) -> Iterator[Json]:
    """Yield what to ask: each question that blanks or unsure answers leave open."""
    for link_id, rules in export.assessment.undecided_by_question().items():
        item = export.form.items.get(link_id)
        label = item.short if item else link_id
        names = ", ".join(rule.id for rule in rules)
        yield annotation(export, f"Ask: {label}. It would help to decide the rules {names}.")


def _answers(export: Export, fired: FiredRule) -> str:
    lines = []
    for link_id, value in fired.answers.items():
        item = export.form.items.get(link_id)
        if item is not None:
            lines.append(f"{item.short}: {in_words(item, value)}")
    return _listed("Answers", lines)


def _sources(export: Export, fired: FiredRule) -> str:
    cited = [_citation(export, name) for name in fired.rule.sources]
    return _listed("Sources", cited)


def _listed(title: str, lines: list[str]) -> str:
    return "\n".join([f"{title}:", *(f"- {line}" for line in lines)]) if lines else ""


def _citation(export: Export, name: str) -> str:
    source = export.sources.get(name)
    if source is None:
        return name
    year = f"({source.year})" if source.year else ""
    return " ".join(
        part for part in (f"{source.citation},", source.title, year, source.url) if part
    )


def in_words(item: Item, value: Any) -> str:  # whatever the question takes
    """Return an answer as a person would read it; what was typed can not act as markup."""
    if value is None:
        return "not answered"
    if item.is_rows:
        return " / ".join(_row(item, row) for row in value)
    if isinstance(value, list):
        return ", ".join(in_words(item, element) for element in value)
    if isinstance(value, dict):
        return _typed(str(value.get("display") or value.get("code")))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value} {item.unit.display}" if item.unit else str(value)
    option = item.option(str(value))
    return option.display if option else _typed(str(value))


def _row(item: Item, row: dict[str, Any]) -> str:
    cells = [
        in_words(column, row[column.link_id]) for column in item.children if column.link_id in row
    ]
    return ", ".join(cells)


def _typed(text: str) -> str:
    return _MARKUP.sub(r"\\\g<0>", " ".join(text.split()))
