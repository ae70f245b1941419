"""What an author is told about a Questionnaire."""

from __future__ import annotations

from typing import Any

import pytest

from fhir.intake.lint import LINT_CODES, lint_questionnaire
from fhir.intake.loading import standard_questionnaire
from tests.any_forms import coding, item, options, questionnaire

HL7 = "http://hl7.org/fhir/StructureDefinition/"
SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"


def extension(name: str, **value: Any) -> Any:
    prefix = SDC if name.endswith(("Expression", "Quantity", "shortText")) else HL7
    return {"url": prefix + name, **value}


def expression(name: str, text: str, language: str = "text/fhirpath") -> Any:
    value = {"language": language, "expression": text}
    return extension(name, valueExpression=value)


def answer(link_id: str) -> str:
    return f"%resource.item.where(linkId = '{link_id}').answer.value"


def variable(name: str, text: str) -> Any:
    return {"name": name, "language": "text/fhirpath", "expression": text}


def constraint(text: str) -> Any:
    rows = [{"url": "key", "valueId": "k"}, {"url": "expression", "valueString": text}]
    return {"url": HL7 + "questionnaire-constraint", "extension": rows}


def enabled(question: str, operator: str = "=", **answer: Any) -> Any:
    asked = item("b", "boolean")
    chosen = item("c", "choice", answerOption=options("x"))
    then = item("q", enable=[(question, operator, answer)])
    return questionnaire(asked, chosen, item("g", "group", item("n")), then)


FAULTS: list[tuple[str, Any]] = [
    ("not-a-form", questionnaire(item("a"), item("a"))),
    ("not-a-form", questionnaire(item("a", enable=[("a", "exists", {"answerBoolean": True})]))),
    ("not-r4", questionnaire(item("a"), item("a"))),
    ("not-r4", questionnaire(item("a", "strnig"))),
    ("not-r4", questionnaire(item("a"), status="finished")),
    ("not-r4", questionnaire({"text": "no linkId", "type": "string"})),
    ("not-r4", questionnaire(item("a", "group"))),
    ("not-r4", questionnaire(item("a", requried=True))),
    ("not-r4", questionnaire(item("a", "display", required=True))),
    ("not-r4", questionnaire(item("a", "boolean", answerOption=options("x")))),
    ("not-r4", questionnaire(item("a", "group", item("b"), initial=[{"valueString": "x"}]))),
    ("not-r4", questionnaire(item("a", initial=[{"valueString": "x"}, {"valueString": "y"}]))),
    (
        "not-r4",
        questionnaire(
            item("a", "boolean"),
            {
                **item("q"),
                "enableWhen": [{"question": "a", "operator": "=", "answerBoolean": True}] * 2,
            },
        ),
    ),
    (
        "not-r4",
        questionnaire(
            item("a", "choice", answerOption=[{"valueCoding": {"system": "a b", "code": "x"}}])
        ),
    ),
    ("empty", questionnaire(item("a", code=[]))),
    ("no-identity", questionnaire(item("a"), version="")),
    ("unknown-question", enabled("nowhere", answerBoolean=True)),
    ("unknown-question", enabled("g", answerBoolean=True)),
    ("impossible-condition", enabled("b", answerString="yes")),
    ("impossible-condition", enabled("b", "exists", answerString="yes")),
    ("impossible-condition", enabled("b", ">", answerBoolean=True)),
    ("impossible-condition", enabled("b", "==", answerBoolean=True)),
    ("impossible-condition", enabled("c", answerCoding=coding("y"))),
    ("no-options", questionnaire(item("a", "choice"))),
    ("no-list", questionnaire(item("a", "choice", answerValueSet="http://example.org/none"))),
    ("not-supported", questionnaire(item("a", "attachment"))),
    ("not-supported", questionnaire(item("a", "reference"))),
    (
        "bounds",
        questionnaire(item("a", maxLength=2, extension=[extension("minLength", valueInteger=3)])),
    ),
    (
        "bounds",
        questionnaire(
            item(
                "a",
                "date",
                extension=[
                    extension("minValue", valueDate="2026-02-01"),
                    extension("maxValue", valueDate="2026-01-01"),
                ],
            )
        ),
    ),
    (
        "bounds",
        questionnaire(item("a", extension=[extension("questionnaire-minOccurs", valueInteger=2)])),
    ),
    ("bad-initial", questionnaire(item("a", "date", initial=[{"valueDate": "2026-02-30"}]))),
    (
        "never-answered",
        questionnaire(
            item(
                "a",
                required=True,
                extension=[extension("questionnaire-hidden", valueBoolean=True)],
            )
        ),
    ),
    (
        "bad-unit",
        questionnaire(
            item(
                "a",
                "quantity",
                extension=[
                    extension(
                        "questionnaire-unitOption",
                        valueCoding={
                            "system": "http://unitsofmeasure.org",
                            "code": "cups",
                            "display": "cups",
                        },
                    )
                ],
            )
        ),
    ),
    ("bad-pattern", questionnaire(item("a", extension=[extension("regex", valueString="(?=a)")]))),
    (
        "extension-type",
        questionnaire(item("a", extension=[extension("questionnaire-hidden", valueString="true")])),
    ),
    (
        "extension-type",
        questionnaire(item("a", extension=[extension("minValue", valueCode="3")])),
    ),
    (
        "bad-expression",
        questionnaire(item("a", extension=[expression("calculatedExpression", "1 +")])),
    ),
    (
        "bad-expression",
        questionnaire(item("a", extension=[expression("enableWhenExpression", "%nothing = 1")])),
    ),
    (
        "bad-expression",
        questionnaire(
            item(
                "a",
                extension=[
                    expression("enableWhenExpression", "item.where(linkId = 'misspelt').exists()")
                ],
            )
        ),
    ),
    (
        "expression-not-supported",
        questionnaire(item("a", extension=[expression("answerExpression", "%resource.item")])),
    ),
    (
        "expression-not-supported",
        questionnaire(
            item("a", extension=[expression("calculatedExpression", "memberOf('http://x')")])
        ),
    ),
    (
        "expression-not-supported",
        questionnaire(
            item("a", extension=[expression("calculatedExpression", "Score", "text/cql")])
        ),
    ),
    (
        "not-populated",
        questionnaire(item("a", extension=[expression("initialExpression", "Name", "text/cql")])),
    ),
    (
        "circle",
        questionnaire(
            item("a", "integer", extension=[expression("calculatedExpression", "%b")]),
            item("b", "integer", extension=[expression("calculatedExpression", answer("a"))]),
            extension=[extension("variable", valueExpression=variable("b", answer("b")))],
        ),
    ),
    ("modifier", questionnaire(item("a", modifierExtension=[{"url": "x", "valueCode": "y"}]))),
    ("modifier", questionnaire(item("a"), implicitRules="http://example.org/rules")),
    ("not-supported", questionnaire(item("a", "question"))),
    (
        "expression-not-supported",
        questionnaire(item("a", "date", extension=[extension("minValue", _valueDate={"id": "x"})])),
    ),
    (
        "bad-expression",
        questionnaire(item("a", extension=[expression("calculatedExpression", "item.whre()")])),
    ),
    (
        "expression-not-supported",
        questionnaire(
            item("a", extension=[expression("calculatedExpression", "'a'.matches('(?=a)')")])
        ),
    ),
    (
        "bounds",
        questionnaire(item("a", extension=[extension("questionnaire-maxOccurs", valueInteger=0)])),
    ),
    ("not-enforced", questionnaire(item("a", extension=[constraint("answer.count() < 3")]))),
    ("not-enforced", questionnaire(item("a", extension=[constraint("no FHIRPath, it is")]))),
    (
        "expression-not-supported",
        questionnaire(item("a", extension=[expression("enableWhenExpression", "%qitem.exists()")])),
    ),
    (
        "cut-short",
        questionnaire(item("a", extension=[extension("regex", valueString="x")] * 15_000)),
    ),
    ("cut-short", questionnaire(*[item(f"q{n}", requried=1) for n in range(1_000)])),
    ("other-subject", questionnaire(item("a"), subjectType=["Encounter"])),
    ("house-style", questionnaire(item("a"), name="not a name")),
]


@pytest.mark.parametrize(("code", "resource"), FAULTS)
def test_each_fault_is_found(code: str, resource: Any) -> None:
    found = lint_questionnaire(resource)
    assert code in {finding.code for finding in found}, list(map(str, found))


def test_every_kind_of_finding_has_a_case() -> None:
    assert {code for code, _ in FAULTS} == set(LINT_CODES)


def test_a_sound_form_has_no_findings() -> None:
    sound = questionnaire(
        item("b", "boolean", initial=[{"valueBoolean": False}]),
        item("q", enable=[("b", "=", {"answerBoolean": True})], required=True, maxLength=10),
        item(
            "n",
            "integer",
            extension=[expression("calculatedExpression", "%resource.item.answer.count()")],
        ),
        item("c", "choice", answerOption=options("x", "y")),
    )
    assert lint_questionnaire(sound) == ()


def test_our_own_form_has_no_errors() -> None:
    found = lint_questionnaire(standard_questionnaire())
    assert [str(finding) for finding in found if finding.severity != "information"] == []


@pytest.mark.parametrize("junk", [None, [], 7, {}, {"resourceType": "Questionnaire", "item": 3}])
def test_what_is_no_questionnaire_is_a_finding_too(junk: Any) -> None:
    assert any(finding.severity == "error" for finding in lint_questionnaire(junk))
