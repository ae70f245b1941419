"""What holds for every form and all its answers, tried on random ones."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fhir.intake.answers import Answers, check_answers
from fhir.intake.enablement import Enablement
from fhir.intake.loading import load_form
from fhir.intake.places import escape, place, unescape
from fhir.intake.reading import read_items
from fhir.intake.response import response_items
from fhir.intake.samples import sample_answers
from fhir.intake.settling import settle
from fhir.intake.validation import check_response
from tests.random_trees import ON, cases, questionnaires, tangles

if TYPE_CHECKING:
    from fhir.intake.items import Form

Json = dict[str, Any]
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
many = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def written(form: Form, answers: Answers, status: str) -> Json:
    items = response_items(form.roots, answers)
    return {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": form.canonical,
        "status": status,
        "authored": NOW.isoformat(),
        **({"item": items} if items else {}),
    }


@many
@given(cases())
def test_checked_answers_pass_again(case: tuple[Form, Answers]) -> None:
    form, raw = case
    answers, problems = check_answers(raw, form, on=ON)
    assert problems == []
    assert check_answers(answers, form, on=ON) == (answers, [])


@many
@given(cases())
def test_answers_come_back_from_a_response(case: tuple[Form, Answers]) -> None:
    form, answers = case
    assert read_items(written(form, answers, "in-progress"), form) == (answers, [])


@many
@given(st.one_of(cases(), tangles()))
def test_what_is_kept_is_kept_again(case: tuple[Form, Answers]) -> None:
    form, answers = case
    kept, _ = Enablement(form, answers, ON).keep()
    assert Enablement(form, kept, ON).keep() == (kept, ())


@many
@given(cases(expressions=False))
def test_only_what_is_not_enabled_is_dropped(case: tuple[Form, Answers]) -> None:
    form, answers = case
    kept, dropped = Enablement(form, answers, ON).keep()
    after = Enablement(form, kept, ON)
    for name, item in form.top.items():
        if name in answers:
            assert (escape(name) in dropped) is (name not in kept)
            assert (name in kept) is after._is_enabled(item, ())


@many
@given(st.one_of(cases(), tangles()), st.booleans())
def test_what_is_settled_stays(case: tuple[Form, Answers], is_asked: bool) -> None:
    form, answers = case
    asked = [*map(escape, form.top)] if is_asked else []
    settled = settle(form, answers, ON, asked=asked)
    assert settle(form, settled, ON, asked=asked) == settled


@many
@given(questionnaires(), st.integers(0, 3))
def test_sample_answers_make_a_valid_response(resource: Json, seed: int) -> None:
    form = load_form(resource)
    answers = sample_answers(form, ON, seed=seed)
    assert check_answers(answers, form, on=ON) == (answers, [])
    kept, dropped = Enablement(form, answers, ON).keep()
    assert (kept, dropped) == (answers, ())
    issues = check_response(written(form, kept, "in-progress"), form, now=NOW)
    assert [str(issue) for issue in issues if issue.severity == "error"] == []


@many
@given(cases(expressions=False))
def test_where_nothing_is_missing_a_response_is_complete(case: tuple[Form, Answers]) -> None:
    form, answers = case
    kept, _ = Enablement(form, answers, ON).keep()
    missing = Enablement(form, kept, ON).missing()
    issues = check_response(written(form, kept, "completed"), form, now=NOW)
    blank = {issue.link_id for issue in issues if issue.code == "required-missing"}
    fillable = {name for name in blank if name and form.items[name].is_fillable} - form.hidden
    assert bool(missing) or not fillable


@many
@given(questionnaires())
def test_every_item_is_on_one_page(resource: Json) -> None:
    form = load_form(resource)
    placed = [each.link_id for page in form.pages for each in page.walk()]
    own = [link_id for link_id in placed if link_id in form.items]
    assert len(own) == len(set(own))
    for name, item in form.items.items():
        assert name in own or (item.is_group and not item.is_rows)
        if name in own:
            assert form.page_of[name] in form.pages


@given(st.text(min_size=1), st.text())
def test_places_are_reversible(one: str, other: str) -> None:
    one, other = (text.encode("utf-8", "replace").decode() for text in (one, other))
    assert unescape(escape(one)) == one
    assert (escape(one) == escape(other)) is (one == other)
    assert not set(escape(one)) & set(" []-|&<\"'")


def test_places_of_rows_are_told_apart() -> None:
    form = load_form(
        {
            "resourceType": "Questionnaire",
            "item": [{"linkId": "a[1].b", "type": "string"}, {"linkId": "a", "type": "string"}],
        }
    )
    assert place(form.items["a[1].b"]) != place(form.items["a"], (("a", 0),))
