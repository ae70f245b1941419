"""The forms that are served: found by address or by name, and read once."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from fhir.intake.loading import QuestionnaireError
from intake.catalogue import content_by_canonical, content_by_slug, content_of, slug_of
from intake.storage.tables import Questionnaire
from tests.any_forms import item
from tests.databases import NOW
from tests.questionnaires import SCORE, add, resource
from tests.web import state_of

if TYPE_CHECKING:
    from flask import Flask

    from intake.content import Content
    from intake.state import State

VALUES = "http://example.org/ValueSet/feelings"
VALUE_SET = {
    "resourceType": "ValueSet",
    "url": VALUES,
    "compose": {"include": [{"system": "http://example.org/f", "concept": [{"code": "low"}]}]},
}


@pytest.fixture
def state(app: Flask) -> State:
    return state_of(app)


def found(state: State, slug: str) -> Content | None:
    with state.storage.read() as session:
        return content_by_slug(session, slug)


def store(state: State, form: dict[str, Any], *supporting: dict[str, Any]) -> None:
    with state.storage.write() as session:
        add(session, form, *supporting)


def test_a_form_is_read_once(state: State) -> None:
    store(state, resource())
    with ThreadPoolExecutor(4) as pool:
        contents = [*pool.map(lambda _: found(state, "pain-score"), range(8))]
    first = contents[0]
    assert first is not None
    assert all(content is first for content in contents)
    assert (first.pack, first.form.canonical) == (None, f"{SCORE}|1")
    with state.storage.read() as session:
        assert content_by_canonical(state, session, f"{SCORE}|1") is first
    assert found(state, "other") is None


def test_a_visit_keeps_its_version(state: State) -> None:
    store(state, resource())
    store(state, resource("2", title="Pain, once more"))
    served = found(state, "pain-score")
    assert served is not None
    assert (served.form.version, served.form.title) == ("2", "Pain, once more")
    with state.storage.read() as session:
        before = content_by_canonical(state, session, f"{SCORE}|1")
        assert before.form.title == "Pain score"
        assert slug_of(session, f"{SCORE}|1") == slug_of(session, f"{SCORE}|2") == "pain-score"


def test_other_names_are_those_of_our_own_form(state: State) -> None:
    own = state.content
    with state.storage.read() as session:
        for name in (own.form.canonical, f"{own.form.url}|0.1", "https://elsewhere.example/q|1"):
            assert content_by_canonical(state, session, name) is own
            assert slug_of(session, name) is None


def test_a_list_that_came_with_a_form_is_part_of_it(state: State) -> None:
    form = resource(item=[item("feeling", "choice", answerValueSet=VALUES)])
    store(state, form, VALUE_SET)
    content = found(state, "pain-score")
    assert content is not None
    assert [option.code for option in content.form.items["feeling"].options] == ["low"]


def test_a_form_without_names_gets_those_it_is_stored_under() -> None:
    row = Questionnaire(
        url="urn:uuid:b5b0e3f2-6f9b-4d4c-8a51-0f6b7a3f1c55",
        version="1a2b3c4d",
        sha256="of a form without names",
        resource=json.dumps({"resourceType": "Questionnaire", "item": [item("a")]}),
        supporting="[]",
        created_at=NOW,
    )
    content = content_of(row)
    assert content.form.canonical == f"{row.url}|1a2b3c4d"
    assert content.questionnaire["url"] == row.url
    assert content.questionnaire["version"] == row.version


def test_a_form_that_can_not_be_used_any_more_is_said() -> None:
    row = Questionnaire(
        url="x", version="1", sha256="unusable", resource='{"a": 1}', supporting="[]"
    )
    with pytest.raises(QuestionnaireError):
        content_of(row)
