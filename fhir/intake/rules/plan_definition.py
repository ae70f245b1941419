"""The rules of a pack as a PlanDefinition: each an action with its condition and its reasons."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from fhir.intake.rules import activity_definitions, library
from fhir.intake.rules.actions import described, extensions, title
from fhir.intake.rules.edition import CONFIDENCE, FHIRPATH, slug
from fhir.intake.rules.variables import pack_mapper

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fhir.intake.rules.edition import Edition, Json
    from referral.compiling import CompiledRule
    from referral.expression import Node
    from referral.records import RedFlag, Rule, Source, Test

KIND: Final = "PlanDefinition"
FLAGS: Final = "flag"
GROUPS: Final[Mapping[str, str]] = {
    "tier": "Urgency: the most severe of what applies",
    "workup": "Tests and referrals to suggest",
    "advice": "Advice for the patient",
    "suppress": "What argues against a test, or for waiting with it",
    "caution": "What to mind before a test or with a medicine",
}
_FLAG_GROUP: Final = "Warning signs for the clinician, present or not"
_PRIORITIES: Final = {0: "asap", 1: "urgent"}
"""By the rank of the urgency, as in the requests for a patient; nothing is ever ``stat``."""
_DESCRIPTION: Final = """\
The conditions are FHIRPath over variables: those of the Library that is named here, evaluated in \
its order over the patient's QuestionnaireResponse and bound as environment variables. An engine \
that binds none can not apply this plan. An action applies only where its condition is true; \
false and empty (not known) are both not true.

An action that argues against a test takes nothing away by itself: what an urgent action suggests \
is spared. That, and the list of questions that would decide an open rule, are steps of the \
software, not of this plan."""


def plan_definition(edition: Edition) -> Json:
    """Build the plan. Raises UnwritableError for what FHIRPath can not say."""
    header = edition.pack.tables.header
    return {
        **edition.header(KIND, title=header.title),
        "type": {
            "coding": [
                {
                    "system": "http://terminology.hl7.org/CodeSystem/plan-definition-type",
                    "code": "eca-rule",
                    "display": "ECA Rule",
                }
            ]
        },
        "description": _DESCRIPTION,
        "usage": f"{header.wording}\n\n{header.status}",
        "relatedArtifact": [{"type": "depends-on", "resource": edition.form.canonical}],
        "library": [edition.canonical(library.KIND, library.VARIABLES)],
        "action": [*_Actions(edition).groups()],
    }


@dataclass(frozen=True)
class _Actions:
    edition: Edition

    @cached_property
    def tests(self) -> Mapping[str, Test]:
        return {test.id: test for test in self.edition.pack.tables.test}

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        return {source.id: source for source in self.edition.pack.tables.source}

    def groups(self) -> Iterator[Json]:
        compiled = self.edition.pack.compiled
        for kind, heading in GROUPS.items():
            actions = [self.rule(row) for row in compiled.rules if row.rule.kind == kind]
            yield from _group(kind, heading, actions)
        flags = [self.flag(flag, when) for flag, when in compiled.red_flags]
        yield from _group(FLAGS, _FLAG_GROUP, flags)

    def rule(self, row: CompiledRule) -> Json:
        rule, edition = row.rule, self.edition
        action: Json = {
            "id": action_id("rule", rule.id),
            "extension": [*extensions(rule, edition)],
            "prefix": rule.id,
            "title": title(rule, edition.pack.tables),
            "description": described(rule, edition.pack.tables),
        }
        if rule.tier is not None:
            action["priority"] = self.priority(rule)
        action["reason"] = [{"text": rule.because}]
        action["documentation"] = [_artifact(self.sources[name]) for name in rule.sources]
        action["condition"] = [self.condition(row.when, rule.when)]
        return action | self.suggested(rule)

    def flag(self, flag: RedFlag, when: Node) -> Json:
        return {
            "id": action_id(FLAGS, flag.id),
            "title": flag.label,
            "description": "Shown to the clinician as present; it suggests nothing by itself.",
            "condition": [self.condition(when, flag.when)],
        }

    def condition(self, node: Node, when: str) -> Json:
        return {
            "kind": "applicability",
            "expression": {
                "description": " ".join(when.split()),
                "language": FHIRPATH,
                "expression": pack_mapper(self.edition.pack).write(node),
            },
        }

    def priority(self, rule: Rule) -> str:
        ranks = {tier.id: tier.rank for tier in self.edition.pack.tables.tier}
        return _PRIORITIES.get(ranks[str(rule.tier)], "routine")

    def suggested(self, rule: Rule) -> Json:
        """Return what an action does: itself one activity, or an action below for each."""
        if not rule.suggest:
            return {}
        if len(rule.suggest) == 1:
            return {"definitionCanonical": self.definition(rule.suggest[0])}
        below = [
            {
                "id": action_id("rule", rule.id, test),
                "title": self.tests[test].label,
                "definitionCanonical": self.definition(test),
            }
            for test in rule.suggest
        ]
        return {"groupingBehavior": "logical-group", "selectionBehavior": "any", "action": below}

    def definition(self, test: str) -> str:
        return self.edition.canonical(activity_definitions.KIND, test)


def action_id(*names: str) -> str:
    """Return the id of an action within the plan, such as ``rule-E01``."""
    return "-".join(map(slug, names))


def _group(kind: str, heading: str, actions: list[Json]) -> Iterator[Json]:
    if actions:
        yield {
            "id": action_id("group", kind),
            "title": heading,
            "groupingBehavior": "logical-group",
            "selectionBehavior": "any",
            "action": actions,
        }


def _artifact(source: Source) -> Json:
    year = f" ({source.year})" if source.year else ""
    artifact: Json = {
        "extension": [{"url": CONFIDENCE, "valueString": source.confidence}],
        "type": "citation",
        "label": source.short,
        "display": source.title,
        "citation": f"{source.citation}. {source.title}{year}.",
    }
    return artifact | ({"url": source.url} if source.url else {})
