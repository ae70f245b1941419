"""What differs between two rule packs: their records, and the cases that then change."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

from referral import assess
from referral.reading import IDS
from referral.records import Tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from referral import Assessment, Pack

_LISTS: Final = [field.name for field in fields(Tables) if field.name not in ("header", "files")]
_TRUTHS: Final[Mapping[bool | None, str]] = {True: "yes", False: "no", None: "unknown"}


def diff_records(old: Pack, new: Pack) -> Iterator[str]:
    """Yield a line for each record added, removed or changed (with its fields), rules first.

    A table whose common records stand in another order has a line too: the order tells which
    limit of a factor counts, and how tests are listed.
    """
    yield from _diff_table("rule", old.tables.rule, new.tables.rule)
    changed = _changed_fields(old.tables.header, new.tables.header)
    if changed:
        yield f"pack: {changed} changed"
    for table in _LISTS:
        if table != "rule":
            yield from _diff_table(table, getattr(old.tables, table), getattr(new.tables, table))


def _diff_table(table: str, old: Iterable[Any], new: Iterable[Any]) -> Iterator[str]:
    before, after = _by_label(old), _by_label(new)
    for label in sorted(before | after):
        if label not in after:
            yield f"{table} {label}: removed"
        elif label not in before:
            yield f"{table} {label}: added"
        elif before[label] != after[label]:
            yield f"{table} {label}: {_changed_fields(before[label], after[label])} changed"
    if [label for label in before if label in after] != [k for k in after if k in before]:
        yield f"{table}: order changed"


def _by_label(records: Iterable[Any]) -> dict[str, Any]:
    """Key records by id; limits of the same factor share theirs, so later ones are numbered."""
    seen: Counter[str] = Counter()
    found = {}
    for record in records:
        name = next(getattr(record, key) for key in IDS if hasattr(record, key))
        seen[name] += 1
        found[name if seen[name] == 1 else f"{name} ({seen[name]})"] = record
    return found


def _changed_fields(before: Any, after: Any) -> str:
    names = [field.name for field in fields(before)]
    return ", ".join(name for name in names if getattr(before, name) != getattr(after, name))


def diff_cases(
    old: Pack, new: Pack, cases: Mapping[str, Mapping[str, Any]], *, on: date
) -> Iterator[str]:
    """Yield a line for each case (id to answers) of which the packs make something else.

    The fired rules are told only where nothing else differs: as a rule they repeat the rest.
    """
    for name, answers in cases.items():
        found = [assess(answers, pack=pack, on=on) for pack in (old, new)]
        before, after = (_outcome(one) for one in found)
        changes = [
            f"{key} {_change(before[key], after[key])}"
            for key in before
            if before[key] != after[key]
        ]
        fired = [{row.rule.id for row in one.rules} for one in found]
        if not changes and fired[0] != fired[1]:
            changes = [f"rules {_change(*fired)}"]
        if changes:
            yield f"case {name}: {'; '.join(changes)}"


def _outcome(found: Assessment) -> dict[str, Any]:
    return {
        "urgency": found.tier and found.tier.id,
        "target days": found.target_days,
        "tests": {f"{row.test.id} ({row.status})" for row in found.suggestions},
        "not indicated": {row.test.id for row in found.not_indicated},
        "cautions": {row.rule.id for row in found.cautions},
        "undecided": {row.rule.id for row in found.undecided},
        "advice": {row.test.id for row in found.advice},
        "red flags": {f"{row.flag.id} ({_TRUTHS[row.present]})" for row in found.flags},
        "article flags": found.article_flags,
        "factors": {
            f"{row.factor.id} {row.value} (beyond: {_TRUTHS[row.beyond]})" for row in found.factors
        },
        "medicines": set(_medicines(found)),
    }


def _medicines(found: Assessment) -> Iterator[str]:
    for row in found.medicines:
        known = f"{row.matched}: {', '.join(row.classes)}" if row.matched else "not known"
        yield f"{row.name} ({known})"


def _change(before: Any, after: Any) -> str:
    if isinstance(before, set):
        signs = [f"+{name}" for name in sorted(after - before)]
        return " ".join([*signs, *(f"-{name}" for name in sorted(before - after))])
    return f"{before} → {after}"
