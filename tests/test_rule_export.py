"""The rule pack as FHIR: valid, complete, the same bytes each time."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from fhir.intake import urls
from fhir.intake.conformance import validate
from fhir.intake.requests import priority
from fhir.intake.rules.edition import (
    CONCERNS,
    DEFERS,
    PART,
    REMOVES,
    STRENGTH,
    TARGET_DAYS,
    VARIABLE,
    Edition,
)
from fhir.intake.rules.export import rule_bundle
from fhir.intake.strict_json import dump_json
from intake.content import standard_content
from tests.rule_truths import Json, exported, standard_bundle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from referral import Assessment
    from referral.records import Rule

CONTENT = standard_content()
PACK, FORM = CONTENT.pack, CONTENT.form


def resources(kind: str, bundle: Json | None = None) -> list[Json]:
    found = [entry["resource"] for entry in (bundle or standard_bundle())["entry"]]
    return [resource for resource in found if resource["resourceType"] == kind]


def plan() -> Json:
    (found,) = resources("PlanDefinition")
    return found


def library() -> Json:
    (found,) = resources("Library")
    return found


def action(name: str) -> Json:
    actions = {row["id"]: row for group in plan()["action"] for row in group["action"]}
    return cast("Json", actions[name])


def values(element: Json, url: str) -> list[Any]:
    return [
        value
        for row in element.get("extension", [])
        if row["url"] == url
        for key, value in row.items()
        if key.startswith("value")
    ]


def canonical(test: str) -> str:
    name = f"{PACK.name}-{test}".replace("_", "-")
    return f"{urls.BASE}/ActivityDefinition/{name}|{PACK.version}"


def below(value: object) -> Iterator[Json]:
    if isinstance(value, dict):
        yield value
    for child in value.values() if isinstance(value, dict) else value:  # type: ignore[attr-defined]
        if isinstance(child, dict | list):
            yield from below(child)


def test_bundle_is_valid() -> None:
    assert validate(standard_bundle()) == []


@pytest.mark.parametrize("kind", ["PlanDefinition", "Library", "ActivityDefinition"])
def test_each_resource_is_valid_alone(kind: str) -> None:
    from fhir.resources.R4B import get_fhir_model_class

    for resource in resources(kind):
        get_fhir_model_class(kind).model_validate(resource)


def test_same_bytes_each_time() -> None:
    again = rule_bundle(PACK, FORM, urls.BASE)
    assert dump_json(again) == dump_json(standard_bundle())


def test_every_rule_and_warning_sign_is_an_action() -> None:
    rules = [f"rule-{rule.id}" for rule in PACK.tables.rule]
    flags = [f"flag-{flag.id}" for flag in PACK.tables.red_flag]
    found = [row["id"] for group in plan()["action"] for row in group["action"]]
    assert sorted(found) == sorted([*rules, *flags])
    ids = [part["id"] for part in below(plan()["action"]) if "id" in part]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[A-Za-z0-9.-]{1,64}", name) for name in ids)


@pytest.mark.parametrize("rule", PACK.tables.rule, ids=lambda rule: rule.id)
def test_action_of_a_rule(rule: Rule) -> None:
    found = action(f"rule-{rule.id}")
    assert found["title"]
    assert found["prefix"] == rule.id
    assert found["reason"] == [{"text": rule.because}]
    (condition,) = found["condition"]
    assert condition["kind"] == "applicability"
    assert condition["expression"]["language"] == "text/fhirpath"
    assert condition["expression"]["description"] == " ".join(rule.when.split())
    sources = {source.id: source for source in PACK.tables.source}
    cited = [(row["label"], row.get("url")) for row in found["documentation"]]
    assert cited == [(sources[s].short, sources[s].url) for s in rule.sources]
    for row, name in zip(found["documentation"], rule.sources, strict=True):
        assert row["type"] == "citation"
        assert sources[name].citation in row["citation"]
    assert values(found, STRENGTH) == [rule.strength]
    assert values(found, TARGET_DAYS) == ([] if rule.target_days is None else [rule.target_days])
    removed = REMOVES if rule.effect == "remove" else DEFERS
    assert values(found, removed) == [canonical(test) for test in rule.remove]
    assert values(found, CONCERNS) == [canonical(test) for test in rule.about]


@pytest.mark.parametrize("rule", PACK.tables.rule, ids=lambda rule: rule.id)
def test_suggestions_of_a_rule(rule: Rule) -> None:
    found = action(f"rule-{rule.id}")
    wanted = [canonical(test) for test in rule.suggest]
    if len(wanted) == 1:
        assert [found["definitionCanonical"]] == wanted
        assert "action" not in found
    else:
        assert "definitionCanonical" not in found
        assert [row["definitionCanonical"] for row in found.get("action", [])] == wanted
    labels = {test.id: test.label for test in PACK.tables.test}
    for test in (*rule.suggest, *rule.remove, *rule.about):
        assert labels[test] in found["description"]


def test_what_is_suggested_is_in_the_bundle() -> None:
    held = [f"{row['url']}|{row['version']}" for row in resources("ActivityDefinition")]
    assert sorted(held) == sorted(canonical(test.id) for test in PACK.tables.test)
    named = {part["definitionCanonical"] for part in below(plan()) if "definitionCanonical" in part}
    named |= {part["valueCanonical"] for part in below(plan()) if "valueCanonical" in part}
    assert named <= set(held)
    (own,) = plan()["library"]
    assert own == f"{library()['url']}|{library()['version']}"
    for resource in (plan(), library()):
        assert {"type": "depends-on", "resource": FORM.canonical} in resource["relatedArtifact"]


def test_priority_is_that_of_the_requests() -> None:
    for rule in PACK.tables.rule:
        found = action(f"rule-{rule.id}").get("priority")
        tier = next((row for row in PACK.tables.tier if row.id == rule.tier), None)
        known = cast("Assessment", SimpleNamespace(tier=tier))
        assert found == (priority(known) if tier else None)
    assert {row.get("priority") for row in below(plan())} == {None, "asap", "urgent", "routine"}


def test_definition_of_a_test() -> None:
    definitions = {row["url"]: row for row in resources("ActivityDefinition")}
    for test in PACK.tables.test:
        found = definitions[canonical(test.id).split("|")[0]]
        is_advice = test.category == "advice"
        assert found["kind"] == ("CommunicationRequest" if is_advice else "ServiceRequest")
        assert found["intent"] == "proposal"
        own, *codes = found["code"]["coding"]
        assert own["code"] == test.id
        assert codes == [dict(code) for code in test.codes]
        assert values(found, PART) == [dict(part) for part in test.parts]
        assert test.helps in found["description"]
        assert (test.preparation or "") in found["description"]


def test_variables_are_defined_before_they_are_read() -> None:
    rules = exported(standard_bundle())
    assert all(row["url"] == VARIABLE for row in library()["extension"])
    known = {"resource"}
    for name, path in rules.variables:
        assert re.fullmatch(r"[A-Za-z][A-Za-z0-9]{0,63}", name)
        assert set(re.findall(r"%([A-Za-z0-9]+)", path)) <= known, name
        assert name not in known
        known.add(name)
    for name, path in rules.conditions:
        assert set(re.findall(r"%([A-Za-z0-9]+)", path)) <= known, name


def test_every_expression_can_be_read_by_our_own_engine() -> None:
    from fhir.intake.path import compile_path

    rules = exported(standard_bundle())
    names = frozenset(name for name, _ in rules.variables)
    for _, path in (*rules.variables, *rules.conditions):
        compile_path(path, names=names)


@pytest.mark.parametrize(
    ("status", "code", "experimental"),
    [
        ("Draft. Not reviewed.", "draft", True),
        ("Active. Approved by the clinic.", "active", False),
        (" retired", "retired", False),
        ("Under review", "draft", True),
        ("", "draft", True),
        ("Activated", "draft", True),
    ],
)
def test_status_is_that_of_the_pack(status: str, code: str, *, experimental: bool) -> None:
    header = replace(PACK.tables.header, status=status)
    pack = replace(PACK, tables=replace(PACK.tables, header=header))
    found = Edition(pack, FORM, urls.BASE).header("Library", title="T")
    assert (found["status"], found["experimental"]) == (code, experimental)


def test_base_address() -> None:
    bundle = rule_bundle(PACK, FORM, "https://clinic.example/fhir")
    for resource in (entry["resource"] for entry in bundle["entry"]):
        assert resource["url"].startswith("https://clinic.example/fhir/")
        assert resource["version"] == PACK.version
    text = json.dumps(bundle)
    assert "https://intake-referral.org/fhir/ActivityDefinition" not in text
    here = {entry["fullUrl"] for entry in standard_bundle()["entry"]}
    assert here.isdisjoint(entry["fullUrl"] for entry in bundle["entry"])


def test_another_version_has_other_names() -> None:
    header = replace(PACK.tables.header, version="2099.1")
    later = replace(PACK, tables=replace(PACK.tables, header=header))
    names = {entry["fullUrl"] for entry in rule_bundle(later, FORM, urls.BASE)["entry"]}
    assert names.isdisjoint(entry["fullUrl"] for entry in standard_bundle()["entry"])
