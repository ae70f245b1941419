"""A stored assessment, read again for people: what was found then, in the words of today's pack.

The stored JSON has the last word. What it names and the pack does not know any more, because the
pack has changed since, is kept under its bare id.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from referral import Assessment
from referral.assessment import (
    Advice,
    FactorFinding,
    FiredRule,
    Flag,
    NotIndicated,
    Suggestion,
    Undecided,
)
from referral.medicines import Finding
from referral.records import Factor, RedFlag, Rule, Test, Tier

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from referral.records import Tables

Json: TypeAlias = dict[str, Any]
_LAST: Final = 99
"""The rank of an urgency that the pack does not know."""


def read_assessment(data: Json, tables: Tables) -> Assessment:
    """Return the assessment that `Assessment.to_json` wrote, with the records of a pack."""
    return _Reader(data, tables).assessment()


@dataclass(frozen=True, slots=True)
class _Reader:
    """One stored assessment beside the tables of the pack that is in use."""

    data: Json
    tables: Tables

    def assessment(self) -> Assessment:
        fired = {row["id"]: self.fired(row) for row in self.rows("rules")}
        tier = self.tier()
        pack = self.data.get("pack") or {}
        return Assessment(
            pack_name=str(pack.get("name", "")),
            pack_version=str(pack.get("version", "")),
            tier=tier,
            target_days=self.data.get("target_days"),
            rules=tuple(fired.values()),
            suggestions=tuple(self.suggestion(row, fired) for row in self.rows("suggestions")),
            not_indicated=tuple(self.refusal(row, fired) for row in self.rows("not_indicated")),
            cautions=tuple(self.caution(row, fired) for row in self.rows("cautions")),
            undecided=tuple(self.undecided(row) for row in self.rows("undecided")),
            advice=tuple(self.advice(name, fired) for name in self.rows("advice")),
            medicines=tuple(_medicine(row) for row in self.rows("medicines")),
            flags=tuple(self.flag(row) for row in self.rows("red_flags")),
            article_flags=self.data.get("article_flags") or 0,
            factors=tuple(self.factor(row) for row in self.rows("factors")),
        )

    def rows(self, name: str) -> Iterable[Any]:
        return self.data.get(name) or ()

    def tier(self) -> Tier | None:
        name = self.data.get("tier")
        if name is None:
            return None
        return _find(self.tables.tier, name) or Tier(
            id=name,
            rank=_LAST,
            label=name,
            target="",
            target_days=self.data.get("target_days") or 0,
            guideline="",
            patient_text={},
        )

    def rule(self, name: str) -> Rule:
        return _find(self.tables.rule, name) or Rule(
            id=name, kind="workup", when="", because="", sources=(), strength=""
        )

    def fired(self, row: Json) -> FiredRule:
        """Return a fired rule; one of an urgency that the pack has lost speaks for this one."""
        rule = self.rule(row["id"])
        if row["kind"] == "tier" and rule.tier is None:
            rule = replace(rule, tier=self.data.get("tier"))
        rule = replace(
            rule,
            kind=row["kind"],
            because=row["because"],
            sources=tuple(row["sources"]),
            strength=row["strength"],
        )
        return FiredRule(rule, row["answers"])

    def named(self, names: Iterable[str], fired: Mapping[str, FiredRule]) -> tuple[FiredRule, ...]:
        return tuple(fired.get(name) or FiredRule(self.rule(name), {}) for name in names)

    def test(self, name: str, **stored: Any) -> Test:
        known = _find(self.tables.test, name)
        return known or Test(
            id=name,
            label=name,
            patient_label={},
            category=stored.get("category", "other"),
            helps="",
            panel=stored.get("panel"),
        )

    def suggestion(self, row: Json, fired: Mapping[str, FiredRule]) -> Suggestion:
        return Suggestion(
            self.test(row["id"], category=row["category"], panel=row["panel"]),
            row["status"],
            self.named(row["rules"], fired),
            tuple(self.named(row["cautions"], fired)),
        )

    def refusal(self, row: Json, fired: Mapping[str, FiredRule]) -> NotIndicated:
        (found,) = self.named([row["rule"]], fired)
        because = replace(found.rule, because=row["because"])
        return NotIndicated(self.test(row["id"]), replace(found, rule=because))

    def caution(self, row: Json, fired: Mapping[str, FiredRule]) -> FiredRule:
        (found,) = self.named([row["id"]], fired)
        return replace(found, rule=replace(found.rule, message=row["text"]))

    def undecided(self, row: Json) -> Undecided:
        return Undecided(self.rule(row["rule"]), tuple(row["ask"]), tuple(row["waits_for"]))

    def advice(self, name: str, fired: Mapping[str, FiredRule]) -> Advice:
        asking = tuple(found for found in fired.values() if name in found.rule.suggest)
        return Advice(self.test(name), asking)

    def flag(self, row: Json) -> Flag:
        known = _find(self.tables.red_flag, row["id"]) or RedFlag(
            id=row["id"], label=row["label"], when=""
        )
        return Flag(replace(known, label=row["label"]), row["present"], row["answers"])

    def factor(self, row: Json) -> FactorFinding:
        """Return a factor with the limits that were applied, whatever they are now."""
        name = row["id"]
        known = _find(self.tables.factor, name) or Factor(
            id=name, label=name, reads=name, because="", sources=()
        )
        limits = {key: row[key] for key in ("unit", "at_least", "at_most")}
        return FactorFinding(replace(known, **limits), row["value"], row["beyond"])


def _find(records: Iterable[Any], name: str) -> Any:
    return next((record for record in records if record.id == name), None)


def _medicine(row: Json) -> Finding:
    return Finding(
        name=row["name"],
        matched=row["matched"],
        classes=tuple(row["classes"]),
        effects=tuple(row["effects"]),
        twitch_drug=row["twitch_drug"],
        did_you_mean=row["did_you_mean"],
    )
