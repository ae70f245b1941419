"""The published Questionnaire: current, faithful to the clinical content, sound FHIR."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from fhir.intake import urls
from fhir.intake.loading import (
    Extensions,
    QuestionnaireError,
    load_form,
    rebase,
    standard_questionnaire,
)
from scripts.generate_questionnaire import TARGET, render

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fhir.intake.items import Form
    from intake.content import RuledContent

Json = dict[str, Any]


def walk(items: list[Json]) -> Iterator[Json]:
    for item in items:
        yield item
        yield from walk(item.get("item", []))


def read(clinical: Path, name: str) -> Json:
    data: Json = json.loads((clinical / name).read_text(encoding="utf-8"))
    return data


@pytest.fixture(scope="module")
def items() -> dict[str, Json]:
    return {item["linkId"]: item for item in walk(standard_questionnaire()["item"])}


def test_published_file_is_current() -> None:
    assert render() == TARGET.read_text(encoding="utf-8"), "run: make questionnaire"


def test_identity(content: RuledContent) -> None:
    found = content.questionnaire
    assert found["url"] == "https://intake-referral.org/fhir/Questionnaire/muscle-twitching"
    for name in ("version", "name", "title", "status", "date", "publisher", "description"):
        assert found[name]


def test_base_can_be_changed() -> None:
    moved = rebase(standard_questionnaire(), "https://clinic.example/fhir/")
    form = load_form(moved)
    assert form.url == "https://clinic.example/fhir/Questionnaire/muscle-twitching"
    options = [option for item in form.items.values() for option in item.options]
    assert {option.system for option in options if urls.BASE in str(option.system)} == set()
    assert form.items["twitch_sites"].condition
    assert form.items["g_emergency"].interrupts
    text = json.dumps(moved)
    for row in walk(moved["item"]):
        for clause in row.get("enableWhen", []):
            if "answerCoding" in clause:
                assert clause["answerCoding"]["system"].startswith("https://clinic.example/fhir/")
    assert text.count(urls.BASE + "/CodeSystem") == 0


def test_wording_is_that_of_the_clinical_content(clinical: Path, content: RuledContent) -> None:
    spanish = read(clinical, "texts_es.json")["texts"]
    authored = read(clinical, "items.json")["items"]
    assert [row["id"] for row in authored] == [q.id for q in content.form.questions]
    for row in authored:
        item = content.form.items[row["id"]]
        assert (item.text, item.label, item.required) == (
            row["text"],
            row["pdf_label"],
            row["required"],
        )
        assert (item.hint.text if item.hint else None) == row["hint"]
        assert item.wording("es") == spanish.get(f"items.{row['id']}.text", item.text)
        for option in row.get("options", []):
            found = item.option(option["code"])
            assert found is not None
            assert found.display == option["display"]
            assert found.exclusive is option.get("exclusive", False)
        for bound, value in (("min", item.min_value), ("max", item.max_value)):
            assert value == row.get(bound)


def test_every_patient_text_has_spanish(content: RuledContent) -> None:
    for item in content.form.items.values():
        if content.form.page_of[item.link_id].audience != "patient":
            continue
        assert item.translations.get("es"), item.link_id
        assert item.hint is None or item.hint.translations.get("es"), item.link_id
        coded = [option for option in item.options if option.system != urls.RXNORM]
        if item.link_id != "med_name":
            assert all(option.translations.get("es") for option in coded), item.link_id


def test_conditions_are_exported_as_the_content_says(
    clinical: Path, items: dict[str, Json]
) -> None:
    expected = read(clinical, "enable_when.json")
    for name, row in {**expected["items"], **expected["groups"]}.items():
        item = items[name]
        expression = Extensions(item).value(urls.ENABLE_WHEN_EXPRESSION)
        if row["kind"] == "native":
            clauses = json.loads(json.dumps(item["enableWhen"]))
            for clause in clauses:
                clause.get("answerCoding", {}).pop("system", None)
            assert clauses == row["enableWhen"], name
            assert item.get("enableBehavior") == row.get("enableBehavior"), name
            assert expression is None, name
        elif row["kind"] == "expression":
            wanted = row["enableWhenExpression"]["expression"]
            assert expression["expression"] == wanted, name
            assert "enableWhen" not in item, name
        else:
            assert "enableWhen" not in item, name


def test_enable_when_answers_exist(items: dict[str, Json]) -> None:
    for item in items.values():
        for clause in item.get("enableWhen", []):
            question = items[clause["question"]]
            if "answerCoding" in clause:
                options = [row["valueCoding"] for row in question["answerOption"]]
                pairs = {(option["system"], option["code"]) for option in options}
                coding = clause["answerCoding"]
                assert (coding["system"], coding["code"]) in pairs


def test_expressions_only_use_variables_that_are_defined(content: RuledContent) -> None:
    import re

    defined: list[str] = []
    for row in content.questionnaire["extension"]:
        expression = row["valueExpression"]
        used = set(re.findall(r"%([A-Za-z]+)", expression["expression"])) - {"resource"}
        assert used <= set(defined), expression["name"]
        assert re.fullmatch(r"[A-Za-z0-9.-]{1,64}", expression["name"])
        defined.append(expression["name"])
    for item in content.form.items.values():
        used = set(re.findall(r"%([A-Za-z]+)", item.enable_expression or ""))
        assert used <= set(defined)


def test_only_verified_codes(clinical: Path, content: RuledContent) -> None:
    codes = read(clinical, "codes.json")
    verified = {
        (row["system"], row["code"])
        for name in ("loinc", "snomed", "icd10cm", "rxnorm")
        for row in codes[name]
        if row["verified"] and row.get("export", True) and not row.get("header")
    }
    standard = {urls.LOINC, urls.RXNORM, "http://snomed.info/sct"}
    used = [code for item in content.form.items.values() for code in item.codes]
    tests = content.pack.tables.test
    used += [dict(code) for test in tests for code in (*test.codes, *test.parts)]
    used += [
        {"system": str(option.system), "code": option.code}
        for item in content.form.items.values()
        for option in item.options
    ]
    pairs = {(code["system"], code["code"]) for code in used if code["system"] in standard}
    assert pairs
    assert pairs <= verified


def test_resource_is_structurally_valid(content: RuledContent) -> None:
    from fhir.resources.R4B.questionnaire import Questionnaire

    Questionnaire.model_validate(content.questionnaire)


def test_link_ids_are_unique_and_pages_are_groups(content: RuledContent) -> None:
    names = [item["linkId"] for item in walk(content.questionnaire["item"])]
    assert len(names) == len(set(names))
    assert all(page.is_group for page in content.form.pages)


def test_body_regions(content: RuledContent) -> None:
    regions = [o.region for o in content.form.items["twitch_sites"].options if o.region]
    assert len(regions) == 23
    assert {region.side for region in regions} == {"left", "right", "middle"}


def test_interrupts_have_both_languages(content: RuledContent) -> None:
    interrupts = content.form.items["g_emergency"].interrupts
    assert len(interrupts) == 3
    for interrupt in interrupts:
        assert set(interrupt.title) == set(interrupt.text) == {"en", "es"}
        assert "has(emergency_signs" in interrupt.condition


@pytest.mark.parametrize(
    "resource",
    [
        {"resourceType": "Patient"},
        {"resourceType": "Questionnaire"},
        {"resourceType": "Questionnaire", "url": "u", "item": [{"text": "no linkId"}]},
        {
            "resourceType": "Questionnaire",
            "url": "u",
            "item": [{"linkId": "a", "type": "string"}, {"linkId": "a", "type": "string"}],
        },
    ],
)
def test_what_is_no_form_is_refused(resource: Json) -> None:
    with pytest.raises(QuestionnaireError):
        load_form(resource)


def test_item_tree(content: RuledContent) -> None:
    form: Form = content.form
    assert form.items["med_name"].parent == "medication"
    assert form.page_of["med_name"].link_id == "g_medicines"
    rows = form.row_group(form.items["med_dose"])
    assert rows is not None
    assert rows.link_id == "medication"
    assert form.row_group(form.items["cramps"]) is None
