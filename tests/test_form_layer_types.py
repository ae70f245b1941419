"""Every type of question: what is typed, what it means, and what is said when it does not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.datastructures import MultiDict

from fhir.intake.loading import load_form
from intake.web.forms import page_form
from tests.any_forms import item, questionnaire
from tests.cases import FORM_DAY
from tests.layer_case import ZONE, again, page_of, read, shown
from tests.parsed import text
from tests.web import make_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from intake.web.forms import PageForm

HL7 = "http://hl7.org/fhir/StructureDefinition/"
UCUM = "http://unitsofmeasure.org"


@pytest.fixture(autouse=True, scope="module")
def _context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    app = make_app(tmp_path_factory.mktemp("host"), INTAKE_TIME_ZONE=ZONE)
    with app.test_request_context():
        yield


def ext(name: str, **value: Any) -> dict[str, Any]:
    return {"url": HL7 + name, **value}


def unit(code: str, display: str) -> dict[str, Any]:
    coding = {"system": UCUM, "code": code, "display": display}
    return ext("questionnaire-unitOption", valueCoding=coding)


UNITS = {"extension": [unit("cm", "cm"), unit("[in_i]", "inches")]}
KG = {"unit": "kg", "system": UCUM, "code": "kg"}


def typed(kind: str, texts: dict[str, str] | str, **more: Any) -> PageForm:
    """Return a page of one question q after its controls were typed into."""
    form = load_form(questionnaire(item("q", kind, **more)))
    data = {"q": texts} if isinstance(texts, str) else {f"q-{k}": v for k, v in texts.items()}
    return page_form(form, form.pages[0])(MultiDict(data), asked=["q"])


def result(page: PageForm) -> Any:
    """Return the answer, or what is wrong in a list; then an error leads to the question."""
    values, faults = page.read(FORM_DAY)
    if not faults:
        return values["q"]
    page.mark(faults)
    drawn = page_of(page)
    (link,) = page.error_links
    assert drawn.by_id(link["href"][1:]) is not None
    message = drawn.by_id("q-error")
    assert message is not None
    assert text(message) == f"Error: {page['q'].error}"
    return faults["q"]


@pytest.mark.parametrize(
    ("texts", "answer"),
    [
        ("", None),
        ("14:30", "14:30:00"),
        (" 4.05 ", "04:05:00"),
        ("23:59:59", "23:59:59"),
        ("2:30 pm", "14:30:00"),
        ("12:00 AM", "00:00:00"),
        ("12:15pm", "12:15:00"),
        *(
            (wrong, ["Enter a time with hours and minutes, such as 14:30"])
            for wrong in ("24:00", "9", "14:60", "13:00 pm", "0:30 am", "half past two", "1٤:30")
        ),
    ],
)
def test_time(texts: str, answer: Any) -> None:
    assert result(typed("time", texts)) == answer


@pytest.mark.parametrize(
    ("day", "clock", "answer"),
    [
        ("27 3 2026", "14:30", "2026-03-27T14:30:00+01:00"),
        ("27 7 2026", "14:30", "2026-07-27T14:30:00+02:00"),
        ("29 3 2026", "2:30", "2026-03-29T03:30:00+02:00"),  # the clocks leave it out
        ("27 3 2026", "", "2026-03-27"),
        ("", "", None),
        ("", "14:30", ["The date needs a day, a month and a year"]),
        ("27 3", "14:30", ["Enter the year with 4 digits, such as 1980"]),
        ("27 3 2026", "x", ["Enter a time with hours and minutes, such as 14:30"]),
        ("1 1 0001", "0:00", ["This date does not exist. Check the day and the month."]),
    ],
)
def test_moment(day: str, clock: str, answer: Any) -> None:
    parts = dict(zip(("day", "month", "year"), day.split(), strict=False))
    assert result(typed("dateTime", {**parts, "time": clock})) == answer


@pytest.mark.parametrize(
    ("texts", "boxes"),
    [
        (("", "", "", ""), {"day", "month", "year"}),
        (("27", "3", "", "14:30"), {"year"}),
        (("27", "3", "2026", "x"), {"time"}),
        (("27", "3", "", "x"), {"year", "time"}),
    ],
)
def test_box_of_a_moment_that_is_wrong_is_marked(texts: tuple[str, ...], boxes: set[str]) -> None:
    page = typed("dateTime", dict(zip(("day", "month", "year", "time"), texts, strict=True)))
    page.mark({"q": ["wrong"]})
    inputs = page_of(page).all("input")
    marked = {str(n.get("id")) for n in inputs if "error" in n.get("class", "")}
    assert marked == {f"q-{box}" for box in boxes}


@pytest.mark.parametrize(
    ("stored", "texts"),
    [
        ("2026-03-27T13:30:00Z", ["27", "3", "2026", "14:30"]),
        ("2026-07-27T13:30:05+05:30", ["27", "7", "2026", "10:00:05"]),
        ("2026-03-27", ["27", "3", "2026", ""]),
        ("2026-03", ["", "3", "2026", ""]),
        ("0001-01-01T00:00:00+14:00", ["1", "1", "0001", "00:00:00+14:00"]),
    ],
)
def test_moment_is_shown_at_the_clinic(stored: str, texts: list[str]) -> None:
    form = load_form(questionnaire(item("q", "dateTime")))
    assert shown(form, {"q": stored})["q"].typed == texts


@pytest.mark.parametrize(
    ("more", "texts", "answer"),
    [
        (UNITS, {"amount": "170", "unit": "cm"}, {**KG, "value": 170, "unit": "cm", "code": "cm"}),
        (UNITS, {"amount": "", "unit": "cm"}, None),
        (UNITS, {"amount": "170", "unit": ""}, ["Select the unit of the number"]),
        (UNITS, {"amount": "170", "unit": "m"}, ["Select an answer from the list"]),
        (UNITS, {"amount": "tall", "unit": "cm"}, ["Enter a number, such as 3"]),
        ({}, {"amount": "2.5", "unit": "cups"}, {"value": 2.5, "unit": "cups"}),
        ({}, {"amount": "2", "unit": ""}, {"value": 2}),
        ({}, {"amount": "", "unit": ""}, None),
        ({}, {"amount": "", "unit": "cups"}, ["Enter a number before the unit"]),
        ({}, {"amount": "2", "unit": "x" * 101}, ["Use 100 characters or fewer"]),
        (
            {"initial": [{"valueQuantity": KG}]},
            {"amount": "70", "unit": "kg"},
            {"value": 70, **KG},
        ),
    ],
)
def test_quantity_with_its_unit(more: dict[str, Any], texts: dict[str, str], answer: Any) -> None:
    assert result(typed("quantity", texts, **more)) == answer


def test_unit_alone_is_shown_and_asked_for_a_number() -> None:
    form = load_form(questionnaire(item("q", "quantity", initial=[{"valueQuantity": KG}])))
    page = shown(form, {"q": KG})
    assert page["q"].typed == ["", "kg"]


@pytest.mark.parametrize(
    ("kind", "more", "texts", "answer"),
    [
        ("url", {}, " https://example.org/a?b=c ", "https://example.org/a?b=c"),
        ("url", {}, "  ", None),
        (
            "url",
            {},
            "my site",
            ["Enter an address without spaces, such as https://example.org"],
        ),
        (
            "string",
            {"extension": [ext("minLength", valueInteger=3)]},
            "ab",
            ["Use 3 characters or more"],
        ),
        (
            "string",
            {
                "extension": [
                    ext("regex", valueString="[A-Z]{2}"),
                    ext("entryFormat", valueString="XX"),
                ]
            },
            "x1",
            ["Write the answer in this form: XX"],
        ),
        (
            "string",
            {"extension": [ext("regex", valueString="[A-Z]{2}")]},
            "x1",
            ["Check how you wrote this: it does not have the form that is needed"],
        ),
        ("string", {"extension": [ext("regex", valueString="[A-Z]{2}")]}, "XY", "XY"),
        ("string", {"maxLength": 3}, "four", ["Use 3 characters or fewer"]),
        ("open-choice", {}, "words", "words"),
        (
            "decimal",
            {"extension": [ext("maxDecimalPlaces", valueInteger=3)]},
            "1.2345",
            ["Use 3 decimal places at most"],
        ),
        (
            "decimal",
            {"extension": [ext("minValue", valueDecimal=1.5), ext("maxValue", valueDecimal=2)]},
            "1",
            ["Enter a number from 1.5 to 2"],
        ),
        ("integer", {}, "3000000000", ["Enter a number, such as 3"]),
        (
            "time",
            {"extension": [ext("minValue", valueTime="08:00:00")]},
            "7:00",
            ["Check this answer: 07:00:00 is before 08:00:00"],
        ),
        (
            "integer",
            {"answerOption": [{"valueInteger": 1}, {"valueInteger": 2}]},
            "2",
            "2",
        ),
        (
            "date",
            {"answerOption": [{"valueDate": "2026-01-01"}]},
            "2026-01-02",
            ["Select an answer from the list"],
        ),
        ("boolean", {}, "maybe", ["Select an answer from the list"]),
    ],
)
def test_rules_of_a_question(kind: str, more: dict[str, Any], texts: str, answer: Any) -> None:
    assert result(typed(kind, texts, **more)) == answer


def test_date_outside_its_bounds() -> None:
    more = {
        "extension": [
            ext("minValue", valueDate="2000-01-01"),
            ext("maxValue", valueDate="2001-12-31"),
        ]
    }
    parts = {"day": "1", "month": "2"}
    early = result(typed("date", {**parts, "year": "1999"}, **more))
    late = result(typed("date", {**parts, "year": "2002"}, **more))
    assert early == ["The date must be 1 Jan 2000 or later"]
    assert late == ["The date must be 31 Dec 2001 or earlier"]


@pytest.mark.parametrize("number", [1e-7, -1e-7, 0.1, 123456789012345, 1.5e10, -0.5])
def test_every_digit_of_a_number_comes_back(number: float) -> None:
    form = load_form(questionnaire(item("q", "decimal")))
    assert read(again(form, shown(form, {"q": number}))) == {"q": number}
