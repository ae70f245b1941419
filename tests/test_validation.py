"""Rules of the validator that need a form of their own, and the issues as such."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings

from fhir.intake.answers import check_answers
from fhir.intake.enablement import Enablement
from fhir.intake.issue_codes import CODES, FINISHED, is_error
from fhir.intake.loading import load_form
from fhir.intake.reading import STATUSES
from fhir.intake.validation import check_response
from fhir.intake.validation.outcome import SYSTEM, operation_outcome
from fhir.intake.validation.sources import Sources
from intake.content import standard_content
from tests.cases import FORM_DAY, VIGNETTES
from tests.random_forms import FIXED_ITEMS, KG, OPTIONS, answered, coding, ext, item
from tests.strategies import ANSWERS
from tests.test_response import build, kept

Json = dict[str, Any]
NOW = datetime(2026, 11, 22, tzinfo=UTC)
URL = "https://forms.example/Questionnaire/q"
SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/"


def questionnaire(*items: Json, **more: Any) -> Json:
    return {
        "resourceType": "Questionnaire",
        "url": URL,
        "status": "active",
        "item": [*items],
        **more,
    }


def response(*items: Json, **more: Any) -> Json:
    found = {"resourceType": "QuestionnaireResponse", "questionnaire": URL, "status": "completed"}
    return {**found, **({"item": [*items]} if items else {}), **more}


def codes(form: Json | None, given: Json) -> list[str]:
    loaded = load_form(form) if form else None
    return [issue.code for issue in check_response(given, loaded, now=NOW)]


@pytest.mark.parametrize("case", VIGNETTES)
def test_vignettes_have_no_errors(case: str) -> None:
    built = build(kept(VIGNETTES[case]["answers"]))
    issues = check_response(built, standard_content().form, now=NOW)
    # Some leave out required answers on purpose; a real response is then in progress.
    assert {issue.code for issue in issues if issue.severity == "error"} <= {"required-missing"}


@given(ANSWERS)
@settings(deadline=None)
def test_conditions_of_our_form_are_judged_as_when_it_is_filled_in(raw: Json) -> None:
    form = standard_content().form
    answers, problems = check_answers(raw, form, on=FORM_DAY)
    assert problems == []
    dropped = Enablement(form, answers, FORM_DAY).keep()[1]
    issues = check_response(build(answers), form, now=NOW)
    assert {i.link_id for i in issues if i.code == "not-enabled"} == set(dropped)
    assert "not-enabled" not in {i.code for i in check_response(build(kept(raw)), form, now=NOW)}


@pytest.mark.parametrize("status", STATUSES)
def test_what_is_missing_weighs_when_the_response_is_finished(status: str) -> None:
    form = load_form(questionnaire(item("q", "string", required=True)))
    (issue,) = check_response(response(status=status), form, now=NOW)
    assert issue.code == "required-missing"
    assert issue.severity == ("error" if status in FINISHED else "warning")
    assert (issue.link_id, issue.place) == ("q", "QuestionnaireResponse")
    assert issue.message == '"Text of q": is required.'


def test_required_in_a_group_that_is_left_out() -> None:
    inner = item("g", "group", item=[item("q", "string", required=True)])
    assert codes(questionnaire(inner), response()) == ["required-missing"]
    rows = {**inner, "repeats": True}
    assert codes(questionnaire(rows), response()) == []
    nested = item("p", "string", item=[item("q", "string", required=True)])
    assert codes(questionnaire(nested), response()) == []
    given = answered("p", {"valueString": "x"})
    assert codes(questionnaire(nested), response(given)) == ["required-missing"]


def test_required_that_is_not_enabled() -> None:
    when = {"question": "p", "operator": "exists", "answerBoolean": True}
    form = questionnaire(
        item("p", "string"),
        item("g", "group", enableWhen=[when], item=[item("q", "string", required=True)]),
    )
    assert codes(form, response()) == []
    given = answered("p", {"valueString": "x"})
    assert codes(form, response(given)) == ["required-missing"]


def test_only_the_outermost_that_does_not_apply_is_reported() -> None:
    when = {"question": "p", "operator": "exists", "answerBoolean": True}
    form = questionnaire(
        item("p", "string"), item("g", "group", enableWhen=[when], item=[item("q", "string")])
    )
    row = {"linkId": "g", "item": [answered("q", {"valueString": "x"})]}
    (issue,) = check_response(response(row), load_form(form), now=NOW)
    assert (issue.code, issue.link_id) == ("not-enabled", "g")


def test_an_empty_shell_is_no_answer() -> None:
    when = {"question": "p", "operator": "exists", "answerBoolean": True}
    form = questionnaire(item("p", "string"), item("q", "string", enableWhen=[when]))
    assert codes(form, response({"linkId": "p"}, {"linkId": "q"})) == ["empty-item"] * 2


@pytest.mark.parametrize(
    ("count", "expected"), [(1, ["too-few"]), (2, []), (3, []), (4, ["too-many"])]
)
def test_occurrences_are_counted_without_an_error_by_one(count: int, expected: list[str]) -> None:
    bounds = FIXED_ITEMS[1]["extension"]
    form = questionnaire(item("q", "string", repeats=True, extension=bounds))
    answers = [{"valueString": f"a{number}"} for number in range(count)]
    assert codes(form, response(answered("q", *answers))) == expected


def test_calculated_and_read_only_values() -> None:
    sum_of = {"language": "text/fhirpath", "expression": "1 + 2"}
    calculated = ext(SDC + "sdc-questionnaire-calculatedExpression", valueExpression=sum_of)
    form = questionnaire(
        item("sum", "integer", extension=[calculated]),
        item("fixed", "string", readOnly=True, initial=[{"valueString": "x"}]),
    )
    right = (answered("sum", {"valueInteger": 3}), answered("fixed", {"valueString": "x"}))
    wrong = (answered("sum", {"valueInteger": 4}), answered("fixed", {"valueString": "y"}))
    assert codes(form, response(*right)) == []
    assert codes(form, response(*wrong)) == ["calculated-differs", "read-only-changed"]


def test_lists_that_are_not_at_hand() -> None:
    form = questionnaire(
        item("a", "choice", answerValueSet="https://x.example/vs"),
        item("b", "choice"),
        item("c", "open-choice", answerOption=OPTIONS),
    )
    given = (
        answered("a", coding("c1")),
        answered("b", coding("c1")),
        answered("c", {"valueCoding": {"display": "Own words"}}),
    )
    expected = ["value-set-not-found", "options-unknown", "no-code"]
    assert codes(form, response(*given)) == expected


def test_a_code_of_a_foreign_system_is_in_no_value_set_of_r4() -> None:
    countries = "http://hl7.org/fhir/ValueSet/jurisdiction"
    units = ext("http://hl7.org/fhir/StructureDefinition/questionnaire-unitValueSet")
    form = questionnaire(
        item("a", "choice", answerValueSet=countries),
        item("b", "quantity", extension=[{**units, "valueCanonical": countries}]),
    )
    country = {"valueCoding": {"system": "urn:iso:std:iso:3166", "code": "AU"}}
    mass = {"valueQuantity": {"value": 1, **KG}}
    assert codes(form, response(answered("a", country))) == ["value-set-not-found"]
    given = response(answered("a", coding("c1")), answered("b", mass))
    assert codes(form, given) == ["not-an-option", "unit"]


def test_a_pattern_that_can_not_be_run_is_reported() -> None:
    regex = ext("http://hl7.org/fhir/StructureDefinition/regex", valueString="(?=a)a")
    form = questionnaire(item("q", "string", extension=[regex]))
    assert codes(form, response(answered("q", {"valueString": "a"}))) == ["pattern-not-run"]


def test_texts_in_another_language() -> None:
    parts = [ext("lang", valueCode="es"), ext("content", valueString="Texto")]
    url = "http://hl7.org/fhir/StructureDefinition/translation"
    translated = {"extension": [{"url": url, "extension": parts}]}
    form = questionnaire({**item("q", "string"), "_text": translated})
    given = {"linkId": "q", "answer": [{"valueString": "x"}]}
    assert codes(form, response(given)) == []
    assert codes(form, response({**given, "text": "Texto"})) == []
    assert codes(form, response({**given, "text": "Text"})) == ["text-differs"]


def test_abstract_and_retired() -> None:
    form = questionnaire({"linkId": "q", "type": "question"}, status="retired")
    given = {"linkId": "q", "answer": [{"valueString": "x"}]}
    assert codes(form, response(given)) == ["retired-questionnaire", "answered-abstract"]


def test_structure_without_the_form() -> None:
    beside = {"linkId": "a", "answer": [{"valueString": "x"}], "item": [{"linkId": "b"}]}
    again = {"linkId": "c", "item": [{"linkId": "b"}, {"text": "no id"}]}
    found = codes(None, response(beside, again))
    expected = ["questionnaire-not-found", "items-beside-answer", "same-link-id", "no-link-id"]
    assert found == expected
    value_set = "https://x.example/fhir/ValueSet/1"
    assert "not-a-questionnaire" in codes(None, response(questionnaire=value_set))
    assert "contained-missing" in codes(None, response(questionnaire="#q"))


@pytest.mark.parametrize("given", [None, [], "x", 3, {}, {"resourceType": "Patient"}])
def test_what_is_no_response(given: Any) -> None:
    (issue,) = check_response(given, None, now=NOW)
    assert (issue.code, issue.severity) == ("not-a-response", "error")


def test_sources_pick_by_address_and_version() -> None:
    one, two = (questionnaire(item("q", "string"), version=version) for version in "12")
    lists = {"resourceType": "ValueSet", "url": "https://x.example/vs"}
    bundle = {"resourceType": "Bundle", "entry": [{"resource": one}, {"resource": lists}]}
    sources = Sources([bundle, {"supporting": [two]}], [standard_content().form])
    for name, version in ((f"{URL}|1", "1"), (f"{URL}|2", "2"), (URL, "2")):
        form = sources.form_of(response(questionnaire=name))
        assert form is not None
        assert form.version == version
    assert sources.form_of(response(questionnaire=f"{URL}|3")) is None
    own = standard_content().form
    assert sources.form_of(response(questionnaire=own.canonical)) is own
    assert sources.form_of({}) is None
    assert Sources([one]).form_of({}) is not None


def test_lists_of_answers_from_outside() -> None:
    concepts = [{"code": "c1"}, {"code": "c2"}]
    system = OPTIONS[0]["valueCoding"]["system"]
    lists = {
        "resourceType": "ValueSet",
        "url": "https://x.example/vs",
        "compose": {"include": [{"system": system, "concept": concepts}]},
    }
    form = questionnaire(item("a", "choice", answerValueSet="https://x.example/vs"))
    for code, expected in (("c1", []), ("c9", ["not-an-option"])):
        given = response(answered("a", coding(code)))
        loaded = Sources([form, lists]).form_of(given)
        assert [issue.code for issue in check_response(given, loaded, now=NOW)] == expected


def test_outcome() -> None:
    from fhir.resources.R4B.operationoutcome import OperationOutcome

    form = load_form(questionnaire(item("q", "integer")))
    issues = check_response(response(answered("q", {"valueString": "3"})), form, now=NOW)
    outcome = operation_outcome(issues)
    (found,) = outcome["issue"]
    assert found["details"]["coding"] == [{"system": SYSTEM, "code": "wrong-type"}]
    assert found["expression"] == ["QuestionnaireResponse.item[0].answer[0].value"]
    assert found["diagnostics"] == "linkId q"
    OperationOutcome.model_validate(outcome)
    OperationOutcome.model_validate(operation_outcome([]))


def test_codes() -> None:
    assert is_error("order")
    assert not is_error("no-subject")
    assert all(code.meaning.endswith(".") for code in CODES.values())
