from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from fhir.intake.answer_options import Option
from fhir.intake.items import Item
from intake.person import person_page
from intake.web.box_fields import DateField
from intake.web.fields import ChoiceField, ChoicesField, NumberField, field_of
from tests.cases import FORM_DAY
from tests.form_case import FORM, application, form_of, question

if TYPE_CHECKING:
    from collections.abc import Iterator

NO_DAY = "This date does not exist. Check the day and the month."
PLAIN = Item(link_id="q", type="decimal", text="How much?", min_value=-5, max_value=5)


@pytest.fixture(autouse=True)
def _context() -> Iterator[None]:
    with application().test_request_context():
        yield


def read(item: Item, *texts: str) -> Any:
    """Return the answer, or the message in brackets."""
    page = Item(link_id="page", type="group", text="A page", children=(item,))
    values, faults = form_of(page, {item.link_id: [*texts]}).read(FORM_DAY)
    if faults:
        assert values == {}
        assert [*faults] == [item.link_id]
        return faults[item.link_id]
    return values[item.link_id]


@pytest.mark.parametrize(
    ("name", "text", "answer"),
    [
        ("twitch_weeks", "0.5", 0.5),
        ("twitch_weeks", " 26\t", 26),
        ("twitch_weeks", "\u00a03 ", 3),
        ("twitch_weeks", "010", 10),
        ("twitch_weeks", ".5", 0.5),
        ("twitch_weeks", "2600.00", 2600),
        ("twitch_weeks", "0" * 5000 + "7", 7),
        ("twitch_weeks", "", None),
        ("twitch_weeks", "1,5", ["Use a number such as 3 or 3.5"]),
        ("twitch_weeks", "1,234.56", ["Enter a number, such as 3"]),
        ("twitch_weeks", "3.", ["Enter a number, such as 3"]),
        ("twitch_weeks", ".", ["Enter a number, such as 3"]),
        ("twitch_weeks", "1_000", ["Enter a number, such as 3"]),
        ("twitch_weeks", "\u0663", ["Enter a number, such as 3"]),
        ("twitch_weeks", "\x1f3", ["Enter a number, such as 3"]),
        ("twitch_weeks", "two", ["Enter a number, such as 3"]),
        ("twitch_weeks", "1.234", ["Use a number such as 3 or 3.5"]),
        ("twitch_weeks", "0." + "3" * 5000, ["Use a number such as 3 or 3.5"]),
        ("twitch_weeks", "2600.5", ["Enter a number from 0 to 2600 weeks"]),
        ("twitch_weeks", "9" * 5000, ["Enter a number from 0 to 2600 weeks"]),
        ("twitch_weeks", "-1", ["Enter a number from 0 to 2600 weeks"]),
        ("twitch_weeks", "+1", ["Enter a number from 0 to 2600 weeks"]),
        ("twitch_weeks", "-0", ["Enter a number from 0 to 2600 weeks"]),
        ("stress_level", "10", 10),
        ("stress_level", "11", ["Enter a number from 0 to 10"]),
        ("stress_level", "2.5", ["Enter a whole number, such as 3"]),
        ("stress_level", "2,5", ["Enter a number, such as 3"]),
        ("nicotine_per_day", "121", ["Enter a number from 0 to 120 a day"]),
    ],
)
def test_number(name: str, text: str, answer: Any) -> None:
    found = read(question(name), text)
    assert found == answer
    assert type(found) is type(answer) or found == int(answer)


@pytest.mark.parametrize(
    ("changes", "text", "answer"),
    [
        ({}, "-2.5", -2.5),
        ({}, "+2", 2),
        ({}, "-0.0", 0),
        ({}, "-6", ["Enter a number from -5 to 5"]),
        ({"max_value": None}, "-6", ["The number must be -5 or more"]),
        ({"min_value": None}, "6", ["The number must be 5 or less"]),
        ({"min_value": None, "max_value": None}, "-6", -6),
        ({"min_value": None, "max_value": None}, "1" * 16, ["Enter a number, such as 3"]),
        ({"max_decimal_places": 0}, "1.5", ["Enter a whole number, such as 3"]),
    ],
)
def test_number_within_other_limits(changes: dict[str, Any], text: str, answer: Any) -> None:
    assert read(replace(PLAIN, **changes), text) == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("", None),
        (" two words \r\n", " two words \r\n"),
        ("x" * 1000, "x" * 1000),
        ("x" * 1001, ["Use 1000 characters or fewer"]),
        (" ", ["Enter an answer"]),
        ("\u200b\u202e\u2060", ["Enter an answer"]),
        ("a\x00b", ["Use only letters, numbers and simple signs such as . , -"]),
        ("\x00", ["Use only letters, numbers and simple signs such as . , -"]),
        ("a\ud800", ["Use only letters, numbers and simple signs such as . , -"]),
    ],
)
def test_text(text: str, answer: Any) -> None:
    assert read(question("your_words"), text) == answer


@pytest.mark.parametrize(
    ("texts", "answer"),
    [
        ([], None),
        ([""], None),
        (["daily"], "daily"),
        (["never"], ["Select an answer from the list"]),
        (["Daily"], ["Select an answer from the list"]),
        (["no\u200b"], ["Select an answer from the list"]),
        (["no", "daily"], ["Give one answer to this question"]),
        (["no", "no"], ["Give one answer to this question"]),
    ],
)
def test_choice(texts: list[str], answer: Any) -> None:
    assert read(question("cramps"), *texts) == answer


@pytest.mark.parametrize(
    ("name", "texts", "answer"),
    [
        ("muscle_size", [], None),
        ("muscle_size", [""], None),
        ("muscle_size", ["side_diff", "thinner"], ["side_diff", "thinner"]),
        ("muscle_size", ["none"], ["none"]),
        ("muscle_size", ["thinner", "thinner"], ["Select an answer from the list"]),
        ("muscle_size", ["thinner", "thin"], ["Select an answer from the list"]),
        ("muscle_size", ["none", "thinner"], ["Select “None of these” alone, or remove it"]),
        (
            "diet_pattern",
            ["mixed", "prefer_not"],
            ["Select “I would rather not say” alone, or remove it"],
        ),
        (
            "substances",
            ["prefer_not", "none"],
            ["Select “I would rather not say” alone, or remove it"],
        ),
    ],
)
def test_several_choices(name: str, texts: list[str], answer: Any) -> None:
    assert read(question(name), *texts) == answer


@pytest.mark.parametrize(
    ("texts", "answer"),
    [
        (["true"], True),
        (["false"], False),
        ([], None),
        (["yes"], ["Select an answer from the list"]),
        (["true", "false"], ["Give one answer to this question"]),
    ],
)
def test_yes_or_no(texts: list[str], answer: Any) -> None:
    assert read(Item(link_id="q", type="boolean", text="Do you?"), *texts) == answer


@pytest.mark.parametrize(
    ("day", "month", "year", "answer"),
    [
        ("27", "3", "1980", "1980-03-27"),
        (" 09 ", "09", "1980", "1980-09-09"),
        ("29", "2", "2024", "2024-02-29"),
        ("22", "11", "2026", "2026-11-22"),
        ("", " ", "", None),
        ("", "3", "1980", ["Enter the day"]),
        ("27", "", "1980", ["Enter the month"]),
        ("27", "3", "", ["Enter the year with 4 digits, such as 1980"]),
        ("27", "3", "80", ["Enter the year with 4 digits, such as 1980"]),
        ("27", "", "", ["The date needs a day, a month and a year"]),
        ("30", "2", "2026", [NO_DAY]),
        ("29", "2", "1900", [NO_DAY]),
        ("27", "13", "1980", [NO_DAY]),
        ("0", "1", "1980", [NO_DAY]),
        ("27", "Mar", "1980", [NO_DAY]),
        ("27", "3", "\u0661\u0669\u0668\u0660", ["Enter the year with 4 digits, such as 1980"]),
        ("\uff11", "\uff11", "\uff11\uff19\uff18\uff10", [NO_DAY]),
        ("-1", "1", "1980", [NO_DAY]),
        ("23", "11", "2026", ["The date must be today or in the past"]),
        ("31", "12", "1899", ["The date must be 1 Jan 1900 or later"]),
        ("1", "1", "0001", ["The date must be 1 Jan 1900 or later"]),
    ],
)
def test_date(day: str, month: str, year: str, answer: Any) -> None:
    data = {"date_of_birth-day": day, "date_of_birth-month": month, "date_of_birth-year": year}
    values, faults = form_of("g_about", dict(data)).read(FORM_DAY)
    assert faults.get("date_of_birth", values.get("date_of_birth")) == answer


def test_latest_date_other_than_today() -> None:
    item = Item(link_id="q", type="date", text="When?", max_value="2020-12-31")
    page = Item(link_id="dates", type="group", text="", children=(item,))
    form = form_of(page, {"q-day": "1", "q-month": "1", "q-year": "2021"})
    assert form.read(FORM_DAY)[1] == {"q": ["The date must be 31 Dec 2020 or earlier"]}


def test_a_box_of_a_date_sent_twice_is_no_date() -> None:
    data: dict[str, str | list[str]] = {"date_of_birth-day": ["27", "28"]}
    form = form_of("g_about", {**data, "date_of_birth-month": "3", "date_of_birth-year": "1980"})
    assert "date_of_birth" in form.read(FORM_DAY)[1]
    assert form["date_of_birth"].typed == ["27 28", "3", "1980"]


@pytest.mark.parametrize(
    ("parts", "box"),
    [
        (("", "3", "1980"), "day"),
        (("27", "x", "1980"), "month"),
        (("27", "3", "80"), "year"),
        (("30", "2", "1980"), "day"),
        (("", "", ""), "day"),
    ],
)
def test_error_of_a_date_leads_to_the_box_that_is_wrong(
    parts: tuple[str, str, str], box: str
) -> None:
    names = ("date_of_birth-day", "date_of_birth-month", "date_of_birth-year")
    form = form_of("g_about", dict(zip(names, parts, strict=True)))
    assert form["date_of_birth"].first_control == f"date_of_birth-{box}"


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (26, "26"),
        (26.0, "26"),
        (0.5, "0.5"),
        (0.2, "0.2"),
        (1000000, "1000000"),
        (1e-7, "0.0000001"),
    ],
)
def test_number_is_shown_in_plain_digits(answer: float, text: str) -> None:
    form = form_of("g_how", answers={"twitch_weeks": answer})
    assert form["twitch_weeks"].typed == [text]


def test_coding_of_a_medicine_is_shown_in_words() -> None:
    coding = {"system": "s", "code": "36437", "display": "Sertraline"}
    form = form_of("g_medicines", answers={"medication": [{"med_name": coding}]})
    assert form["medication"].rows[0][0].typed == ["Sertraline"]


def test_partial_date_is_shown_in_its_boxes() -> None:
    form = form_of("g_about", answers={"date_of_birth": "1980-05"})
    assert form["date_of_birth"].typed == ["", "5", "1980"]


def test_questions_of_the_person_are_fields_too() -> None:
    form = form_of(person_page(FORM), {"person_name": "Ünïq O'Neil", "person_phone": ""})
    values, faults = form.read(FORM_DAY)
    assert faults == {}
    assert values["person_name"] == "Ünïq O'Neil"
    assert values["date_of_birth"] is None


def test_long_list_is_still_one_choice() -> None:
    options = tuple(Option(code=str(n), display=f"Answer {n}") for n in range(31))
    item = Item(link_id="q", type="choice", text="Which?", options=options)
    assert read(item, "30") == "30"
    assert read(item, "") is None
    assert read(item, "31") == ["Select an answer from the list"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("cramps", ChoiceField),
        ("muscle_size", ChoicesField),
        ("stress_level", NumberField),
        ("date_of_birth", DateField),
    ],
)
def test_field_of(name: str, kind: type) -> None:
    assert field_of(question(name)) is kind


def test_question_without_a_field_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="q: there is no field for type attachment"):
        field_of(Item(link_id="q", type="attachment", text="A file"))
