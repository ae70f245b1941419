"""Rows within rows, cells that come and go, and the buttons around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from fhir.intake.loading import load_form
from tests.any_forms import item, options, questionnaire
from tests.form_case import application
from tests.layer_case import again, faults, page_of, press, read, shown
from tests.parsed import classes, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhir.intake.items import Form
    from intake.web.forms import PageForm

HL7 = "http://hl7.org/fhir/StructureDefinition/"


@pytest.fixture(autouse=True)
def _context() -> Iterator[None]:
    with application().test_request_context():
        yield


def ext(name: str, **value: Any) -> dict[str, Any]:
    return {"url": HL7 + name, **value}


def family(**more: Any) -> Form:
    """Return a form with rows in rows, headings, texts, conditions and several answers."""
    died = item("cause", enable=[("alive", "=", {"answerBoolean": False})])
    ills = item("ill", "group", item("name", required=True), item("since", "integer"), repeats=True)
    about = item("about", "group", item("note", "display", text="As you know it."), ills)
    cells = (item("who"), item("alive", "boolean"), died, about, item("nick", repeats=True))
    return load_form(questionnaire(item("kin", "group", *cells, repeats=True, **more)))


ANSWERS = {
    "kin": [
        {"who": "A", "alive": False, "cause": "age", "nick": ["x", "y"]},
        {"who": "B", "ill": [{"name": "flu", "since": 3}, {"name": "mumps"}]},
    ]
}
FAMILY_ASKED = ["kin", "kin[1].cause"]


def names(page: PageForm) -> list[str]:
    return ["".join(row[0].typed) for row in page["kin"].rows]


def test_rows_hold_everything_of_their_author_in_order() -> None:
    page = page_of(shown(family(), ANSWERS, asked=FAMILY_ASKED))
    assert not page.faults
    first, second = (page.by_id(f"kin-{number}") for number in (1, 2))
    assert first is not None
    assert second is not None
    for words in ("Text of who", "Text of cause", "Text of about", "As you know it.", "Entry 1.1"):
        assert words in text(first)
    assert "Text of cause" not in text(second)
    assert "Entry 2.2" in text(second)
    headings = [(node.tag, text(node)) for node in page.all("h2", "h3", "h4")]
    assert headings[:3] == [
        ("h2", "Text of kin (you can skip this)"),
        ("h3", "Text of about"),
        ("h4", "Text of ill (you can skip this)"),
    ]


def test_nested_answers_come_back() -> None:
    page = again(family(), shown(family(), ANSWERS, asked=FAMILY_ASKED))
    assert read(page) == ANSWERS
    assert page.asked == FAMILY_ASKED


def test_cell_that_is_not_asked_is_not_read() -> None:
    page = shown(family(), ANSWERS, asked=["kin"])
    form = family()
    read_again = read(again(form, page, **{"kin-1-cause": "forged"}))
    assert read_again["kin"][0] == {"who": "A", "alive": False, "nick": ["x", "y"]}


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("add:kin", ["A", "B", ""]),
        ("remove:kin:1", ["B"]),
        ("remove:kin:2", ["A"]),
        ("remove:kin:3", ["A", "B"]),
        ("add:kin-9-ill", ["A", "B"]),
        ("add:nothing", ["A", "B"]),
        ("find:kin", ["A", "B"]),
        ("add:kin-1-who", ["A", "B"]),
        ("", ["A", "B"]),
    ],
)
def test_buttons_of_rows(command: str, found: list[str]) -> None:
    form = family()
    page = press(form, shown(form, ANSWERS, asked=FAMILY_ASKED), command)
    assert names(page) == found


def test_buttons_of_rows_within_rows() -> None:
    form = family()
    page = press(form, shown(form, ANSWERS, asked=FAMILY_ASKED), "add:kin-2-ill")
    assert len(page["kin[2].ill"].rows) == 3
    page = press(form, page, "remove:kin-2-ill:1")
    assert read(page)["kin"][1] == {"who": "B", "ill": [{"name": "mumps"}]}
    assert read(page)["kin"][0] == ANSWERS["kin"][0]
    page = press(form, press(form, page, "add:kin-1-nick"), "remove:kin-1-nick:1")
    assert read(page)["kin"][0]["nick"] == ["y"]
    assert [cell.name for [cell] in page["kin[1].nick"].rows] == ["kin-1-nick-1", "kin-1-nick-2"]


def test_asked_places_follow_the_rows() -> None:
    form = family()
    page = press(form, shown(form, ANSWERS, asked=FAMILY_ASKED), "add:kin")
    assert page.asked == FAMILY_ASKED
    other = {"kin": [{"who": "B"}, ANSWERS["kin"][0]]}
    page = press(form, shown(form, other, asked=["kin", "kin[2].cause"]), "remove:kin:1")
    assert page.asked == FAMILY_ASKED
    assert read(page)["kin"] == [ANSWERS["kin"][0]]
    page = press(form, page, "remove:kin:1")
    assert page.asked == ["kin"]
    assert read(page) == {}


def test_answers_number_only_rows_that_were_typed() -> None:
    form = family()
    page = shown(form, {"kin": [{}, *ANSWERS["kin"]]}, asked=["kin", "kin[2].cause"])
    page = again(form, page)
    assert page.asked == ["kin", "kin[2].cause"]
    assert page.answered == FAMILY_ASKED
    page.mark_missing(["kin[2].ill[1].name"])
    assert page["kin"].rows[2][2].rows[0][0].errors == ["Enter an answer"]
    page.mark({"kin[1].cause": ["wrong"], "kin[3].cause": ["wrong"], "kin[1].no": ["wrong"]})
    assert page.error_links == [
        {"text": "Entry 2: Text of cause: wrong", "href": "#kin-2-cause"},
        {"text": "Entry 3.1: Text of name: Enter an answer", "href": "#kin-3-ill-1-name"},
    ]


def test_faults_of_nested_cells_have_their_places() -> None:
    form = family()
    page = again(
        form,
        shown(form, ANSWERS, asked=FAMILY_ASKED),
        **{"kin-2-ill-2-since": "x", "kin-1-nick-2": " ", "kin-1-who": ""},
    )
    found = faults(page)
    assert found == {
        "kin[1].nick[2]": ["Enter an answer"],
        "kin[2].ill[2].since": ["Enter a number, such as 3"],
    }
    page.mark(found)
    assert [link["href"] for link in page.error_links] == ["#kin-1-nick-2", "#kin-2-ill-2-since"]
    assert page.error_links[0]["text"] == "Entry 1: Text of nick: Answer 2: Enter an answer"


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        (0, {}),
        (1, {"kin": ["Give at least 2 entries"]}),
        (2, {}),
        (3, {}),
        (4, {"kin": ["You can add 3 rows at most"]}),
    ],
)
def test_number_of_rows(number: int, fault: dict[str, list[str]]) -> None:
    bounds = [("questionnaire-minOccurs", 2), ("questionnaire-maxOccurs", 3)]
    form = family(extension=[ext(name, valueInteger=value) for name, value in bounds])
    page = shown(form, {"kin": []})
    assert len(page["kin"].rows) == 2
    data = {f"kin-{row}-who": "x" for row in range(1, number + 1)}
    assert faults(again(form, page, **data)) == fault


def test_no_more_rows_or_answers_than_the_form_takes() -> None:
    most = [ext("questionnaire-maxOccurs", valueInteger=2)]
    form = load_form(questionnaire(item("q", "string", repeats=True, extension=most)))
    page = shown(form, {"q": ["a", "b"]})
    full = press(form, page, "add:q")
    assert full["q"].errors == ["Give 2 answers at most"]
    assert len(full["q"].rows) == 2
    assert faults(again(form, page, **{"q-3": "c"})) == {"q": ["Give 2 answers at most"]}


def test_texts_in_rows_come_and_go() -> None:
    condition = [("ok", "=", {"answerBoolean": True})]
    warning = item("warn", "display", enable=condition, text="Take care.")
    always = item("file", "attachment", item("how", "display", text="As a letter."))
    group = item("g", "group", item("d", "display", text="Of g."), item("c"), enable=condition)
    cells = (item("who"), item("ok", "boolean"), warning, group, always)
    form = load_form(questionnaire(item("kin", "group", *cells, repeats=True)))
    answers = {"kin": [{"who": "a"}, {"who": "b", "ok": True}]}
    places = ["kin", "kin[2].c", "kin[2].d", "kin[2].warn"]
    page = shown(form, answers, asked=places)
    rows = [text(row) for row in page_of(page).all("fieldset") if "intake-row" in classes(row)]
    for words in ("Take care.", "Of g.", "Text of g"):
        assert [words in row for row in rows] == [False, True], words
    assert ["As a letter." in row for row in rows] == [True, True]
    page = press(form, page, "remove:kin:1")
    assert page.asked == ["kin", "kin[1].c", "kin[1].d", "kin[1].warn"]
    assert "Take care." in page_of(page).text


def test_repeating_question_with_others_below_it() -> None:
    below = item("what", required=True)
    form = load_form(
        questionnaire(item("all", "choice", below, repeats=True, answerOption=options("a", "b")))
    )
    answers = {"all": [{"all": "a", "what": "rash"}, {"all": "b"}]}
    page = shown(form, answers, asked=["all", "all[1].what"])
    drawn = page_of(page)
    assert read(again(form, page)) == answers
    legends = [(text(n), "nhsuk-u-visually-hidden" in classes(n)) for n in drawn.all("legend")]
    assert legends[:2] == [("Answer 1", False), ("Text of all (you can skip this)", True)]
    added = press(form, page, "add:all")
    assert [len(row) for row in added["all"].rows] == [2, 1, 1]
    added.mark_missing(["all[1].what", "all[2].all"])
    assert [link["href"] for link in added.error_links] == ["#all-1-what", "#all-2-all"]


def test_blank_row_of_buttons_alone_is_still_there_after_another_was_added() -> None:
    form = load_form(questionnaire(item("kin", "group", item("ok", "boolean"), repeats=True)))
    page = press(form, shown(form), "add:kin")
    assert len(page["kin"].rows) == 2
    page = press(form, page, "add:kin", **{"kin-2-ok": "true"})
    assert [row[0].typed for row in page["kin"].rows] == [[], ["true"], []]
    assert read(page) == {"kin": [{"ok": True}]}


def test_several_answers_by_buttons_alone() -> None:
    form = load_form(questionnaire(item("q", "boolean", repeats=True)))
    page = press(form, shown(form, {"q": [True]}), "add:q")
    assert read(again(form, page, **{"q-2": "false"})) == {"q": [True, False]}
