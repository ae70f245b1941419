"""Questionnaires from strangers: refused in one sentence, or served like any other."""

from __future__ import annotations

import json
from datetime import date
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from fhir.intake.answers import check_answers
from fhir.intake.enablement import Enablement
from fhir.intake.form_elements import QuestionnaireError
from fhir.intake.lint import LINT_CODES, lint_questionnaire
from fhir.intake.loading import load_form, standard_questionnaire
from fhir.intake.samples import sample_answers
from fhir.intake.settling import settle
from fhir.intake.strict_json import JsonError, strict_loads
from tests import corpus
from tests.any_forms import coding, item, options, questionnaire
from tests.hostile_forms import handled, mutated, refused

if TYPE_CHECKING:
    from fhir.intake.items import Form

Json = dict[str, Any]
ON = date(2026, 11, 25)
REFUSED = refused()
HANDLED = handled()
SMALL = questionnaire(
    item("a", "boolean", item("b", "integer", initial=[{"valueInteger": 1}])),
    item(
        "c", "choice", answerOption=options("x", "y"), enable=[("a", "=", {"answerBoolean": True})]
    ),
    item(
        "d",
        "group",
        item("e", "quantity"),
        item("f", "open-choice", answerValueSet="#v"),
        repeats=True,
    ),
    contained=[
        {
            "resourceType": "ValueSet",
            "id": "v",
            "status": "active",
            "compose": {"include": [{"system": "s", "concept": [{"code": "x"}]}]},
        }
    ],
)
FORMS = [SMALL, *(corpus.read(path) for path in corpus.files("Q") if path.stat().st_size < 9_000)]


def is_sentence(message: str) -> bool:
    return 0 < len(message) < 400 and "\n" not in message and "Error" not in message


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'{"resourceType":"Questionnaire","item":' + b"[" * 10_000, "deeper than 60"),
        (b'{"title": "' + b"x" * 5_000_000 + b'"}', "larger than 2 MB"),
        (b'{"item": [], "item": []}', "twice"),
        (b'{"item": [{"maxLength": NaN}]}', "NaN"),
    ],
)
def test_what_is_no_strict_json_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(JsonError, match=reason) as caught:
        strict_loads(data)
    assert is_sentence(str(caught.value))


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_form_is_refused_with_the_reason(name: str) -> None:
    resource, reason = REFUSED[name]
    for ruled in (True, False):
        with pytest.raises(QuestionnaireError, match=reason) as caught:
            load_form(resource, ruled=ruled)
        assert is_sentence(str(caught.value))
    found = lint_questionnaire(resource)
    assert found[0].severity == "error"
    assert all(is_sentence(str(finding)) for finding in found)


@pytest.mark.parametrize("name", HANDLED)
def test_what_is_odd_is_served_all_the_same(name: str) -> None:
    resource = HANDLED[name]
    form = load_form(resource)
    assert all(is_sentence(str(finding)) for finding in lint_questionnaire(resource))
    answers = sample_answers(form, ON)
    assert check_answers(answers, form, on=ON) == (answers, [])
    assert settle(form, answers, ON, asked=[*form.top]) == answers
    Enablement(form, answers, ON).missing()


def loaded(resource: Json, *, ruled: bool) -> Form | str:
    """Return a form, or why it is none."""
    try:
        return load_form(resource, ruled=ruled)
    except QuestionnaireError as error:
        return str(error)


def try_all(resource: Json) -> bool:
    """Do with a Questionnaire what can be done; tell whether it is a form."""
    found = lint_questionnaire(resource)
    assert all(finding.code in LINT_CODES for finding in found)
    form = loaded(resource, ruled=False)
    if isinstance(form, str):
        assert is_sentence(form)
        assert any(finding.severity == "error" for finding in found)
        return False
    answers = sample_answers(form, ON)
    assert check_answers(answers, form, on=ON) == (answers, [])
    enablement = Enablement(form, answers, ON)
    assert enablement.keep() == (answers, ())
    enablement.missing()
    enablement.pages()
    return True


@pytest.mark.parametrize("seed", range(8))
def test_forms_with_changes_anywhere(seed: int) -> None:
    chance = Random(seed)  # noqa: S311
    forms = [try_all(mutated(chance.choice(FORMS), chance)) for _ in range(50)]
    assert 5 < sum(forms) < 45


def test_our_own_form_with_changes_anywhere() -> None:
    chance = Random(9)  # noqa: S311
    own = standard_questionnaire()
    for _ in range(12):
        form = loaded(mutated(own, chance), ruled=True)
        assert is_sentence(form) if isinstance(form, str) else form.items


def test_values_that_depend_on_each_other_stay_blank() -> None:
    form = load_form(HANDLED["values in a circle"])
    assert settle(form, {}, ON) == {}
    form = load_form(HANDLED["values in a chain"])
    assert settle(form, {}, ON)["q0"] == 7


def test_odd_codes_name_one_answer_each() -> None:
    values: list[Json] = [
        {"valueCoding": {"system": "a", "code": "b|c"}},
        {"valueCoding": {"system": "a|b", "code": "c"}},
        {"valueCoding": {"system": "d", "code": "c"}},
        {"valueCoding": {"code": "d|c"}},
        {"valueString": "d|c"},
        {"valueString": "c"},
        {"valueCoding": coding("c")},
        {"valueCoding": coding("c") | {"display": "Other words"}},
        {"valueInteger": 3},
        {"valueString": "3"},
    ]
    form = load_form(questionnaire(item("q", "choice", answerOption=values)))
    question = form.items["q"]
    codes = [option.code for option in question.options]
    assert len(set(codes)) == len(codes) == 9
    for option in question.options:
        assert question.option(option.code) is option
        assert question.option_of(option.element, option.value) is option
    assert json.dumps([option.answer for option in question.options]) == json.dumps(
        [value for number, value in enumerate(values) if number != 7]
    )
