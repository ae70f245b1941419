"""Any JSON is safe: the validator answers with issues, in time linear to the input."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhir.intake.issue_codes import CODES
from fhir.intake.loading import QuestionnaireError, load_form
from fhir.intake.validation import check_response
from fhir.intake.validation.outcome import operation_outcome
from fhir.intake.validation.sources import Sources
from intake.content import standard_content
from tests.cases import VIGNETTES
from tests.random_forms import forms
from tests.test_response import build, kept

if TYPE_CHECKING:
    from fhir.intake.items import Form

Json = dict[str, Any]
NOW = datetime(2026, 11, 22, tzinfo=UTC)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["a", "Patient/1", "2026-11-22", "#a", "\ud800", 10**400, "valueX", -1]),
)
NAMES = st.one_of(
    st.text(max_size=5),
    st.sampled_from(
        ["item", "answer", "linkId", "text", "valueCoding", "valueQuantity", "extension", "code"]
    ),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(NAMES, inner, max_size=4)),
    max_leaves=12,
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Return every container with each of its keys."""
    found: list[tuple[Any, Any]] = []
    stack = [value]
    while stack:
        each = stack.pop()
        keys = [*each] if isinstance(each, dict) else [*range(len(each))]
        found += [(each, key) for key in keys]
        stack += [each[key] for key in keys if isinstance(each[key], dict | list)]
    return found


@st.composite
def mutated(draw: st.DrawFn, resource: Json) -> Json:
    resource = copy.deepcopy(resource)
    for _ in range(draw(st.integers(1, 4))):
        holder, key = draw(st.sampled_from(places(resource)))
        change = draw(st.sampled_from(["set", "delete", "rename"]))
        if change == "set" or isinstance(holder, list):
            holder[key] = draw(VALUES)
        elif change == "delete":
            del holder[key]
        else:
            holder[draw(NAMES)] = holder.pop(key)
        if not places(resource):
            break
    return resource


def check(response: Any, form: Form | None) -> None:
    before = copy.deepcopy(response)
    issues = check_response(response, form, now=NOW)
    assert repr(response) == repr(before)
    for issue in issues:
        assert issue.code in CODES
        assert len(issue.message) < 500
    operation_outcome(issues)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_mutated_responses(data: st.DataObject) -> None:
    questionnaire, response = data.draw(forms())
    form = load_form(questionnaire)
    for _ in range(3):
        check(data.draw(mutated(response)), form)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_mutated_responses_to_our_form(data: st.DataObject) -> None:
    case = data.draw(st.sampled_from([*VIGNETTES]))
    response = build(kept(VIGNETTES[case]["answers"]))
    check(data.draw(mutated(response)), standard_content().form)


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_mutated_forms(data: st.DataObject) -> None:
    questionnaire, response = data.draw(forms())
    contained = {**data.draw(mutated(questionnaire)), "id": "q"}
    response = {**response, "contained": [contained], "questionnaire": "#q"}
    try:
        form = Sources().form_of(response)
    except QuestionnaireError:
        return
    check(response, form)


@given(VALUES)
@settings(max_examples=100, deadline=None)
def test_any_json(value: Any) -> None:
    check(value, standard_content().form)
    check({"resourceType": "QuestionnaireResponse", "item": value}, None)
    check({"resourceType": "QuestionnaireResponse", "item": value}, standard_content().form)


@pytest.mark.parametrize("key", ["item", "extension", "contained"])
def test_depth_is_bounded(key: str) -> None:
    deep: Any = []
    for _ in range(10_000):
        deep = [{key: deep}]
    response = {"resourceType": "QuestionnaireResponse", "status": "completed", key: deep}
    for form in (None, standard_content().form):
        (issue,) = check_response(response, form, now=NOW)
        assert issue.code == "too-deep"
    # Else the interpreter takes it apart by recursion.
    while deep:
        deep = deep[0].pop(key)


def test_rows_are_bounded() -> None:
    asked = [{"linkId": f"q{number}", "type": "string"} for number in range(900)]
    group = {"linkId": "g", "type": "group", "repeats": True, "item": asked}
    form = load_form({"resourceType": "Questionnaire", "status": "active", "item": [group]})
    rows = [{"linkId": "g"} for _ in range(100_000)]
    response = {"resourceType": "QuestionnaireResponse", "status": "completed", "item": rows}
    codes = [issue.code for issue in check_response(response, form, now=NOW)]
    assert codes == ["no-questionnaire", "too-large"]
