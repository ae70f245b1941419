"""The way through the form, without a browser: every case reaches its end with all its answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given

from fhir.intake.enablement import Enablement
from intake.drafts import with_answers, with_person
from intake.interruptions import interrupts
from intake.journey import Draft, Journey, plan_journey
from intake.person import BIRTH_DATE, PERSON, Person
from tests.cases import FORM_DAY, VIGNETTES
from tests.strategies import ANSWERS

if TYPE_CHECKING:
    from intake.content import Content

MOST_STEPS = 60
MARK = Person(name="Mark", birth_date="1981-03-04")


def walk(content: Content, answers: dict[str, Any]) -> tuple[Draft, list[str], Journey]:
    """Answer the pages as a patient does; return the draft, the pages in order, and the journey."""
    form = content.form
    draft = Draft()
    pages: list[str] = []
    journey = plan_journey(form, draft, FORM_DAY)
    step = journey.steps[0]
    for _ in range(MOST_STEPS):
        pages.append(step.name)
        if step.name == PERSON:
            person = Person(name="Mark", birth_date=answers.get(BIRTH_DATE))
            draft = with_person(draft, form, FORM_DAY, person)
        else:
            asked = [item.link_id for item in step.questions]
            values = {name: answers[name] for name in asked if name in answers}
            draft = with_answers(draft, form, FORM_DAY, asked=asked, values=values)
        journey = plan_journey(form, draft, FORM_DAY)
        here = journey.step(step.name)
        assert here is not None
        following = journey.after(here)
        if following is None:
            return draft, pages, journey
        step = following
    raise AssertionError(f"no end after {MOST_STEPS} pages: {pages[-5:]}")


@pytest.mark.parametrize("case", VIGNETTES)
def test_every_case_reaches_the_end_with_its_answers(content: Content, case: str) -> None:
    answers = VIGNETTES[case]["answers"]
    enablement = Enablement(content.form, answers, FORM_DAY)
    kept, _ = enablement.keep()
    patients = {k: v for k, v in kept.items() if content.form.page_of[k].audience == "patient"}
    if enablement.missing():
        pytest.skip("the case leaves required questions blank, which the pages do not let pass")
    draft, pages, journey = walk(content, answers)
    assert dict(draft.answers) == patients
    assert journey.first_incomplete() is None
    assert pages[:3] == ["g_start", "g_emergency", PERSON]
    assert list(dict.fromkeys(pages)) == [step.name for step in journey.steps]


def test_a_page_that_opens_questions_comes_again(content: Content) -> None:
    draft = Draft(person=MARK)
    first = plan_journey(content.form, draft, FORM_DAY).step("g_muscles")
    assert first is not None
    assert "sensory_sites" not in {item.link_id for item in first.questions}
    values = {"cramps": "no", "sensory_present": "yes", "muscle_signs": ["none"]}
    values |= {"neck_signs": ["none"]}
    asked = [item.link_id for item in first.questions]
    draft = with_answers(draft, content.form, FORM_DAY, asked=asked, values=values)
    journey = plan_journey(content.form, draft, FORM_DAY)
    again = journey.step("g_muscles")
    assert again is not None
    assert "sensory_sites" in {item.link_id for item in again.questions}
    assert journey.after(again) is again


def test_a_page_not_needed_is_not_counted(content: Content) -> None:
    answers = VIGNETTES["V01"]["answers"]
    draft, _, journey = walk(content, answers)
    names = {step.name for step in journey.steps}
    assert not {"g_clinician", "g_mri"} & names
    weak = {**draft.answers, "weakness_present": "yes"}
    longer = plan_journey(content.form, Draft(answers=weak, person=MARK), FORM_DAY)
    assert "g_mri" in {step.name for step in longer.steps}


def test_optional_questions_are_asked_before_the_end(content: Content) -> None:
    answers = VIGNETTES["V01"]["answers"]
    draft, _, _ = walk(content, answers)
    unseen = Draft(answers=draft.answers, asked=draft.asked - {"your_words"}, person=draft.person)
    step = plan_journey(content.form, unseen, FORM_DAY).first_incomplete()
    assert step is not None
    assert step.name == "g_end"


def test_hidden_answers_are_dropped_and_asked_again(content: Content) -> None:
    answers = VIGNETTES["V01"]["answers"] | {
        "takes_medicines": "medicines",
        "medication": [{"med_name": "sertraline"}],
    }
    form = content.form
    draft = with_answers(Draft(), form, FORM_DAY, asked=[*answers], values=answers)
    assert draft.answers["medication"] == [{"med_name": "sertraline"}]
    closed = with_answers(
        draft, form, FORM_DAY, asked=["takes_medicines"], values={"takes_medicines": "no"}
    )
    assert "medication" not in closed.answers
    assert "medication" not in closed.asked


def test_a_page_leaves_the_answers_of_others_alone(content: Content) -> None:
    draft, _, _ = walk(content, VIGNETTES["V01"]["answers"])
    after = with_answers(draft, content.form, FORM_DAY, asked=["cramps"], values={"cramps": "day"})
    assert after.answers == {**draft.answers, "cramps": "day"}


@given(ANSWERS)
def test_any_answers_give_a_journey_without_holes(answers: dict[str, Any]) -> None:
    from intake.content import standard_content

    form = standard_content().form
    journey = plan_journey(form, Draft(answers=answers), FORM_DAY)
    order = [page.link_id for page in form.pages]
    names = [step.name for step in journey.steps if step.name != PERSON]
    assert names == [name for name in order if name in set(names)]
    assert all(step.questions for step in journey.steps)


@pytest.mark.parametrize(
    ("signs", "title", "count"),
    [
        (["none"], None, 0),
        (["dark_urine"], "Please get help now", 1),
        (["self_harm", "stroke_signs"], "Please get help now", 2),
        (["not_sure"], "Please phone us today", 1),
        (["not_sure", "breathless"], "Please get help now", 1),
    ],
)
def test_interruptions(content: Content, signs: list[str], title: str | None, count: int) -> None:
    from datetime import UTC, datetime

    page = next(page for page in content.form.pages if page.link_id == "g_emergency")
    draft = Draft(answers={"emergency_signs": signs})
    due = interrupts(content.form, page, draft, datetime(2026, 11, 22, tzinfo=UTC))
    assert len(due) == count
    assert [row.title["en"] for row in due[:1]] == ([title] if title else [])
    other = content.form.pages[0]
    assert interrupts(content.form, other, draft, datetime(2026, 11, 22, tzinfo=UTC)) == ()
