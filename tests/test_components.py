"""What is drawn is what the UI kit's own macros draw, and fit for everybody to use."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from fhir.intake.answer_options import Option, Unit
from fhir.intake.enablement import Enablement
from fhir.intake.items import Item
from intake.person import person_page
from intake.web import components
from intake.web.components import Component, face, fill
from intake.web.messages import TEXTS
from tests.cases import FORM_DAY, VIGNETTES
from tests.form_case import FORM, application, draw, drawn, environment, form_of, question
from tests.pages import CONTROLS, Page, classes, parse, text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree import ElementTree as ET

Tree: TypeAlias = tuple[str, list[tuple[str, str]], list[Any]]

ONE = """
{%- from "intake/_questions.html" import question -%}
{{ question({"component": component}) }}
"""
KIT = """
{%- from "nhsuk/components/radios/macro.jinja" import radios -%}
{%- from "nhsuk/components/checkboxes/macro.jinja" import checkboxes -%}
{%- from "nhsuk/components/input/macro.jinja" import input -%}
{%- from "nhsuk/components/textarea/macro.jinja" import textarea -%}
{%- from "nhsuk/components/date-input/macro.jinja" import dateInput -%}
{{ {"radios": radios, "checkboxes": checkboxes, "input": input, "textarea": textarea,
    "date": dateInput}[component.kind](component.params) }}
"""
LONG_LIST = tuple(Option(code=f"c{number}", display=f"Answer {number}") for number in range(31))
ALONE = (replace(LONG_LIST[0], exclusive=True),)
OTHERS = (
    Item(link_id="yes_no", type="boolean", text="Do you?"),
    Item(link_id="a_list", type="choice", text="Which?", options=LONG_LIST[:9], required=True),
    Item(link_id="alone", type="choice", text="Any?", options=ALONE, repeats=True),
    Item(link_id="line", type="string", text="A line <b>"),
    Item(link_id="decimal", type="decimal", text="How much?", min_value=0, max_value=1000),
)
ITEMS = [
    *(item for item in FORM.items.values() if item.is_question),
    *(item for item in person_page(FORM).children if item.is_question),
    *OTHERS,
]
HOSTILE = "\"><script>alert('1')</script>&amp;\u202e"


@pytest.fixture(autouse=True)
def _context() -> Iterator[None]:
    with application().test_request_context():
        yield


def tree(node: ET.Element) -> Tree:
    """Return an element without what does not show: space, order of attributes, script hooks."""
    attributes = {key: " ".join(value.split()) for key, value in node.attrib.items()}
    attributes.pop("data-module", None)
    attributes["class"] = " ".join(sorted(classes(node)))
    below: list[Any] = [" ".join((node.text or "").split())]
    for child in node:
        below += [tree(child), " ".join((child.tail or "").split())]
    return node.tag, sorted(attributes.items()), [part for part in below if part]


def trees(template: str, component: Component) -> list[Tree]:
    html = environment().from_string(template).render(component=component)
    return [tree(node) for node in parse(html).one("body")]


def states(item: Item) -> Iterator[tuple[list[str], str | None, tuple[str, ...]]]:
    blank = ["", "", ""] if item.type == "date" else []
    yield blank, None, ()
    yield blank, "Select an answer", ("day", "month", "year")
    chosen = [option.code for option in item.options[1:3]] or ["27", "3", HOSTILE]
    yield chosen, None, ()
    yield chosen, HOSTILE, ("month",)


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.link_id)
@pytest.mark.parametrize("in_row", [False, True])
def test_markup_is_that_of_the_kit(item: Item, in_row: bool) -> None:
    for typed, error, faulty in states(item):
        component = fill(face(item, in_row=in_row), f"{item.link_id}-1", typed, error, faulty)
        component.params.pop("datalist", None)  # the kit has none
        assert trees(ONE, component) == trees(KIT, component)


def test_comparison_sees_a_difference() -> None:
    first, second = (fill(face(question("cramps")), "q", typed) for typed in (["no"], []))
    assert trees(ONE, first) != trees(KIT, second)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("cramps", "radios"),
        ("muscle_size", "checkboxes"),
        ("stress_level", "input"),
        ("twitch_weeks", "input"),
        ("date_of_birth", "date"),
        ("med_name", "input"),
        ("med_dose", "input"),
        ("occupation", "textarea"),
        ("your_words", "textarea"),
    ],
)
def test_kind_of_component(name: str, kind: str) -> None:
    assert face(question(name)).kind == kind


def test_answers_that_stand_alone_come_last_after_a_divider() -> None:
    options = face(question("twitch_spread_to")).params["items"]
    assert options[-2:] == [
        {"divider": "or"},
        {"value": "none", "text": "No, same place as at the start"},
    ]
    assert [option.get("value") for option in options].count("none") == 1
    assert face(OTHERS[2]).params["items"] == [{"value": "c0", "text": "Answer 0"}]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("muscle_size", "Select all that apply."),
        ("substances", "Your answer helps us keep you safe."),
        ("date_of_birth", "For example, 27 3 1980 (day, month, year)"),
        ("med_name", f"Look at the box or the label. {TEXTS['medicine_search_hint']}"),
    ],
)
def test_hint(name: str, hint: str) -> None:
    assert face(question(name)).params["hint"] == {"text": hint}


def test_slider_without_a_hint_tells_its_range() -> None:
    item = replace(question("stress_level"), hint=None)
    assert face(item).params["hint"] == {"text": "Enter a number from 0 to 10"}
    assert "hint" not in face(replace(item, control=None)).params


@pytest.mark.parametrize(
    ("name", "inputmode", "suffix", "width"),
    [
        ("stress_level", "numeric", "out of 10", "2"),
        ("twitch_weeks", "decimal", "weeks", "10"),
        ("sleep_hours", "decimal", "hours", "4"),
        ("alcohol_week", "numeric", "drinks a week", "3"),
    ],
)
def test_box_of_a_number(name: str, inputmode: str, suffix: str, width: str) -> None:
    params = face(question(name)).params
    found = (params["inputmode"], params["suffix"], params["width"])
    assert found == (inputmode, suffix, width)


def test_unit_that_has_no_words_of_its_own() -> None:
    item = replace(question("stress_level"), unit=Unit("kg", "kg", "u"))
    assert face(item).params["suffix"] == "kg"


def test_only_what_can_be_skipped_is_marked() -> None:
    for item in ITEMS:
        params = face(item).params
        title = params.get("label") or params["fieldset"]["legend"]
        assert ("caption" in title) is not item.required, item.link_id
        assert title["size"] == "m"
    assert "(you can skip this)" in draw(form_of("g_end"))
    assert "(you can skip this)" not in draw(form_of("g_start"))


def test_browser_may_fill_in_who_it_is() -> None:
    page = drawn(form_of(person_page(FORM)))
    found = {node.get("id"): node.get("autocomplete") for node in page.all("input")}
    assert found["date_of_birth-day"] == "bday-day"
    assert found["date_of_birth-year"] == "bday-year"
    assert (found["person_name"], found["person_phone"]) == ("name", "tel")


@pytest.mark.parametrize("text_typed", ["a\nb", "a\r\nb", "\nb", "\r\n\r\nb\r\n"])
@pytest.mark.parametrize("name", ["your_words", "med_dose"])
def test_line_breaks_are_kept_in_a_box_of_several_lines(name: str, text_typed: str) -> None:
    component = fill(face(question(name)), name, [text_typed])
    html = environment().from_string(ONE).render(component=component)
    area = parse(html).one("textarea")
    assert area.text == text_typed.replace("\r\n", "\n")


def test_lone_surrogate_can_be_shown() -> None:
    params = fill(face(question("your_words")), "q", ["a\ud800b"]).params
    assert params["value"] == "a?b"


def test_faces_are_not_changed_by_filling_them() -> None:
    made = face(question("date_of_birth"))
    before = repr(made)
    fill(made, "q", ["1", "2", "3"], "An error", ("day",))
    assert repr(made) == before


def test_numbers_of_the_clinic_are_filled_in() -> None:
    hint = Item(link_id="h", type="display", text="Else call {crisis_number}.")
    option = Option(code="a", display="I called {emergency_number}")
    words = "Did you call {emergency_number}?"
    item = Item(link_id="q", type="choice", text=words, hint=hint, options=(option,))
    html = environment().from_string(ONE).render(component=fill(face(item), "q", []))
    page = parse(html)
    assert "Did you call 112?" in page.text
    assert "Else call 116 123." in page.text
    assert "I called 112" in page.text
    assert "{" not in html


def test_datalist_is_for_open_choices_only() -> None:
    names = components.datalist(question("med_name"))
    assert names is not None
    assert (names["id"], len(names["names"])) == ("med_name-list", 150)
    assert components.datalist(question("cramps")) is None


def test_single_open_choice_brings_its_own_list() -> None:
    item = Item(link_id="drug", type="open-choice", text="Which?", options=LONG_LIST)
    page = drawn(form_of(Item(link_id="single", type="group", text="", children=(item,))))
    assert page.one("datalist").get("id") == page.one("input").get("list") == "drug-list"


@pytest.mark.parametrize("case", sorted(VIGNETTES))
def test_every_page_is_fit_for_everybody(case: str) -> None:
    answers = VIGNETTES[case]["answers"]
    for page in Enablement(FORM, answers, FORM_DAY).pages():
        lint(drawn(form_of(page, answers=answers)))


@pytest.mark.parametrize("name", [page.link_id for page in (*FORM.pages, person_page(FORM))])
def test_every_error_leads_to_its_control(name: str) -> None:
    page = FORM.items.get(name) or person_page(FORM)
    form = form_of(page, {"medication-1-med_dose": "x"})
    faults: dict[str, list[str]] = {field.item.link_id: [HOSTILE] for field in form.questions}
    form.mark({**faults, "medication[1].med_name": [HOSTILE]})
    shown = drawn(form)
    lint(shown)
    assert len(form.error_links) == len(faults) + (name == "g_medicines")
    for link in form.error_links:
        target = shown.by_id(link["href"].removeprefix("#"))
        assert target is not None
        assert target.tag in CONTROLS
        assert HOSTILE in link["text"]


def lint(page: Page) -> None:
    ids = [node.get("id") for node in page.root.iter() if node.get("id")]
    assert len(ids) == len(set(ids))
    labels = {node.get("for"): text(node) for node in page.all("label")}
    for node in page.all(*CONTROLS):
        assert labels.get(node.get("id"))
        assert node.get("name")
    for node in page.all("fieldset"):
        assert node[0].tag == "legend"
        assert text(node[0])
    for node in page.root.iter():
        refused = {"style", "aria-expanded", "data-module", "data-behaviour"}
        assert not refused & node.attrib.keys()
        assert not [key for key in node.attrib if key.startswith("on")]
        for name in ("aria-describedby", "list"):
            assert set(node.get(name, "").split()) <= set(ids)
    assert not [*page.all("script", "style", "h1")]
