"""Hostile inputs that nobody here wrote, typed into every kind of question."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from fhir.intake.answer_options import Option
from fhir.intake.items import Item
from intake.web.forms import page_form
from tests.cases import FORM_DAY, TEST_DATA
from tests.form_case import FORM, application, draw, drawn, form_of, question, typed
from tests.pages import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from intake.web.forms import PageForm

FILE = TEST_DATA / "security" / "bad_inputs.json"
TEN_THOUSAND = Item(link_id="long", type="text", text="What else?", max_length=10_000)
OTHER = Item(link_id="other", type="string", text="And this?", max_length=100)
REFUSED = ("422", "413", "as above")
LEFT_OPEN = {"num-octal": 10, "num-plus": None, "date-unpadded": "2026-01-01"}
"""Where the list allows two ways: the answer that we take, None when we refuse."""
ONE = (Option(code="a", display="A"),)
TYPES = ("boolean", "integer", "decimal", "string", "text", "date", "choice", "open-choice")
KINDS = Item(
    link_id="kinds",
    type="group",
    text="All kinds",
    children=(
        *(Item(link_id=kind, type=kind, text="?", options=ONE) for kind in TYPES),
        *(question("muscle_size"), question("medication")),
    ),
)


@pytest.fixture(autouse=True)
def _context() -> Iterator[None]:
    with application().test_request_context():
        yield


def entries(where: str) -> list[Any]:
    if not FILE.is_file():
        reason = f"the hostile inputs are not at {FILE} (set INTAKE_TEST_DATA)"
        return [pytest.param({}, marks=pytest.mark.skip(reason=reason))]
    rows = json.loads(FILE.read_text(encoding="utf-8"))["inputs"]
    return [pytest.param(row, id=row["id"]) for row in rows if row["where"] == where]


def value_of(row: dict[str, Any]) -> str:
    if "value" in row:
        return str(row["value"]).replace("{{today}}", FORM_DAY.isoformat())
    return str(row["generator"]["s"] * row["generator"]["n"])


def beside(item: Item) -> Item:
    """Return a page of a question with another one."""
    return Item(link_id="hostile", type="group", text="", children=(item, OTHER))


def must_refuse(row: dict[str, Any]) -> bool:
    if row["id"] in LEFT_OPEN:
        return LEFT_OPEN[row["id"]] is None
    return str(row["expected"]).startswith(REFUSED)


def assert_refused(form: PageForm, name: str) -> None:
    """Assert an error beside the field and in the summary, and that the rest is kept."""
    values, faults = form.read(FORM_DAY)
    assert values == {"other": "kept"}
    assert [len(texts) for texts in faults.values()] == [1]
    form.mark(faults)
    page = drawn(form)
    (link,) = form.error_links
    assert page.by_id(link["href"].removeprefix("#")) is not None
    message = page.by_id(f"{name}-error")
    assert message is not None
    assert "".join(message.itertext()) == f"Error: {form[name].error}"


@pytest.mark.parametrize("row", entries("form:text"))
def test_text(row: dict[str, Any]) -> None:
    text = value_of(row)
    form = form_of(beside(TEN_THOUSAND), {"long": text, "other": "kept"})
    if must_refuse(row) and not ("combining" in row["id"] and len(text) <= 10_000):
        assert_refused(form, "long")
        return
    assert form.read(FORM_DAY) == ({"long": text, "other": "kept"}, {})
    assert_shown(form, "long", text)


def assert_shown(form: PageForm, name: str, text: str) -> None:
    """Assert that a page shows a text again, as text; line ends are those of HTML."""
    page = drawn(form)
    assert not [*page.all("script", "svg", "img", "meta", "base", "style", "noscript")]
    assert len([*page.all("form")]) == 1
    (control,) = page.named(name)
    shown = control.text if control.tag == "textarea" else control.get("value")
    assert shown == text.replace("\r\n", "\n").replace("\r", "\n")
    assert [key for key in control.attrib if key.startswith("on")] == []


@pytest.mark.parametrize("row", entries("form:text"))
@pytest.mark.parametrize("name", ["your_words", "occupation"])
def test_text_of_the_form(row: dict[str, Any], name: str) -> None:
    text = value_of(row)
    item = question(name)
    form = form_of(beside(item), {name: text, "other": "kept"})
    assert item.max_length is not None
    if must_refuse(row) or len(text) > item.max_length:
        assert_refused(form, name)
    else:
        assert form.read(FORM_DAY)[0][name] == text


@pytest.mark.parametrize("row", entries("form:text"))
def test_name_of_a_medicine(row: dict[str, Any]) -> None:
    text = value_of(row)
    form = form_of("g_medicines", {"medication-1-med_name": text})
    values, faults = form.read(FORM_DAY)
    if must_refuse(row) or len(text) > 100:
        assert [*faults] == ["medication[1].med_name"]
    else:
        assert values["medication"] == [{"med_name": text}]
        assert_shown(form, "medication-1-med_name", text)


@pytest.mark.parametrize("row", entries("form:number"))
@pytest.mark.parametrize("name", ["twitch_weeks", "stress_level", "alcohol_week"])
def test_number(row: dict[str, Any], name: str) -> None:
    form = form_of(beside(question(name)), {name: value_of(row), "other": "kept"})
    if must_refuse(row):
        assert_refused(form, name)
        assert drawn(form).value(name) == value_of(row)
        return
    taken = LEFT_OPEN.get(row["id"])
    assert form.read(FORM_DAY) == ({name: taken, "other": "kept"}, {})


def boxes(text: str) -> list[tuple[str, str, str]]:
    """Return the ways in which a date comes into three boxes: in its parts, or whole in one."""
    year, month, day = (*text.split("-", 2), "", "")[:3]
    return [(day, month, year), (text, "3", "1980"), ("27", text, "1980"), ("27", "3", text)]


@pytest.mark.parametrize("row", entries("form:date"))
def test_date(row: dict[str, Any]) -> None:
    split, *whole = boxes(value_of(row))
    taken = LEFT_OPEN.get(row["id"], value_of(row))
    for parts in whole if not must_refuse(row) else [split, *whole]:
        assert_refused(date_form(parts), "date_of_birth")
    if not must_refuse(row):
        values, faults = date_form(split).read(FORM_DAY)
        assert (values["date_of_birth"], faults) == (taken, {})


def date_form(parts: tuple[str, str, str]) -> PageForm:
    names = ("date_of_birth-day", "date_of_birth-month", "date_of_birth-year")
    item = beside(question("date_of_birth"))
    return form_of(item, {**dict(zip(names, parts, strict=True)), "other": "kept"})


@pytest.mark.parametrize("row", entries("form:multi"))
def test_several_choices(row: dict[str, Any]) -> None:
    sent = [row["generator"]["value"]] * row["generator"]["n"]
    form = form_of(beside(question("muscle_size")), {"muscle_size": sent, "other": "kept"})
    assert_refused(form, "muscle_size")


@pytest.mark.parametrize("row", entries("form"))
def test_whole_form(row: dict[str, Any]) -> None:
    if row["id"] == "dup-field":
        for name in ("twitch_weeks", "cramps", "your_words"):
            data: dict[str, str | list[str]] = {name: ["1", "1"], "other": "kept"}
            assert_refused(form_of(beside(question(name)), data), name)
        return
    form = form_of(beside(TEN_THOUSAND), {"long": value_of(row), "other": "kept"})
    assert_refused(form, "long")


@pytest.mark.parametrize("where", ["form:text", "form:number", "form:date"])
def test_no_text_breaks_any_kind_of_question(where: str) -> None:
    for entry in entries(where):
        if not entry.values[0]:
            pytest.skip("the hostile inputs are not there")
        text = value_of(entry.values[0])[:20_001]
        data: dict[str, str | list[str]] = {}
        for item in KINDS.children:
            for suffix in ("", "-day", "-year", "-1-med_name", "-1-med_since"):
                data[f"{item.link_id}{suffix}"] = [text]
        form = form_of(KINDS, {**data, text[:50]: text, "rows": text})
        values, faults = form.read(FORM_DAY)
        assert not {"boolean", "choice"} & values.keys() or not text
        form.mark(faults)
        form.mark_missing(faults)
        page = parse(draw(form).encode("utf-8").decode())
        assert not [*page.all("script", "svg", "img", "meta", "base", "style")]


def test_fields_nobody_asked_for_are_not_read() -> None:
    data = typed({f"f{number}": "x" for number in range(1000)} | {"your_words": "x"})
    form = page_form(FORM, FORM.items["g_end"])(data, asked=[])
    assert form.read(FORM_DAY) == ({}, {})
