"""The FHIRPath subset over real forms: our own Questionnaire, and forms of others."""

from __future__ import annotations

import json
import random
import re
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from fhir.intake import urls
from fhir.intake.enablement import Enablement
from fhir.intake.loading import standard_questionnaire
from fhir.intake.path import PathError, compile_path
from fhir.intake.response import build_response
from intake.content import standard_content
from tests.cases import FORM_DAY, TEST_DATA, VIGNETTES
from tests.export_case import RECORD
from tests.path_case import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]
VARIABLE = "http://hl7.org/fhir/StructureDefinition/variable"
CORPUS = TEST_DATA / "fhir" / "corpus"
# JavaScript's regular expressions: lookahead, and escapes that FHIRPath does not have
REFUSED = re.compile(r"is no escape of FHIRPath|RE2 cannot run|is not expected here")


def expressions(json_value: Any) -> Iterator[tuple[str | None, str]]:
    """Yield the name, if any, and the text of every FHIRPath expression."""
    if isinstance(json_value, dict):
        if json_value.get("language") == "text/fhirpath" and "expression" in json_value:
            yield json_value.get("name"), json_value["expression"]
        for value in json_value.values():
            yield from expressions(value)
    elif isinstance(json_value, list):
        for value in json_value:
            yield from expressions(value)


@cache
def variables() -> dict[str, str]:
    rows = [e for e in standard_questionnaire()["extension"] if e["url"] == VARIABLE]
    return {row["valueExpression"]["name"]: row["valueExpression"]["expression"] for row in rows}


def bound(response: Json) -> dict[str, list[Any]]:
    """Bind the variables of our Questionnaire in their order; each may read those before."""
    found: dict[str, list[Any]] = {}
    for name, text in variables().items():
        path = compile_path(text, names=found)
        found[name] = path.collect(response, variables=found, now=NOW)
    return found


def partial_answers() -> Iterator[Json]:
    draw = random.Random(7)  # noqa: S311  # which answers are left out
    for row in VIGNETTES.values():
        answers: Json = row["answers"]
        yield answers
        yield {name: value for name, value in answers.items() if draw.random() < 0.7}
        yield {name: value for name, value in answers.items() if draw.random() < 0.3}


def test_every_expression_of_our_questionnaire_compiles_with_its_variables() -> None:
    texts = [*expressions(standard_questionnaire())]
    assert len(texts) > len(variables()) > 20
    ids = standard_content().form.items.keys()
    for _, text in texts:
        path = compile_path(text, names=variables())
        assert path.names <= {"resource", *variables()}
        assert path.link_ids <= ids


def test_enable_when_expressions_show_what_the_form_shows() -> None:
    form = standard_content().form
    conditions = {
        link_id: expression
        for link_id, expression in enable_when_expressions(standard_questionnaire()["item"])
        if form.items[link_id].is_question or form.items[link_id].is_rows
    }
    assert conditions
    for answers in partial_answers():
        response = build_response(answers, form, RECORD)
        values = bound(response)
        shown = {q.link_id for q in Enablement(form, answers, FORM_DAY).questions()}
        for link_id, text in conditions.items():
            path = compile_path(text, names=values)
            assert path.truth(response, variables=values, now=NOW) is (link_id in shown)


def enable_when_expressions(items: list[Json]) -> Iterator[tuple[str, str]]:
    for item in items:
        for extension in item.get("extension", ()):
            if extension["url"] == urls.ENABLE_WHEN_EXPRESSION:
                yield item["linkId"], extension["valueExpression"]["expression"]
        yield from enable_when_expressions(item.get("item", []))


def test_expressions_of_public_forms_compile_or_are_refused_with_the_reason() -> None:
    if not CORPUS.is_dir():
        pytest.skip(f"the public forms are not at {CORPUS} (set INTAKE_TEST_DATA)")
    texts = {
        text
        for file in sorted(CORPUS.glob("*.json"))
        for _, text in expressions(json.loads(file.read_text(encoding="utf-8")))
    }
    refused = {}
    for text in texts:
        try:
            compile_path(text, names=re.findall(r"%(\w+)", text))
        except PathError as error:
            refused[text] = str(error)
    assert len(texts) > 40
    assert len(refused) <= len(texts) // 5
    for text, reason in refused.items():
        assert "matches(" in text, reason
        assert REFUSED.search(reason), reason
