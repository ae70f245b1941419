"""Tables of expressions with their results, and what they are evaluated over.

A line is ``expression ==> result``; a result is written as FHIRPath writes it, items between
bars, ``{}`` for none, ``error`` for a refusal. Decimals always have a point.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

from fhir.intake.path import PathError, Quantity, Temporal, compile_path

FOLDER = Path(__file__).parent / "path_cases"
NOW = datetime(2026, 11, 25, 10, 0, tzinfo=timezone(timedelta(hours=1)))
CODING = {"system": "http://snomed.info/sct", "code": "b", "display": "Bee"}


def answered(link_id: str, *answers: dict[str, Any]) -> dict[str, Any]:
    return {"linkId": link_id, "answer": [*answers]}


def quantity(value: float, **more: str) -> dict[str, Any]:
    ucum = {"system": "http://unitsofmeasure.org"} if "code" in more else {}
    return {"valueQuantity": {"value": value, **more, **ucum}}


ROW = {"linkId": "row", "item": [answered("cell", {"valueInteger": 9})]}
UNKNOWN = {"extension": [{"url": "http://x", "valueCode": "asked-unknown"}]}
RESPONSE: dict[str, Any] = {
    "resourceType": "QuestionnaireResponse",
    "questionnaire": "http://x/q|1",
    "status": "completed",
    "authored": "2026-01-02T10:00:00+01:00",
    "item": [
        {"linkId": "group", "item": [answered("deep", {"valueInteger": 3})]},
        answered("code", {"valueCoding": CODING}),
        answered(
            "parent", {"valueBoolean": True, "item": [answered("child", {"valueString": "text"})]}
        ),
        answered("several", *({"valueInteger": n} for n in (1, 2, 3))),
        answered("amount", {"valueDecimal": 0.1}),
        answered("whole", {"valueDecimal": 3}),
        answered("yes", {"valueBoolean": True}),
        answered("day", {"valueDate": "2020-05-06"}),
        answered("month", {"valueDate": "2020-05"}),
        answered("clock", {"valueTime": "08:30:00"}),
        answered("weight", quantity(72.5, unit="kg", code="kg")),
        answered("duration", quantity(3, unit="days", code="d")),
        {"linkId": "twin", "item": [ROW, ROW]},
        answered("unknown", {"_valueString": UNKNOWN}),
    ],
}
ODD: dict[str, Any] = {
    **RESPONSE,
    "item": [
        answered("broken", {"valueDate": "2020-02-31"}),
        answered("about", quantity(2, unit="handful")),
    ],
}
SCORE = [{"url": "http://score", "valueDecimal": 2}]
QUESTIONNAIRE: dict[str, Any] = {
    "resourceType": "Questionnaire",
    "status": "draft",
    "item": [
        {
            "linkId": "code",
            "type": "choice",
            "answerOption": [
                {"valueCoding": {"code": "a"}},
                {"valueCoding": {"code": "b", "extension": SCORE}},
            ],
        },
        {"linkId": "group", "type": "group", "item": [{"linkId": "inner", "type": "string"}]},
    ],
}
VARIABLES: dict[str, list[Any]] = {
    "score": [7],
    "coding": [CODING],
    "questionnaire": [QUESTIONNAIRE],
}


def table(name: str) -> list[tuple[str, str]]:
    lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.split(" ==> ") for line in lines if line and not line.startswith("#")]
    return [(expression, result) for expression, result in rows]


def outcome(expression: str) -> str:
    resource = ODD if "'broken'" in expression or "'about'" in expression else RESPONSE
    try:
        path = compile_path(expression, names=VARIABLES)
        found = path.evaluate(resource, variables=VARIABLES, now=NOW)
    except PathError:
        return "error"
    return " | ".join(map(shown, found)) or "{}"


def shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text if "." in text else f"{text}.0"
    if isinstance(value, Temporal):
        return f"@{'T' if value.kind == 'Time' else ''}{value}"
    if isinstance(value, int | Quantity):
        return str(value)
    return quoted(value) if isinstance(value, str) else json.dumps(value)


def quoted(text: str) -> str:
    codes: dict[str, int | str | None] = {
        "\\": "\\\\",
        "'": "\\'",
        "\n": "\\n",
        "\t": "\\t",
        "\r": "\\r",
        "\f": "\\f",
    }
    return f"'{text.translate(str.maketrans(codes))}'"
