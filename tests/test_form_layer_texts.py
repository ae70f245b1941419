"""What stands around the questions of any form, and the names of their controls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.datastructures import MultiDict

from fhir.intake.loading import load_form
from fhir.intake.places import escape
from intake.web.forms import page_form
from intake.web.names import SentRows, cell_name, question_name, shown_place
from tests.any_forms import item, questionnaire
from tests.cases import FORM_DAY
from tests.form_case import application
from tests.layer_case import again, page_of, read, shown
from tests.parsed import text

if TYPE_CHECKING:
    from collections.abc import Iterator

HL7 = "http://hl7.org/fhir/StructureDefinition/"


@pytest.fixture(autouse=True)
def _context() -> Iterator[None]:
    with application().test_request_context():
        yield


def ext(name: str, **value: Any) -> dict[str, Any]:
    return {"url": HL7 + name, **value}


ODD = [
    *("asked", "data", "visit", "errors", "__init__", "_x", "csrf_token", "sheet", "meta", "names"),
    *("rows", "return", "more", "main", "continue", "Meta", "process", "form_errors", "key"),
    *("a.b", "a/b", "a b", "ä", "ÄÖÜ ß", "1", "-1-", "x-1-y", "~", "~_x", "[1].", "'\"<b>", "日本"),
    *("x" * 255, "ü" * 255),
]


@pytest.mark.parametrize("name", ODD, ids=range(len(ODD)))
def test_any_link_id_names_a_question(name: str) -> None:
    form = load_form(questionnaire(item(name), item("other")))
    answers = {name: "words", "other": "more"}
    page = again(form, shown(form, answers))
    assert read(page) == answers
    assert page.asked == [escape(name), "other"]
    assert page[escape(name)].item.link_id == name
    page.mark({escape(name): ["wrong"]})
    (link,) = page.error_links
    control = page_of(page).by_id(link["href"][1:])
    assert control is not None
    assert control.get("value") == "words"


@pytest.mark.parametrize("name", ODD, ids=range(len(ODD)))
def test_any_link_id_names_rows_and_cells(name: str) -> None:
    other = f"{name[:254]}/"
    rows = item(name, "group", item(other), item("cell"), repeats=True)
    form = load_form(questionnaire(rows))
    answers = {name: [{"cell": "a"}, {other: "b", "cell": "c"}]}
    page = again(form, shown(form, answers))
    assert read(page) == answers
    cell = page.field(f"{escape(name)}[2].{escape(other)}")
    assert cell is not None
    assert cell.typed == ["b"]


def test_token_of_a_host_is_no_question() -> None:
    with application(WTF_CSRF_FIELD_NAME="host_token").test_request_context():
        form = load_form(questionnaire(item("host_token")))
        page = shown(form, {"host_token": "words"})
        assert page["host_token"].typed == ["words"]
        assert page.csrf_token.name == "host_token"


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("q", "q"),
        ("~_data", "data"),
        ("a-1-b", "a[1].b"),
        ("~_data-2-b-13-c", "data[2].b[13].c"),
        ("a-1-b-2", "a[1].b[2]"),
        ("a-3", "a[3]"),
    ],
)
def test_name_stands_for_a_place(name: str, place: str) -> None:
    assert shown_place(name) == place


def test_names_are_made_as_they_are_read() -> None:
    top = question_name("data", {"data"})
    assert shown_place(cell_name(cell_name(top, 2, "b"), 3, "~2D")) == "data[2].b[3].~2D"


def test_rows_are_found_in_one_pass() -> None:
    sent = SentRows(["a-2-b-1-c", "a-1-b-7-c", "a-1-d", "a-3", "a-0-x", "a-x-1", "q", "a-00001-x"])
    assert sent.rows("a") == [1, 2]
    assert sent.boxes("a") == [1, 2, 3]
    assert sent.rows("a-1-b") == [7]
    assert sent.rows("a-2-b") == [1]
    assert sent.rows("a-x") == []


def test_typed_text_has_to_be_under_the_name() -> None:
    form = load_form(questionnaire(item("data")))
    made = page_form(form, form.pages[0])
    assert made(MultiDict({"data": "x"}), asked=["data"]).read(FORM_DAY)[0] == {"data": None}
    assert made(MultiDict({"~_data": "x"}), asked=["data"]).read(FORM_DAY)[0] == {"data": "x"}


def test_texts_around_a_question() -> None:
    below = item("d", "display", text="As on your card.")
    rare = item("r", "display", text="Rarely shown.", enable=[("q", "=", {"answerString": "x"})])
    format_of = [ext("entryFormat", valueString="For example, X1")]
    form = load_form(
        questionnaire(
            item(
                "q", "string", below, rare, prefix="1.2", text="Your number?", extension=format_of
            ),
            item("bare", "string", text=""),
            item("coded", "string", text="", code=[{"display": "Weight"}]),
        )
    )
    page = page_of(shown(form))
    labels = [text(node) for node in page.all("label")]
    assert [label.partition(" (")[0] for label in labels] == [
        "1.2 Your number?",
        "Your answer",
        "Weight",
    ]
    hint = page.by_id("q-hint")
    assert hint is not None
    assert text(hint) == "As on your card. For example, X1"


def test_slider_tells_its_range() -> None:
    control = {"coding": [{"code": "slider"}]}
    bounds = [ext("minValue", valueDecimal=0), ext("maxValue", valueDecimal=2.5)]
    slider = ext("questionnaire-itemControl", valueCodeableConcept=control)
    form = load_form(questionnaire(item("q", "decimal", extension=[*bounds, slider])))
    assert "Enter a number from 0 to 2.5" in page_of(shown(form)).text


def test_what_no_page_can_ask_has_no_field() -> None:
    form = load_form(
        questionnaire(
            item("file", "attachment"),
            item("list", "choice", answerValueSet="http://example.org/unknown"),
            item("known", "string", readOnly=True),
            item(
                "secret",
                "group",
                item("q", "string"),
                extension=[ext("questionnaire-hidden", valueBoolean=True)],
            ),
            item("shown", "string"),
        )
    )
    names = [item.link_id for item in form.pages[0].columns()]
    made = page_form(form, form.pages[0])(None, asked=names)
    assert [field.name for field in made.questions] == ["shown"]
