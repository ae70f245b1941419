"""What new rows begin with, and what rows keep that no page asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from fhir.intake.loading import load_form
from intake.web.forms import page_form
from tests.any_forms import item, questionnaire
from tests.form_case import application, sent
from tests.layer_case import again, page_of, press, read, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhir.intake.items import Form
    from intake.web.forms import PageForm

HIDDEN = {
    "url": "http://hl7.org/fhir/StructureDefinition/questionnaire-hidden",
    "valueBoolean": True,
}
PER_DAY = [{"valueString": "per day"}]
LETTER = {"contentType": "text/plain", "data": "QUJD", "title": "Letter of <b>"}


@pytest.fixture(autouse=True)
def _context() -> Iterator[None]:
    with application().test_request_context():
        yield


def drugs(**more: Any) -> Form:
    cells = (
        item("name"),
        item("unit", initial=PER_DAY),
        item("code", initial=[{"valueString": "secret"}], extension=[HIDDEN]),
        item("fixed", "integer", readOnly=True, initial=[{"valueInteger": 7}]),
        item("scan", "attachment"),
    )
    return load_form(questionnaire(item("drug", "group", *cells, repeats=True, **more)))


KEPT = {"code": "secret", "fixed": 7}


def test_row_that_waits_shows_what_it_begins_with_and_is_no_answer_yet() -> None:
    form = drugs()
    page = shown(form)
    assert page.field("drug[1].unit") is None
    assert page["drug"].rows[0][1].typed == ["per day"]
    assert read(again(form, page)) == {}


def test_row_that_was_begun_is_an_answer_with_all_of_its_values() -> None:
    form = drugs()
    page = again(form, shown(form), **{"drug-1-name": "aspirin"})
    assert read(page) == {"drug": [{"name": "aspirin", "unit": "per day", **KEPT}]}


def test_row_that_was_added_is_an_answer_as_it_is() -> None:
    form = drugs()
    page = press(form, shown(form), "add:drug", **{"drug-1-name": "aspirin"})
    assert [row[1].typed for row in page["drug"].rows] == [["per day"], ["per day"]]
    assert read(again(form, page))["drug"][1] == {"unit": "per day", **KEPT}


def test_only_row_can_be_removed() -> None:
    form = drugs()
    page = press(form, shown(form, {"drug": [{"name": "aspirin"}]}), "remove:drug:1")
    assert [cell.typed for cell in page["drug"].rows[0]] == [[], ["per day"]]
    assert read(again(form, page)) == {}


def stored_page(form: Form, answers: dict[str, Any], before: PageForm, **more: str) -> PageForm:
    """Return a page that was sent, with what is stored, as when it is saved."""
    typed = sent(page_of(before))
    for name, value in more.items():
        typed[name] = value
    page = page_form(form, form.pages[0])(typed, asked=before.asked)
    page.remember(answers)
    return page


def test_rows_keep_what_no_page_asks() -> None:
    form = drugs()
    rows = [{"name": "a", "scan": LETTER, "fixed": 8}, {"name": "b", "code": "other"}]
    answers = {"drug": rows}
    page = shown(form, answers)
    assert read(stored_page(form, answers, page)) == answers
    fewer = press(form, page, "remove:drug:1")
    assert read(stored_page(form, answers, fewer)) == {"drug": [rows[1]]}
    both = press(form, page, "add:drug")
    found = read(stored_page(form, answers, both, **{"drug-3-name": "c"}))["drug"]
    assert found == [*rows, {"name": "c", "unit": "per day", **KEPT}]


def test_row_of_nothing_but_kept_answers_stays() -> None:
    form = drugs()
    answers = {"drug": [{"scan": LETTER}]}
    page = shown(form, answers)
    assert read(stored_page(form, answers, page)) == answers
    assert read(stored_page(form, answers, press(form, page, "remove:drug:1"))) == {}


@pytest.mark.parametrize("origin", ["0", "-1", "3", "x", "٣", "9" * 5000, "1.0", " 1"])
def test_forged_origin_of_a_row_brings_nothing(origin: str) -> None:
    form = drugs()
    answers = {"drug": [{"name": "a", "scan": LETTER}]}
    page = stored_page(form, answers, shown(form, answers), **{"drug-1-~row": origin})
    assert "scan" not in read(page)["drug"][0]


def test_rows_within_rows_keep_theirs() -> None:
    inner = item("doc", "group", item("of"), item("scan", "attachment"), repeats=True)
    form = load_form(questionnaire(item("kin", "group", item("who"), inner, repeats=True)))
    answers = {
        "kin": [
            {"who": "a", "doc": [{"of": "x", "scan": LETTER}, {"of": "y"}]},
            {"doc": [{"scan": LETTER}]},
        ]
    }
    page = shown(form, answers)
    assert read(stored_page(form, answers, page)) == answers
    fewer = press(form, press(form, page, "remove:kin-1-doc:1"), "remove:kin:2")
    assert read(stored_page(form, answers, fewer)) == {"kin": [{"who": "a", "doc": [{"of": "y"}]}]}


def test_fixed_values_are_told_and_what_can_not_be_asked_is_said() -> None:
    form = drugs()
    page = page_of(
        shown(form, {"drug": [{"name": "a", "fixed": 8, "scan": LETTER}, {"name": "b"}]})
    )
    first, second = (page.by_id(f"drug-{number}") for number in (1, 2))
    assert first is not None
    assert second is not None
    words = " ".join("".join(first.itertext()).split())
    assert "Text of fixed8" in words
    assert "Letter of <b>" in words
    assert "secret" not in words
    told = "This question can not be answered here. Your care team can ask you about it."
    assert told in " ".join("".join(second.itertext()).split())
    assert "Text of code" not in page.text


def test_rows_without_such_values_have_no_hidden_controls() -> None:
    form = load_form(questionnaire(item("kin", "group", item("who"), repeats=True)))
    page = page_of(shown(form, {"kin": [{"who": "a"}]}))
    assert [node.get("name") for node in page.all("input")] == ["kin-1-who"]
