"""Answers in memory: link id to a typed value, a list, or rows; blanks are left out.

A choice is its option's code, several choices a list of codes, a date an ISO string, a number a
number, a repeating group a list of rows. A coding that is in no list stays a coding.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from fhir.intake.problems import Problem
from fhir.intake.text_rules import text_fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhir.intake.items import Form, Item

Answers: TypeAlias = dict[str, Any]
MAX_TEXT: Final = 20_000
_DATE: Final = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


class AnswerError(ValueError):
    """A value that does not fit its question; the message completes "the answer ..."."""


def check_answers(
    data: Mapping[str, Any], form: Form, *, on: date
) -> tuple[Answers, list[Problem]]:
    """Return the answers without blanks, in form order, and everything that does not fit.

    ``on`` is the day of the form: no date may lie after it.
    """
    problems = [Problem.at(name, _unknown(name, form)) for name in data if not _known(name, form)]
    answers: Answers = {}
    for item in form.items.values():
        value = data.get(item.link_id)
        if is_blank(value) or not _known(item.link_id, form):
            continue
        found = [*_item_problems(item, value, on)]
        problems += found
        cleaned = None if found else _clean(item, value)
        if not is_blank(cleaned):
            answers[item.link_id] = cleaned
    return answers, problems


def is_blank(value: object) -> bool:
    """Tell whether a value is no answer."""
    return value is None or value in ("", [])


def _known(name: str, form: Form) -> bool:
    item = form.items.get(name)
    if item is None or not (item.is_question or item.is_rows):
        return False
    return form.row_group(item) is None


def _unknown(name: str, form: Form) -> str:
    item = form.items.get(name)
    if item is None:
        return "there is no such question"
    rows = form.row_group(item)
    return f"belongs into the rows of {rows.link_id}" if rows else "is no question"


def _item_problems(item: Item, value: object, on: date) -> Iterator[Problem]:
    if item.is_rows:
        yield from _row_problems(item, value, on)
        return
    values = value if item.repeats and isinstance(value, list) else [value]
    if item.repeats and not isinstance(value, list):
        yield Problem(item.link_id, "a list of answers is needed")
        return
    for element in values:
        try:
            check_value(item, element, on=on)
        except AnswerError as fault:
            yield Problem(item.link_id, str(fault))
    if item.repeats and not item.is_rows:
        yield from _list_problems(item, values)


def _list_problems(item: Item, values: list[Any]) -> Iterator[Problem]:
    texts = [value for value in values if isinstance(value, str)]
    keys = [option.code if (option := item.option(text)) else text for text in texts]
    if len(set(keys)) != len(keys):
        yield Problem(item.link_id, "holds an answer twice")
    for key in keys:
        option = item.option(key)
        if option is not None and option.exclusive and len(keys) > 1:
            yield Problem(item.link_id, f"{key!r} can not stand with other answers")


def _row_problems(item: Item, value: object, on: date) -> Iterator[Problem]:
    if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
        yield Problem(item.link_id, "a list of rows is needed")
        return
    if item.max_occurs is not None and len(value) > item.max_occurs:
        yield Problem(item.link_id, f"has more than {item.max_occurs} rows")
        return
    columns = {column.link_id: column for column in item.children if column.is_question}
    for number, row in enumerate(value, 1):
        for name, cell in row.items():
            place = f"{item.link_id}[{number}].{name}"
            if name not in columns:
                column = Problem.at(name, "there is no such question")
                yield Problem(f"{item.link_id}[{number}].{column.place}", column.message)
            elif not is_blank(cell):
                yield from (
                    Problem(place, problem.message)
                    for problem in _item_problems(columns[name], cell, on)
                )


def check_value(item: Item, value: object, *, on: date) -> None:
    """Check one answer. Raises AnswerError with the reason when it does not fit its question."""
    match item.type:
        case "choice":
            if not isinstance(value, str) or item.option(value) is None:
                raise AnswerError(f"{_shown(value)} is none of the answers to choose from")
        case "open-choice":
            if not _is_coding(value):
                _check_text(item, value)
        case "integer" | "decimal" | "quantity":
            _check_number(item, value)
        case "date":
            _check_date(item, value, on)
        case "boolean":
            if not isinstance(value, bool):
                raise AnswerError(f"{_shown(value)} is neither true nor false")
        case _:
            _check_text(item, value)


def _check_text(item: Item, value: object) -> None:
    if not isinstance(value, str):
        raise AnswerError(f"{_shown(value)} is no text")
    fault = text_fault(value, item.max_length or MAX_TEXT)
    if fault:
        raise AnswerError(f"the text {fault}")


def _check_number(item: Item, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise AnswerError(f"{_shown(value)} is no number")
    if item.type == "integer" and value != int(value):
        raise AnswerError(f"{value} is no whole number")
    places = item.max_decimal_places
    if places is not None and round(value, places) != value:
        raise AnswerError(f"{value} has more than {places} decimal places")
    low, high = item.min_value, item.max_value
    unit = f" {item.unit.display}" if item.unit else ""
    if isinstance(low, int | float) and value < low:
        raise AnswerError(f"{value} is less than {low}{unit}")
    if isinstance(high, int | float) and value > high:
        raise AnswerError(f"{value} is more than {high}{unit}")


def _check_date(item: Item, value: object, on: date) -> None:
    found = _DATE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise AnswerError(f"{_shown(value)} is no date such as 1980-03-27")
    year, month, day = (int(part) if part else 1 for part in found.groups())
    try:
        when = date(year, month, day)
    except ValueError:
        raise AnswerError(f"{_shown(value)} is no date of the calendar") from None
    if item.max_value == "today" and when > on:
        raise AnswerError(f"{value} is in the future (the form is of {on})")
    low, high = item.min_value, item.max_value
    if isinstance(low, str) and when < date.fromisoformat(low):
        raise AnswerError(f"{value} is before {low}")
    if isinstance(high, str) and high != "today" and when > date.fromisoformat(high):
        raise AnswerError(f"{value} is after {high}")


def _is_coding(value: object) -> bool:
    return (
        isinstance(value, Mapping)
        and {"code", "display"} & value.keys() != set()
        and value.keys() <= {"system", "code", "display"}
        and all(isinstance(v, str) and text_fault(v, MAX_TEXT) is None for v in value.values())
    )


def _clean(item: Item, value: Any) -> Any:
    if item.is_rows:
        columns = [column for column in item.children if column.is_question]
        rows = [
            {
                c.link_id: _clean(c, row[c.link_id])
                for c in columns
                if not is_blank(row.get(c.link_id))
            }
            for row in value
        ]
        return [row for row in rows if row]
    if item.repeats:
        return [_clean_one(item, element) for element in value]
    return _clean_one(item, value)


def _clean_one(item: Item, value: Any) -> Any:
    if item.type == "integer":
        return int(value)
    if item.type == "choice":
        option = item.option(value)
        assert option is not None
        return option.code
    return dict(value) if isinstance(value, Mapping) else value


def _shown(value: object) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
