from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from fhir.intake.answers import check_answers
from fhir.intake.enablement import Enablement
from tests.cases import FORM_DAY, VIGNETTES

if TYPE_CHECKING:
    from intake.content import RuledContent


def fault(content: RuledContent, name: str, value: Any) -> str:
    _, problems = check_answers({name: value}, content.form, on=FORM_DAY)
    assert len(problems) == 1, problems
    return str(problems[0])


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("nobody", "x", "nobody: there is no such question"),
        ("x\u202e\n" * 500, "x", "'x\\u202e\\nx"),
        ("twitch_weeks", {}, "twitch_weeks: {} is no number"),
        ("g_start", "x", "g_start: is no question"),
        ("med_name", "x", "med_name: belongs into the rows of medication"),
        ("cramps", "never", "cramps: 'never' is none of the answers to choose from"),
        ("cramps", ["no"], "cramps: ['no'] is none of the answers to choose from"),
        ("cramps", True, "cramps: True is none of the answers to choose from"),
        ("muscle_size", "none", "muscle_size: a list of answers is needed"),
        ("muscle_size", ["none", "thinner"], "muscle_size: 'none' can not stand with other"),
        ("muscle_size", ["thinner", "thinner"], "muscle_size: holds an answer twice"),
        ("stress_level", 11, "stress_level: 11 is more than 10 score"),
        ("stress_level", -1, "stress_level: -1 is less than 0"),
        ("stress_level", 2.5, "stress_level: 2.5 is no whole number"),
        ("stress_level", "5", "stress_level: '5' is no number"),
        ("stress_level", True, "stress_level: True is no number"),
        ("twitch_weeks", 1.001, "twitch_weeks: 1.001 has more than 2 decimal places"),
        ("date_of_birth", "1980-02-30", "date_of_birth: '1980-02-30' is no date of the calendar"),
        ("date_of_birth", "27.3.1980", "date_of_birth: '27.3.1980' is no date such as"),
        ("date_of_birth", "２０００-01-01", "date_of_birth: '２０００-01-01' is no date such as"),
        ("date_of_birth", 19800327, "date_of_birth: 19800327 is no date"),
        ("date_of_birth", "1899-12-31", "date_of_birth: 1899-12-31 is before 1900-01-01"),
        ("date_of_birth", "2026-11-23", "date_of_birth: 2026-11-23 is in the future"),
        ("your_words", "x" * 1001, "your_words: the text is longer than 1000 characters"),
        ("your_words", "a\x00b", "your_words: the text holds the control character U+0000"),
        ("your_words", "\u200b\u202e ", "your_words: the text holds nothing that can be read"),
        ("your_words", 5, "your_words: 5 is no text"),
        ("medication", "x", "medication: a list of rows is needed"),
        ("medication", ["x"], "medication: a list of rows is needed"),
        ("medication", [{"med_name": "x"}] * 21, "medication: has more than 20 rows"),
        ("medication", [{"name": "x"}], "medication[1].name: there is no such question"),
        ("medication", [{"med_name": "x", "med_since": "y"}], "medication[1].med_since: 'y' is"),
        ("medication", [{"med_name": {"nam": "x"}}], "medication[1].med_name: {'nam': 'x'} is no"),
        (
            "medication",
            [{"med_name": {"system": "s", "code": "c", "display": "d"}}],
            "medication[1].med_name: 'c' is none of the answers to choose from",
        ),
    ],
)
def test_fault_names_the_place(content: RuledContent, name: str, value: Any, message: str) -> None:
    assert fault(content, name, value).startswith(message)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("your_words", "\U0001fae9"),
        ("your_words", "Línea 1\r\n\tlínea 2 — “¿ALS?” 👩🏽‍⚕️ שלום"),
        ("twitch_weeks", 0.5),
        ("date_of_birth", "1980"),
        ("date_of_birth", "2026-11-22"),
        ("medication", [{"med_name": "x", "med_since": "gt_3m"}]),
        (
            "medication",
            [
                {
                    "med_name": {
                        "system": "http://www.nlm.nih.gov/research/umls/rxnorm",
                        "code": "435",
                        "display": "albuterol",
                    }
                }
            ],
        ),
    ],
)
def test_accepted_unchanged(content: RuledContent, name: str, value: Any) -> None:
    answers, problems = check_answers({name: value}, content.form, on=FORM_DAY)
    assert (answers, problems) == ({name: value}, [])


def test_blanks_and_empty_rows_are_left_out(content: RuledContent) -> None:
    raw = {
        "cramps": "",
        "muscle_size": [],
        "alcohol_week": None,
        "medication": [{}, {"med_name": ""}],
    }
    assert check_answers(raw, content.form, on=FORM_DAY) == ({}, [])


def test_whole_float_of_an_integer_is_an_integer(content: RuledContent) -> None:
    answers, _ = check_answers({"stress_level": 4.0}, content.form, on=FORM_DAY)
    assert answers["stress_level"] == 4
    assert isinstance(answers["stress_level"], int)


def test_year_alone_reads_as_blank(content: RuledContent, mark: dict[str, Any]) -> None:
    from referral import assess

    year = assess({**mark, "date_of_birth": "1984"}, pack=content.pack, on=FORM_DAY)
    blank = {k: v for k, v in mark.items() if k != "date_of_birth"}
    assert [r.rule.id for r in year.rules] == [
        r.rule.id for r in assess(blank, pack=content.pack, on=FORM_DAY).rules
    ]


def test_answers_to_hidden_questions_are_dropped_in_order(
    content: RuledContent, mark: dict[str, Any]
) -> None:
    answers = {**mark, "prior_tests": ["none"], "prior_emg": "normal", "prior_emg_months": 3}
    kept, dropped = Enablement(content.form, answers, FORM_DAY).keep()
    assert set(dropped) == {"prior_emg", "prior_emg_months", "prior_blood"}
    assert not set(dropped) & set(kept)


def test_missing_names_required_questions_and_columns(
    content: RuledContent, calm: dict[str, Any]
) -> None:
    rows = [{"med_name": "a"}, {"med_dose": "5 mg"}]
    answers = {k: v for k, v in calm.items() if k != "cramps"}
    answers |= {"takes_medicines": "medicines", "medication": rows}
    missing = Enablement(content.form, answers, FORM_DAY).missing()
    assert missing == ("cramps", "medication[2].med_name")


@pytest.mark.parametrize(("case", "shown", "pages"), [("V01", 43, 15), ("V44", 63, 19)])
def test_length_of_the_form(content: RuledContent, case: str, shown: int, pages: int) -> None:
    enablement = Enablement(content.form, VIGNETTES[case]["answers"], FORM_DAY)
    patient = [page for page in enablement.pages() if page.audience == "patient"]
    questions = [
        item
        for item in enablement.questions()
        if item.is_question and content.form.page_of[item.link_id].audience == "patient"
    ]
    assert (len(questions), len(patient)) == (shown, pages)
