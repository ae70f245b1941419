"""Any form with any answers: drawn as HTML, sent as a browser does, read as it was."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from fhir.intake.loading import load_form
from intake.web.names import shown_place
from intake.web.row_plan import said
from intake.web.rows import RowsField
from intake.web.times import moment
from tests import pages
from tests.any_forms import item, options, questionnaire
from tests.layer_case import ZONE, again, page_of, press, read, shown
from tests.web import make_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fhir.intake.items import Form, Item

SEEDS = 40
PIECES = ["x", "é", "  ", "<b>", "&amp;", '"', "'", "\u202e", "{n}", "日本", "-1-", "~", "a\u0301"]
CODES = [f"c{number}" for number in range(40)]
NAMES = ["asked", "data", "visit", "__init__", "errors", "more", "a.b/c d", "ä-1-ö", "1", "~", "["]
UNIT = "http://hl7.org/fhir/StructureDefinition/questionnaire-unitOption"
RULES = (pages._lint_ids, pages._lint_links, pages._lint_controls)
UNITS = [
    {
        "url": UNIT,
        "valueCoding": {"system": "http://unitsofmeasure.org", "code": code, "display": code},
    }
    for code in ("kg", "g", "mg")
]
KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    **{
        kind: (kind, {})
        for kind in (
            *("boolean", "decimal", "integer", "date", "dateTime", "time", "string", "text"),
            *("url", "quantity"),
        )
    },
    "list": ("choice", {"answerOption": options("a", "b", "c")}),
    "long": ("choice", {"answerOption": options(*CODES)}),
    "open": ("open-choice", {"answerOption": options("a", "b", "c")}),
    "long open": ("open-choice", {"answerOption": options(*CODES)}),
    "free": ("open-choice", {}),
    "numbers": ("integer", {"answerOption": [{"valueInteger": 1}, {"valueInteger": 2}]}),
    "texts": ("string", {"answerOption": [{"valueString": "x y"}, {"valueString": "other"}]}),
    "unit": ("quantity", {"extension": UNITS[:1]}),
    "units": ("quantity", {"extension": UNITS}),
}


@pytest.fixture(autouse=True, scope="module")
def _context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder: Path = tmp_path_factory.mktemp("host")
    with make_app(folder, INTAKE_TIME_ZONE=ZONE).test_request_context():
        yield


class Trip:
    """A form of one page and answers to some of its questions, by a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311
        odd = self.random.sample(NAMES, len(NAMES))
        self.names = iter([*odd, *(f"q{number}" for number in range(1000))])
        self.form: Form = load_form(questionnaire(item("root", "group", *self._items(0))))
        self.answers = self._answers(self.form.pages[0].children)

    def _maybe(self) -> bool:
        return self.random.random() < 0.5

    def _items(self, depth: int) -> list[dict[str, Any]]:
        most = 5 if depth == 0 else 3
        return [self._item(depth) for _ in range(self.random.randint(1, most))]

    def _item(self, depth: int) -> dict[str, Any]:
        name = next(self.names)
        below = self._items(depth + 1) if depth < 3 and self._maybe() else []
        repeats = self._maybe()
        if below and self._maybe():
            return item(name, "group", *below, repeats=repeats)
        kind, more = KINDS[self.random.choice([*KINDS])]
        return item(name, kind, *below, repeats=repeats, required=self._maybe(), **more)

    def _answers(self, items: tuple[Item, ...]) -> dict[str, Any]:
        answers: dict[str, Any] = {}
        for each in items:
            if each.is_rows:
                rows = [self._row(each) for _ in range(self.random.randint(0, 2))]
                if rows := [row for row in rows if row]:
                    answers[each.link_id] = rows
                continue
            if each.is_question and self._maybe():
                count = self.random.randint(1, 3)
                several = {
                    repr(value): value for value in (self._value(each) for _ in range(count))
                }
                answer = _sorted(each, [*several.values()])
                answers[each.link_id] = answer if each.repeats else answer[0]
            answers |= self._answers(each.children)
        return answers

    def _row(self, rows: Item) -> dict[str, Any]:
        own = {rows.link_id: self._value(rows)} if rows.is_question and self._maybe() else {}
        return own | self._answers(rows.children)

    def _value(self, each: Item) -> Any:
        if each.type == "open-choice":
            codings = [dict(option.answer["valueCoding"]) for option in each.options]
            return self.random.choice(codings) if codings and self._maybe() else self._text()
        if each.options:
            return self.random.choice([option.code for option in each.options])
        if each.type == "quantity" and each.unit is None:
            known = [{"unit": u.display, "system": u.system, "code": u.code} for u in each.units]
            unit = self.random.choice(known or [{}, {"unit": "cups, 1/2 of ü"}])
            return {"value": self._number(), **unit}
        moment_of = datetime(1950, 1, 1, tzinfo=UTC) + timedelta(
            seconds=self.random.randrange(4_000_000_000)
        )
        day, clock = moment_of.date().isoformat(), moment_of.time().isoformat("seconds")
        made: dict[str, Any] = {
            "boolean": self._maybe(),
            "decimal": self._number(),
            "quantity": self._number(),
            "integer": self.random.randint(-(2**31), 2**31 - 1),
            "date": date.fromordinal(self.random.randint(1, 3_000_000)).isoformat(),
            "time": clock,
            "dateTime": self.random.choice([day, moment(day, clock)]),
            "string": self._text(),
            "open-choice": self._text(),
            "text": "\r\n".join(self._text() for _ in range(self.random.randint(1, 3))),
            "url": f"https://x.example/{self.random.randint(0, 99)}?a=b&c=%23",
        }
        return made[each.type]

    def _number(self) -> float:
        """Return a number as a person can type it: an integer where it is one."""
        number = self.random.choice(
            [self.random.uniform(-1e9, 1e9), self.random.randint(-9, 99), 0.1, -1e-7, 1e14]
        )
        return int(number) if number == int(number) else number

    def _text(self) -> str:
        return "t" + "".join(self.random.choice(PIECES) for _ in range(self.random.randint(1, 5)))


def _sorted(each: Item, answer: Any) -> Any:
    """Return several answers of a list in the order of the page, own words last."""
    if not (each.repeats and each.options):
        return answer
    order = [option.code for option in each.options]
    place = {code: number for number, code in enumerate(order)}
    codes = [value["code"] if isinstance(value, dict) else value for value in answer]
    at = [place.get(code, len(order)) for code in codes]
    return [answer[index] for index in sorted(range(len(at)), key=at.__getitem__)]


@pytest.mark.parametrize("seed", range(SEEDS))
def test_answers_come_back_as_they_were(seed: int) -> None:
    trip = Trip(seed)
    first = shown(trip.form, trip.answers)
    page = page_of(first)
    assert not page.faults
    for rule in RULES:
        rule(page)
    second = again(trip.form, first)
    assert second.asked == first.asked
    assert read(second) == trip.answers
    assert read(again(trip.form, second)) == trip.answers


@pytest.mark.parametrize("seed", range(SEEDS))
def test_every_error_leads_to_a_place_on_the_page(seed: int) -> None:
    trip = Trip(seed)
    page = again(trip.form, shown(trip.form, trip.answers))
    places = page._by_place()
    page.mark({place: ["wrong"] for place in places})
    drawn = page_of(page)
    for rule in RULES:
        rule(drawn)
    assert len(page.error_links) == len(places)
    for link in page.error_links:
        assert drawn.by_id(link["href"].removeprefix("#")) is not None, link


@pytest.mark.parametrize("seed", range(SEEDS))
def test_no_button_that_adds_or_finds_loses_what_was_typed(seed: int) -> None:
    trip = Trip(seed)
    page = shown(trip.form, trip.answers)
    values = [node.get("value", "") for node in page_of(page).all("button")]
    commands = [value for value in values if not value.startswith("remove:")]
    assert len(set(commands)) == len(commands)
    for command in commands:
        pressed = press(trip.form, page, command)
        assert read(pressed) == trip.answers, command
        assert read(again(trip.form, pressed)) == trip.answers, command


@pytest.mark.parametrize("seed", range(SEEDS))
def test_button_that_removes_takes_one_row_or_answer_and_no_other(seed: int) -> None:
    trip = Trip(seed)
    page = shown(trip.form, trip.answers)
    values = [node.get("value", "") for node in page_of(page).all("button")]
    for command in (value for value in values if value.startswith("remove:")):
        _, name, number = command.split(":")
        pressed = press(trip.form, page, command)
        field = page.field(shown_place(name))
        if isinstance(field, RowsField) and field.rows:
            before = [[c.data for c in row] for row in field.rows]
            after_field = pressed.field(shown_place(name))
            assert isinstance(after_field, RowsField)
            after = [[c.data for c in row] for row in after_field.rows]
            del before[int(number) - 1]
            assert said(after)[: len(before)] == said(before)
