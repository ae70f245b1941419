"""All expressions of a form share the steps that they may take over one response."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from fhir.intake.enabling import Enabling, form_expressions
from fhir.intake.occurrences import occurrences
from fhir.intake.path import PathError
from fhir.intake.validation import check_response
from tests.any_forms import URL, form_of, item

NOW = datetime(2026, 11, 25, tzinfo=UTC)
SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"
COSTLY = "%resource.descendants().select(%resource.descendants().count()).sum() > 0"


def costly(link_id: str) -> Any:
    value = {"language": "text/fhirpath", "expression": COSTLY}
    extension = [{"url": SDC + "enableWhenExpression", "valueExpression": value}]
    return item(link_id, extension=extension)


FORM = form_of(*(costly(f"q{number}") for number in range(300)))
RESPONSE: Any = {
    "resourceType": "QuestionnaireResponse",
    "questionnaire": f"{URL}|1",
    "status": "in-progress",
    "item": [{"linkId": name, "answer": [{"valueString": "x"}]} for name in FORM.items],
}


def test_what_the_steps_do_not_suffice_for_is_asked() -> None:
    top = occurrences(RESPONSE, FORM)
    expressions = form_expressions(FORM, RESPONSE, now=NOW, steps=1_000)
    assert expressions is not None
    enabling = Enabling(FORM, top, expressions)
    assert all(enabling.is_enabled(found, top) for found in FORM.roots)
    assert expressions.steps_left <= 0
    with pytest.raises(PathError):
        enabling.evaluate(FORM.roots[0], COSTLY, top)


def test_the_validator_ends_with_the_steps() -> None:
    errors = [
        issue for issue in check_response(RESPONSE, FORM, now=NOW) if issue.severity == "error"
    ]
    assert errors == []


def test_a_form_without_expressions_needs_none() -> None:
    plain = form_of(item("q"))
    assert form_expressions(plain, RESPONSE, now=NOW) is None
    enabling = Enabling(plain, occurrences({}, plain), None)
    with pytest.raises(PathError, match="not evaluated"):
        enabling.evaluate(plain.roots[0], "true", occurrences({}, plain))
