"""Hostile inputs for every type of question, and posts that are large or deep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.datastructures import MultiDict

from fhir.intake.loading import load_form
from intake.web.forms import apply_command, page_form
from intake.web.sheet import MOST_CONTROLS
from tests.any_forms import item, options, questionnaire
from tests.cases import FORM_DAY
from tests.form_case import draw
from tests.layer_case import ZONE, every_place, page_of
from tests.parsed import parse
from tests.test_form_hostile import entries, value_of
from tests.web import make_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhir.intake.items import Form
    from intake.web.forms import PageForm

SIMPLE = (
    *("boolean", "decimal", "integer", "date", "dateTime", "time", "string", "text", "url"),
    *("quantity", "open-choice"),
)
LONG = options(*(f"c{number}" for number in range(50)))
PARTS = ("", "-day", "-month", "-year", "-time", "-amount", "-unit", "-own", "-find", "-found")
ROWS = ("", "-1", "-1-day", "-2-time", "-1-~row", "-1-amount")


@pytest.fixture(autouse=True, scope="module")
def _context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    app = make_app(tmp_path_factory.mktemp("host"), INTAKE_TIME_ZONE=ZONE)
    with app.test_request_context():
        yield


def kinds(prefix: str = "") -> list[dict[str, Any]]:
    """Return a question of every kind, once with one answer and once with several."""
    return [
        item(f"{prefix}{kind}{'s' if repeats else ''}", kind, repeats=repeats)
        for kind in SIMPLE
        for repeats in (False, True)
    ] + [
        item(f"{prefix}{kind}-{len(listed)}-{repeats}", kind, repeats=repeats, answerOption=listed)
        for kind in ("choice", "open-choice")
        for listed in (LONG[:3], LONG)
        for repeats in (False, True)
    ]


ALL = load_form(
    questionnaire(
        item("g", "group", *kinds(), item("kin", "group", *kinds("r"), repeats=True), text="")
    )
)


def posted(form: Form, data: Any, *asked: str) -> PageForm:
    page = form.items.get("g", form.pages[0])  # all of it, also what would be on several pages
    places = asked or [*every_place(form, page, {})]
    return page_form(form, page)(MultiDict(data), asked=places)


def control_names() -> Iterator[str]:
    for field in posted(ALL, {}).questions:
        for suffix in (*PARTS, *ROWS):
            yield f"{field.name}{suffix}"
    for cell in posted(ALL, {})["kin"].rows[0]:
        for suffix in (*PARTS, *ROWS):
            yield f"{cell.name}{suffix}"


@pytest.mark.parametrize("where", ["form:text", "form:number", "form:date", "form"])
def test_no_text_breaks_any_kind_of_question(where: str) -> None:
    names = [*control_names()]
    for entry in entries(where):
        row = entry.values[0]
        if not row:
            pytest.skip("the hostile inputs are not there")
        if "value" not in row and "s" not in row.get("generator", {}):
            continue
        text = value_of(row)[:20_001]
        page = posted(ALL, {**dict.fromkeys(names, text), text[:50]: text, "rows": text})
        apply_command(page, MultiDict({"rows": text}))
        values, faults = page.read(FORM_DAY)
        assert faults.keys().isdisjoint(values)
        page.mark(faults)
        page.mark_missing(faults)
        drawn = parse(draw(page).encode("utf-8").decode())
        assert not [*drawn.all("script", "svg", "img", "meta", "base", "style", "iframe")]
        assert not [n for n in drawn.root.iter() for key in n.attrib if key.startswith("on")]
        assert len(page.error_links) == len(faults)


@pytest.mark.parametrize("text", ["\ud800", "\x00", "x" * 20_001, " ", "\u200b"])
def test_text_that_is_none_is_refused_in_every_box(text: str) -> None:
    page = posted(ALL, dict.fromkeys(("string", "strings-1", "text", "kin-1-rstring"), text))
    faults = page.read(FORM_DAY)[1]
    assert {"string", "strings[1]", "text", "kin[1].rstring"} == faults.keys()


def test_answer_that_is_sent_twice_is_not_guessed() -> None:
    for name in ("string", "integer", "time", "choice-3-False", "open-choice-50-False"):
        data = MultiDict([(name.replace("-", "~2D"), "c1"), (name.replace("-", "~2D"), "c2")])
        faults = posted(ALL, data).read(FORM_DAY)[1]
        assert faults == {name.replace("-", "~2D"): ["Give one answer to this question"]}


def wide(cells: int = 50) -> Form:
    inner = item("in", "group", *(item(f"c{n}") for n in range(cells)), repeats=True)
    return load_form(questionnaire(item("out", "group", item("a"), inner, repeats=True)))


def test_twenty_thousand_controls_make_a_bounded_page() -> None:
    data = {f"out-{a}-in-{b}-c0": "x" for a in range(1, 142) for b in range(1, 142)}
    assert len(data) > 19_000
    page = posted(wide(), data)
    fields = [field for top in page.questions for field in top.fields()]
    assert len(fields) <= 2 * MOST_CONTROLS
    faults = page.read(FORM_DAY)[1]
    assert any("too many entries" in text for texts in faults.values() for text in texts)
    page.mark(faults)
    assert page.error_links


def test_page_that_is_full_takes_no_further_row() -> None:
    data = {f"out-{a}-in-{b}-c0": "x" for a in range(1, 11) for b in range(1, 100)}
    page = posted(wide(), data)
    before = len(page["out"].rows)
    apply_command(page, MultiDict({"rows": "add:out"}))
    assert len(page["out"].rows) == before
    assert "too many entries" in page["out"].errors[0]


def test_deep_names_cost_no_more_than_their_length() -> None:
    deep = "out" + "-1-in" * 40_000
    many = {f"{deep[: 5_000 + 7 * n]}-1-c0": "x" for n in range(100)}
    page = posted(wide(2), {**many, deep: "x", "-" * 100_000: "x", "-1" * 50_000: "x"})
    values, faults = page.read(FORM_DAY)
    assert (values, faults) == ({"out": None}, {})


def test_deepest_rows_that_a_form_can_have() -> None:
    rows = item("last")
    for depth in range(19, 0, -1):
        rows = item(f"r{depth}", "group", rows, item(f"q{depth}"), repeats=True)
    form = load_form(questionnaire(rows))
    name = "".join(f"r{depth}-1-" for depth in range(1, 20)) + "last"
    page = posted(form, {name: "deep"}, "r1")
    values, faults = page.read(FORM_DAY)
    assert faults == {}
    assert "'last': 'deep'" in str(values)
    assert page_of(page).named(name)


def test_many_answers_to_one_list_are_bounded() -> None:
    name = "choice~2D50~2DTrue"
    data = MultiDict([(name, f"c{number % 60}") for number in range(20_000)])
    page = posted(ALL, data)
    assert page.read(FORM_DAY)[1] == {name: ["Select an answer from the list"]}
    assert len(page_of(page).named(name)) <= 60
    own = MultiDict([("open~2Dchoice~2D3~2DTrue-own", f"word {n}") for n in range(20_000)])
    assert len(posted(ALL, own)["open~2Dchoice~2D3~2DTrue"].own) == 20


def test_many_places_that_are_asked_ask_nothing_else() -> None:
    places = [*(f"x[{n}].y" for n in range(20_000)), "kin[0].rstring", "kin[99999].rstring"]
    assert posted(ALL, {"string": "x"}, *places).questions == []
