from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from flask import session
from itsdangerous import TimestampSigner

from fhir.intake.answers import check_answers
from fhir.intake.enablement import Enablement
from fhir.intake.items import Item
from intake.person import person_page
from intake.web import messages
from intake.web.forms import PageForm, page_form
from tests.cases import FORM_DAY, VIGNETTES
from tests.form_case import FORM, application, drawn, form_of, in_order, sent, typed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TWO_HOURS = 2 * 60 * 60


@pytest.fixture(autouse=True)
def _context() -> Iterator[None]:
    with application().test_request_context():
        yield


def test_class_is_made_once_for_a_page() -> None:
    page = FORM.items["g_where"]
    assert page_form(FORM, page) is page_form(FORM, page)
    assert page_form(FORM, page) is not page_form(FORM, FORM.items["g_how"])
    person = person_page(FORM)
    assert page_form(FORM, person) is page_form(FORM, person_page(FORM))


def test_another_page_of_the_same_name_is_another_form() -> None:
    first, second = (
        Item(link_id="page", type="group", text="", children=(_text(name),)) for name in "ab"
    )
    assert "a" in page_form(FORM, first)(None, asked=["a", "b"])
    assert "b" in page_form(FORM, second)(None, asked=["a", "b"])


def test_fields_of_a_page_in_document_order() -> None:
    names = [field.name for field in form_of("g_medicines").questions]
    assert names == [
        *("takes_medicines", "medication", "med_before_twitch"),
        *("supplements", "b6_mg_day"),
    ]


def test_questions_below_groups_and_questions_are_fields() -> None:
    below = Item(link_id="c", type="text", text="And?")
    asking = Item(link_id="b", type="text", text="What?", children=(below,))
    group = Item(link_id="g", type="group", text="", children=(_text("a"), asking))
    page = Item(link_id="nested", type="group", text="", children=(group,))
    assert [field.name for field in form_of(page).questions] == ["a", "b", "c"]


def _text(name: str) -> Item:
    return Item(link_id=name, type="text", text="What?")


def test_only_questions_asked_are_there() -> None:
    made = page_form(FORM, FORM.items["g_where"])
    form = made(typed({"twitch_kind": "flicker", "twitch_sites": "x"}), asked=["twitch_kind"])
    assert [field.name for field in form.questions] == ["twitch_kind"]
    assert form.read(FORM_DAY) == ({"twitch_kind": "flicker"}, {})


def test_without_form_data_the_answers_are_shown() -> None:
    form = form_of("g_where", answers={"twitch_kind": "jerk", "twitch_sites": ["tongue"]})
    assert form["twitch_kind"].typed == ["jerk"]
    assert form["twitch_sites"].typed == ["tongue"]


def test_form_data_wins_over_answers_even_if_empty() -> None:
    form = form_of("g_where", {}, answers={"twitch_kind": "jerk", "twitch_sites": ["tongue"]})
    values, faults = form.read(FORM_DAY)
    assert values == {"twitch_kind": None, "twitch_sites": None, "twitch_spread_to": None}
    assert faults == {}


def test_form_data_is_not_taken_from_the_request() -> None:
    data = {"twitch_kind": "flicker"}
    with application().test_request_context(method="POST", data=data):
        assert form_of("g_where").read(FORM_DAY)[0]["twitch_kind"] is None


def test_faulty_question_has_no_answer_and_the_others_have() -> None:
    form = form_of("g_mind", {"stress_level": "11", "sleep_hours": "6.5"})
    values, faults = form.read(FORM_DAY)
    assert values == {"worry_level": None, "worry_checking": None, "sleep_hours": 6.5}
    assert faults == {"stress_level": ["Enter a number from 0 to 10"]}
    assert form.error_links == []


def test_marked_faults_lead_to_their_controls() -> None:
    form = form_of("g_about", {"date_of_birth-year": "80", "sex_at_birth": "x"})
    faults = form.read(FORM_DAY)[1]
    form.mark(faults)
    form.mark(faults)
    form.mark({"nowhere": ["x"], "medication[1].med_name": ["x"]})
    assert form.error_links == [
        {
            "text": "When were you born? The date needs a day, a month and a year",
            "href": "#date_of_birth-day",
        },
        {
            "text": ("What sex was recorded when you were born? Select an answer from the list"),
            "href": "#sex_at_birth",
        },
    ]


@pytest.mark.parametrize(
    ("page", "name", "message"),
    [
        ("g_start", "consent", "Select an answer"),
        ("g_emergency", "emergency_signs", "Check this list before you go on"),
        ("g_about", "date_of_birth", "Enter your date of birth"),
        ("g_how", "twitch_weeks", "Enter a number"),
        ("g_end", "your_words", "Enter an answer"),
        (
            "g_strength",
            "muscle_size",
            "Select at least one answer. If none is true, select “None of these”.",
        ),
        ("g_where", "twitch_sites", "Select at least one answer"),
        ("g_where", "twitch_spread_to", "Select at least one answer"),
        ("g_daily", "diet_pattern", "Select at least one answer"),
    ],
)
def test_blank_answer_is_told_what_to_do(page: str, name: str, message: str) -> None:
    form = form_of(page, {})
    form.mark_missing([name, "not_on_this_page"])
    assert form[name].errors == [message]
    assert [link["href"].split("-")[0] for link in form.error_links] == [f"#{name}"]


def test_faulty_answer_is_not_also_asked_for() -> None:
    form = form_of("g_about", {"date_of_birth-day": "27", "date_of_birth-month": "3"})
    form.mark(form.read(FORM_DAY)[1])
    form.mark_missing(["date_of_birth", "date_of_birth"])
    assert form["date_of_birth"].errors == ["Enter the year with 4 digits, such as 1980"]
    form = form_of("g_about", {})
    form.mark_missing(["date_of_birth", "date_of_birth"])
    assert form["date_of_birth"].errors == ["Enter your date of birth"]


def test_required_is_not_a_fault_of_reading() -> None:
    for page in FORM.pages:
        assert form_of(page, {}).read(FORM_DAY)[1] == {}


@pytest.mark.parametrize("case", sorted(VIGNETTES))
def test_answers_come_back_as_they_were_from_every_page(case: str) -> None:
    answers = VIGNETTES[case]["answers"]
    collected: dict[str, Any] = {}
    for page in FORM.pages:
        form = page_form(FORM, page)(
            sent(drawn(form_of(page, answers=answers))),
            asked=[below.link_id for below in page.walk()],
        )
        values, faults = form.read(FORM_DAY)
        assert faults == {}
        collected |= {name: value for name, value in values.items() if value is not None}
    expected = {name: in_order(FORM.items[name], value) for name, value in answers.items()}
    assert collected == expected
    assert check_answers(collected, FORM, on=FORM_DAY) == (collected, [])


@pytest.mark.parametrize("case", sorted(VIGNETTES))
def test_what_is_missing_can_be_marked(case: str) -> None:
    answers = VIGNETTES[case]["answers"]
    for name in answers:
        blank = {other: value for other, value in answers.items() if other != name}
        places = Enablement(FORM, blank, FORM_DAY).missing()
        if name not in places:
            continue
        form = form_of(FORM.page_of[name], answers=blank)
        form.mark_missing(places)
        assert form[name].error == messages.required(FORM.items[name])


def token_of(form: PageForm) -> str:
    return str(form["csrf_token"].current_token)


@pytest.mark.parametrize("enabled", [True, False])
def test_token_is_needed_whatever_the_host_says(enabled: bool) -> None:
    with application(WTF_CSRF_ENABLED=enabled).test_request_context():
        token = token_of(form_of("g_end"))
        assert form_of("g_end", {"csrf_token": token}).check_csrf()
        for data in ({}, {"csrf_token": ""}, {"csrf_token": "x"}, {"csrf_token": token[:-1]}):
            form = form_of("g_end", dict(data))
            assert not form.check_csrf()
            assert form.error_links == []


def test_token_of_another_session_is_refused() -> None:
    token = token_of(form_of("g_end"))
    session["csrf_token"] = "0" * 40
    assert not form_of("g_end", {"csrf_token": token}).check_csrf()


@pytest.mark.parametrize("limit", [None, 3600])
def test_slow_person_keeps_the_page(limit: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    with application(WTF_CSRF_TIME_LIMIT=limit).test_request_context():
        token = token_of(form_of("g_end"))
        now = TimestampSigner.get_timestamp
        monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda own: now(own) + TWO_HOURS)
        assert form_of("g_end", {"csrf_token": token}).check_csrf()


def test_token_has_the_name_that_the_host_looks_for() -> None:
    with application(WTF_CSRF_FIELD_NAME="host_token").test_request_context():
        assert 'name="host_token"' in str(form_of("g_end").csrf_token)
        token = str(form_of("g_end").csrf_token.current_token)
        assert form_of("g_end", {"host_token": token}).check_csrf()
        assert not form_of("g_end", {"csrf_token": token}).check_csrf()


def test_wording_is_that_of_the_clinical_content(clinical: Path) -> None:
    strings = json.loads((clinical / "texts_ui.json").read_text(encoding="utf-8"))["strings"]
    assert {key: strings[key]["en"] for key in messages.TEXTS} == messages.TEXTS
