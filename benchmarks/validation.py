"""The validation of a response against its form, beside fhir.resources that only parses it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from benchmarks.timing import compare, report
from fhir.intake.loading import load_form
from fhir.intake.response import build_response
from fhir.intake.validation import check_response

if TYPE_CHECKING:
    from intake.content import Content
    from intake.submission import Submission

NOW: Final = datetime(2026, 11, 22, tzinfo=UTC)
_GROUPS: Final = 10


def bench_validation(content: Content, submission: Submission, *, rounds: int) -> None:
    """Time our own form, and generated forms of 100 and 800 items with a condition in eight."""
    from fhir.resources.R4B.questionnaireresponse import (  # noqa: PLC0415  # must not load before
        QuestionnaireResponse,
    )

    own = build_response(submission.answers, content.form, submission.record)
    generated = {size: _generated(size) for size in (100, 800)}
    named = {f"our form, {_count(own)} items": (own, content.form)} | {
        f"generated form, {size} items": (response, load_form(form))
        for size, (form, response) in generated.items()
    }
    for name, (response, form) in named.items():
        if any(issue.severity == "error" for issue in check_response(response, form, now=NOW)):
            raise RuntimeError(f"{name}: the response is not valid")
        times = compare(
            {
                name: lambda r=response, f=form: check_response(r, f, now=NOW),  # type: ignore[misc]
                "fhir.resources, parsed": lambda r=response: QuestionnaireResponse.model_validate(
                    r
                ),  # type: ignore[misc]
            },
            rounds=rounds,
            repeats=20,
        )
        title = "Validation (aims: at most 3 ms for 100 items, linear)"
        report(title, times, beside="fhir.resources, parsed")


def _count(response: dict[str, Any]) -> int:
    return json.dumps(response).count('"linkId"')


def _generated(size: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Make a form of groups with questions, and a response that answers all of them."""
    groups = [_group(number, size // _GROUPS - 1) for number in range(_GROUPS)]
    form = {
        "resourceType": "Questionnaire",
        "url": f"https://forms.example/Questionnaire/generated-{size}",
        "status": "active",
        "item": [asked for asked, _ in groups],
    }
    response = {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": form["url"],
        "status": "completed",
        "item": [given for _, given in groups],
    }
    return form, response


def _group(number: int, size: int) -> tuple[dict[str, Any], dict[str, Any]]:
    asked: list[dict[str, Any]] = []
    given: list[dict[str, Any]] = []
    for place in range(size):
        question, answer = _question(f"{number}.{place}", place)
        if place % 8 == 7:
            question["enableWhen"] = [
                {"question": f"{number}.{place - 7}", "operator": "=", "answerInteger": 1}
            ]
        asked.append(question)
        given.append({"linkId": question["linkId"], "text": question["text"], "answer": [answer]})
    frame = {"linkId": str(number), "text": f"Group {number}"}
    return {**frame, "type": "group", "item": asked}, {**frame, "item": given}


def _question(link_id: str, place: int) -> tuple[dict[str, Any], dict[str, Any]]:
    system = "https://forms.example/CodeSystem/c"
    options = [
        {"valueCoding": {"system": system, "code": f"c{n}", "display": f"C {n}"}} for n in range(6)
    ]
    kinds: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"type": "integer"}, {"valueInteger": 1}),
        ({"type": "choice", "answerOption": options}, options[3]),
        ({"type": "string", "maxLength": 40}, {"valueString": "some words"}),
        ({"type": "date"}, {"valueDate": "2026-11-22"}),
    ]
    kind, answer = kinds[place % len(kinds)]
    return {"linkId": link_id, "text": f"Question {link_id}", "required": True, **kind}, answer
