"""Checks of a pack that no expression shows: ids, sources, tests and fields that must agree."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from referral.reading import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from referral.questions import Question
    from referral.records import Rule, Tables

_NEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    "tier": ("tier", "target_days"),
    "workup": ("suggest",),
    "advice": ("suggest",),
    "suppress": ("remove",),
    "caution": ("message",),
}
_ALLOWS: Final[Mapping[str, tuple[str, ...]]] = {
    "tier": ("suggest",),
    "caution": ("about",),
}
_KIND_FIELDS: Final = ("tier", "target_days", "suggest", "remove", "about", "message")
_FHIRPATH_ENDINGS: Final = ("_na", "_shown", "_inc")


def check_references(tables: Tables, questions: Mapping[str, Question]) -> Iterator[Problem]:
    """Yield a problem for everything that is named but does not exist, or does not fit."""
    for rule in tables.rule:
        file = tables.files[f"rule {rule.id}"]
        for message in _rule_faults(rule, tables):
            yield Problem(file, f"rule {rule.id}", message)
    for label, names, known in _references(tables, questions):
        for name in names:
            if name not in known:
                yield Problem(tables.files.get(label, ""), label, f"unknown name {name}")
    yield from _name_faults(tables, questions)


def _rule_faults(rule: Rule, tables: Tables) -> Iterator[str]:
    needed = _NEEDS[rule.kind]
    for name in _KIND_FIELDS:
        filled = getattr(rule, name) not in (None, ())
        if name in needed and not filled:
            yield f"a {rule.kind} rule needs {name!r}"
        if filled and name not in (*needed, *_ALLOWS.get(rule.kind, ())):
            yield f"a {rule.kind} rule has no {name!r}"
    for what, named, rows in (
        ("test", (*rule.suggest, *rule.remove, *rule.about), tables.test),
        ("source", rule.sources, tables.source),
        ("tier", filter(None, [rule.tier]), tables.tier),
    ):
        known = {row.id for row in rows}
        yield from (f"unknown {what} {name}" for name in named if name not in known)
    if not rule.sources:
        yield "names no source"
    reads_blank = "answered(" in _unfolded(rule.when, tables)
    if reads_blank is not rule.fires_on_blank:
        yield "fires_on_blank must be set exactly when the rule reads answered()"


def _unfolded(when: str, tables: Tables) -> str:
    """Return an expression together with those of the derived names that it reads."""
    derived = {row.name: row.expression for row in tables.derived}
    seen: set[str] = set()
    todo, text = [when], ""
    while todo:
        expression = todo.pop()
        text += f" {expression}"
        names = set(re.findall(r"[a-z]\w*", expression)) & derived.keys() - seen
        seen |= names
        todo += [derived[name] for name in names]
    return text


def _references(
    tables: Tables, questions: Mapping[str, Question]
) -> Iterator[tuple[str, Iterable[str], Iterable[str]]]:
    header, derived = tables.header, {row.name for row in tables.derived}
    yield "pack " + header.name, header.protected_tiers, {tier.id for tier in tables.tier}
    yield "pack " + header.name, [header.objective_sign, header.flag_count], derived
    yield "pack " + header.name, [*header.required_red_flags, *header.soft_red_flags], questions
    sources = {source.id for source in tables.source}
    panels = {panel.id for panel in tables.panel}
    for test in tables.test:
        yield f"test {test.id}", [test.panel] if test.panel else [], panels
    for drink in tables.drink:
        yield f"drink {drink.item}", [drink.item], questions
    for flag in tables.red_flag:
        yield f"red_flag {flag.id}", flag.details, questions
    for factor in tables.factor:
        yield f"factor {factor.id}", factor.sources, sources


def _name_faults(tables: Tables, questions: Mapping[str, Question]) -> Iterator[Problem]:
    for row in tables.derived:
        label = f"derived {row.name}"
        if row.name in questions:
            yield Problem(tables.files[label], label, "is the name of a question")
        if row.name.endswith(_FHIRPATH_ENDINGS):
            yield Problem(tables.files[label], label, "ends like a variable of the export")
