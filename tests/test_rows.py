from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from fhir.intake.answers import check_answers
from fhir.intake.enablement import Enablement
from fhir.intake.items import Item
from intake.web.commands import RowCommand, parse_command
from intake.web.forms import apply_command, is_command
from tests.cases import FORM_DAY
from tests.form_case import FORM, application, draw, drawn, form_of, sent, typed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from intake.web.forms import PageForm
    from intake.web.rows import RowsField

BOTH = {"takes_medicines": "both", "twitch_kind": "flicker"}


@pytest.fixture(autouse=True)
def _context() -> Iterator[None]:
    with application().test_request_context():
        yield


def medicines(*rows: dict[str, str], **more: str) -> dict[str, str | list[str]]:
    """Return what a browser sends for rows, numbered from 1; every box is sent, also empty."""
    data: dict[str, str | list[str]] = dict(more)
    for number, row in enumerate(rows, 1):
        data |= {f"medication-{number}-{column}": "" for column in ("med_name", "med_dose")}
        data |= {f"medication-{number}-{column}": text for column, text in row.items()}
    return data


def rows_of(form: PageForm) -> RowsField:
    field: RowsField = form["medication"]
    return field


def names(form: PageForm) -> list[str]:
    return ["".join(row[0].typed) for row in rows_of(form).rows]


def press(command: str, *rows: dict[str, str]) -> PageForm:
    data = medicines(*rows, rows=command)
    assert is_command(typed(data))
    form = form_of("g_medicines", data)
    apply_command(form, typed(data))
    return form


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("add:medication", RowCommand("medication", None)),
        ("remove:medication:2", RowCommand("medication", 2)),
        ("remove:a:b:2", RowCommand("a:b", 2)),
        *((text, None) for text in ("", "add", "add:", "remove:medication", "remove:medication:")),
        *((f"remove:medication:{n}", None) for n in ("0", "-1", "x", "\u0661", "99999", "1 ")),
        ("drop:medication:1", None),
    ],
)
def test_command_is_read_strictly(text: str, command: RowCommand | None) -> None:
    assert parse_command(text) == command


def test_continue_is_no_row_command() -> None:
    assert not is_command(typed(medicines({"med_name": "a"})))


def test_there_is_always_a_row_to_fill_in() -> None:
    assert names(form_of("g_medicines")) == [""]
    assert names(form_of("g_medicines", {})) == [""]
    assert names(press("remove:medication:1", {"med_name": "a"})) == [""]


def test_rows_show_the_answers() -> None:
    rows = [{"med_name": "a", "med_since": "gt_3m"}, {"med_name": "b", "med_dose": "5 mg"}]
    form = form_of("g_medicines", answers={"medication": rows})
    assert names(form) == ["a", "b"]
    assert form.read(FORM_DAY)[0]["medication"] == rows


def test_add_keeps_all_as_typed_and_checks_nothing() -> None:
    form = press("add:medication", {"med_name": " a "}, {"med_dose": "\x00", "med_since": "?"})
    assert names(form) == [" a ", "", ""]
    assert rows_of(form).rows[1][1].typed == ["\x00"]
    assert rows_of(form).rows[1][2].typed == ["?"]
    assert form.error_links == []


def test_remove_takes_out_one_row_and_numbers_the_others() -> None:
    rows = [
        {"med_name": name, "med_since": since} for name, since in zip("abc", "xyz", strict=True)
    ]
    form = press("remove:medication:2", *rows)
    assert names(form) == ["a", "c"]
    last = rows_of(form).rows[1]
    assert [cell.typed for cell in last] == [["c"], [""], ["z"]]
    assert [cell.name for cell in last] == [
        *("medication-2-med_name", "medication-2-med_dose", "medication-2-med_since"),
    ]


@pytest.mark.parametrize("command", ["remove:medication:9", "add:nothing", "x", "", "add:cramps"])
def test_command_for_what_is_not_there_changes_nothing(command: str) -> None:
    form = press(command, {"med_name": "a"})
    assert names(form) == ["a"]
    assert form.error_links == []


def test_no_more_rows_than_the_form_takes() -> None:
    rows = [{"med_name": str(number)} for number in range(20)]
    form = press("add:medication", *rows)
    assert len(names(form)) == 20
    message = "You can list 20 medicines. Tell your care team about the others."
    assert form.error_links == [
        {"text": f"Tell us about each medicine. {message}", "href": "#medication-1-med_name"}
    ]
    assert message in draw(form)
    assert len(names(press("add:medication", *rows[:19]))) == 20


def test_more_rows_than_the_form_takes_are_refused_and_none_is_dropped_silently() -> None:
    form = form_of("g_medicines", medicines(*[{"med_name": "x"}] * 21))
    values, faults = form.read(FORM_DAY)
    assert "medication" not in values
    assert faults == {
        "medication": ["You can list 20 medicines. Tell your care team about the others."]
    }
    assert len(names(form)) == 20


def test_groups_of_other_forms_have_words_too() -> None:
    column = Item(link_id="drug", type="string", text="Which?", parent="list", required=True)
    group = Item(link_id="list", type="group", text="Drugs", repeats=True, children=(column,))
    page = Item(link_id="other", type="group", text="", children=(group,))
    form = form_of(page, {f"list-{n}-drug": "x" for n in range(1, 103)})
    assert form.read(FORM_DAY)[1] == {"list": ["You can add 100 rows at most"]}
    assert "Entry 100" in draw(form)


@pytest.mark.parametrize(
    "name",
    [
        "medication-0-med_name",
        "medication--1-med_name",
        "medication-99999-med_name",
        "medication-1",
    ],
)
def test_control_that_is_no_cell_makes_no_row(name: str) -> None:
    form = form_of("g_medicines", {name: "x", "medication-x-med_name": "x"})
    assert names(form) == [""]
    assert form.read(FORM_DAY)[0]["medication"] is None


def test_numbers_with_gaps_are_closed() -> None:
    form = form_of("g_medicines", {"medication-7-med_name": "b", "medication-3-med_name": "a"})
    assert names(form) == ["a", "b"]
    assert [row[0].name for row in rows_of(form).rows] == [
        *("medication-1-med_name", "medication-2-med_name"),
    ]


def test_empty_rows_are_no_rows() -> None:
    form = form_of("g_medicines", medicines({}, {"med_name": "a"}, {}, {"med_since": "gt_3m"}))
    values, faults = form.read(FORM_DAY)
    assert values["medication"] == [{"med_name": "a"}, {"med_since": "gt_3m"}]
    assert faults == {}


def test_blanks_in_a_text_are_no_empty_row() -> None:
    form = form_of("g_medicines", medicines({"med_name": "a"}, {"med_name": "  "}))
    values, faults = form.read(FORM_DAY)
    assert "medication" not in values
    assert faults == {"medication[2].med_name": ["Enter an answer"]}


def test_missing_name_is_asked_for_in_the_row_that_was_typed() -> None:
    rows = medicines({}, {"med_name": "a"}, {}, {"med_dose": "5 mg"}, takes_medicines="both")
    form = form_of("g_medicines", rows)
    values, faults = form.read(FORM_DAY)
    assert faults == {}
    answers, problems = check_answers({**BOTH, **values}, FORM, on=FORM_DAY)
    assert problems == []
    missing = [p for p in Enablement(FORM, answers, FORM_DAY).missing() if "medication" in p]
    assert missing == ["medication[2].med_name"]
    form.mark_missing(missing)
    assert form.error_links == [
        {
            "text": "Medicine 4: Enter the name of the medicine, or remove it",
            "href": "#medication-4-med_name",
        }
    ]


def test_faults_of_cells_are_shown_in_the_rows_that_were_typed() -> None:
    long = "x" * 101
    rows = [{}, {"med_name": long}, {"med_name": "b", "med_since": "never"}]
    form = form_of("g_medicines", medicines(*rows))
    _, faults = form.read(FORM_DAY)
    assert faults == {
        "medication[1].med_name": ["Use 100 characters or fewer"],
        "medication[2].med_since": ["Select an answer from the list"],
    }
    form.mark(faults)
    assert [link["href"] for link in form.error_links] == [
        *("#medication-2-med_name", "#medication-3-med_since"),
    ]


@pytest.mark.parametrize("place", ["medication[9].med_name", "medication[1].x", "medication[0].x"])
def test_fault_of_a_cell_that_is_not_there_marks_nothing(place: str) -> None:
    form = form_of("g_medicines", medicines({"med_name": "a"}))
    form.mark({place: ["x"]})
    assert form.error_links == []


def test_page_with_rows_comes_back_as_it_was_drawn() -> None:
    rows: list[dict[str, Any]] = [{"med_name": "Ünïq “x”", "med_since": "lt_2w"}] * 20
    page = drawn(form_of("g_medicines", answers={**BOTH, "medication": rows}))
    form = form_of("g_medicines", sent(page).to_dict(flat=False))
    assert form.read(FORM_DAY)[0]["medication"] == rows


def test_list_of_names_is_there_once_and_every_row_uses_it() -> None:
    page = drawn(form_of("g_medicines", answers={"medication": [{"med_name": "a"}] * 5}))
    (names_list,) = page.all("datalist")
    assert len([*names_list]) == 150
    used = [node for node in page.all("input") if node.get("list") == names_list.get("id")]
    assert len(used) == 5


def test_buttons_of_the_rows() -> None:
    page = drawn(form_of("g_medicines", answers={"medication": [{"med_name": "a"}] * 2}))
    buttons = [(node.get("name"), node.get("value")) for node in page.all("button")]
    assert buttons == [
        ("rows", "remove:medication:1"),
        ("rows", "remove:medication:2"),
        ("rows", "add:medication"),
    ]
    for node in page.all("button"):
        assert node.get("type") == "submit"
        target = node.get("formaction", "")[1:]
        assert page.by_id(target) is not None or target == "medication-3"
