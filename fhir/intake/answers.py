"""Answers in memory: link id to a typed value, a list, or rows; blanks are left out.

An answer of a list is its option's code, a date an ISO string, a number a number, several answers a
list, a repeating group a list of rows. What is picked for an open choice is a coding, what is typed
a text; a quantity whose unit the question does not fix, an attachment and a reference stay objects.
What stands below an answer stands beside it here, but in a row if the question repeats.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from fhir.intake.answer_elements import answer_of
from fhir.intake.issue_codes import CODES
from fhir.intake.places import escape
from fhir.intake.problems import Problem
from fhir.intake.values.rules import value_faults

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from fhir.intake.items import Form, Item

Answers: TypeAlias = dict[str, Any]
MAX_TEXT: Final = 20_000


class AnswerError(ValueError):
    """A value that does not fit its question; the message completes "the answer ..."."""


def check_answers(
    data: Mapping[str, Any], form: Form, *, on: date
) -> tuple[Answers, list[Problem]]:
    """Return the answers without blanks, in form order, and everything that does not fit.

    ``on`` is the day of the form: no date may lie after it.
    """
    own = top_items(form)
    problems = [Problem.at(name, _unknown(name, form)) for name in data if name not in own]
    answers: Answers = {}
    for item in own.values():
        value = data.get(item.link_id)
        if is_blank(value):
            continue
        found = [*_item_problems(item, value, on)]
        problems += found
        cleaned = None if found else _clean(item, value)
        if not is_blank(cleaned):
            answers[item.link_id] = cleaned
    return answers, problems


def top_items(form: Form) -> Mapping[str, Item]:
    """Return the questions and rows of a form by link id, without those within rows."""
    return form.top


def row_columns(item: Item) -> dict[str, Item]:
    """Return what a row holds, by link id: an answer to the rows' own question comes first."""
    own = {item.link_id: item} if item.is_question else {}
    return own | {column.link_id: column for column in item.columns()}


def is_blank(value: object) -> bool:
    """Tell whether a value is no answer."""
    return value is None or value in ("", [])


def _unknown(name: str, form: Form) -> str:
    item = form.items.get(name)
    if item is None:
        return "there is no such question"
    rows = form.row_group(item)
    return f"belongs into the rows of {rows.link_id}" if rows else "is no question"


def _item_problems(item: Item, value: object, on: date) -> Iterator[Problem]:
    if item.is_rows:
        yield from _row_problems(item, value, on)
    elif item.repeats and not isinstance(value, list):
        yield Problem(escape(item.link_id), "a list of answers is needed")
    else:
        values = item.values(value)
        yield from (fault for element in values for fault in _value_problems(item, element, on))
        if item.repeats:
            yield from _list_problems(item, values)


def _value_problems(item: Item, value: object, on: date) -> Iterator[Problem]:
    try:
        check_value(item, value, on=on)
    except AnswerError as fault:
        yield Problem(escape(item.link_id), str(fault))


def _list_problems(item: Item, values: list[Any]) -> Iterator[Problem]:
    if item.max_occurs is not None and len(values) > item.max_occurs:
        yield Problem(escape(item.link_id), f"has more than {item.max_occurs} answers")
    if not item.options:
        return
    texts = [value for value in values if isinstance(value, str)]
    keys = [option.code if (option := item.option(text)) else text for text in texts]
    if len(set(keys)) != len(keys):
        yield Problem(escape(item.link_id), "holds an answer twice")
    for key in keys:
        option = item.option(key)
        if option is not None and option.exclusive and len(values) > 1:
            yield Problem(escape(item.link_id), f"{key!r} can not stand with other answers")


def _row_problems(item: Item, value: object, on: date) -> Iterator[Problem]:
    if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
        yield Problem(escape(item.link_id), "a list of rows is needed")
        return
    if item.max_occurs is not None and len(value) > item.max_occurs:
        yield Problem(escape(item.link_id), f"has more than {item.max_occurs} rows")
        return
    columns = row_columns(item)
    for number, row in enumerate(value, 1):
        for name, cell in row.items():
            head = f"{escape(item.link_id)}[{number}]"
            if name not in columns:
                column = Problem.at(name, "there is no such question")
                yield Problem(f"{head}.{column.place}", column.message)
            elif not is_blank(cell):
                # The answer to the rows' own question is one, not rows again.
                check = _value_problems if name == item.link_id else _item_problems
                yield from (
                    Problem(f"{head}.{problem.place}", problem.message)
                    for problem in check(columns[name], cell, on)
                )


def check_value(item: Item, value: object, *, on: date) -> None:
    """Check one answer. Raises AnswerError with the reason when it does not fit its question."""
    if item.options and item.type != "open-choice" and not isinstance(value, Mapping):
        if not isinstance(value, str) or item.option(value) is None:
            raise AnswerError(f"{_shown(value)} is none of the answers to choose from")
        return
    if isinstance(value, Mapping) and not _is_object(item, value):
        kind = "number" if item.type == "quantity" else "text"
        raise AnswerError(f"{_shown(value)} is no {kind}")
    [(element, given)] = answer_of(item, value).items()
    for code, message in value_faults(item, element, given, on=on, max_text=MAX_TEXT):
        if CODES[code].severity == "error":
            raise AnswerError(message)


def _is_object(item: Item, value: Mapping[str, Any]) -> bool:
    """Tell whether an answer may be an object: of a quantity, where no unit is fixed."""
    if item.type == "open-choice":
        return value.keys() <= {"system", "version", "code", "display"} and bool(value)
    return item.type != "quantity" or item.unit is None


def _clean(item: Item, value: Any) -> Any:
    if item.is_rows:
        columns = row_columns(item)
        rows = [
            {
                name: _clean_one(c, row[name]) if c is item else _clean(c, row[name])
                for name, c in columns.items()
                if not is_blank(row.get(name))
            }
            for row in value
        ]
        return [row for row in rows if row]
    if item.repeats:
        return [_clean_one(item, element) for element in value]
    return _clean_one(item, value)


def _clean_one(item: Item, value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if item.options and item.type != "open-choice":
        option = item.option(value)
        assert option is not None
        return option.code
    if item.type == "quantity" and item.unit is None:
        return {"value": value}
    return int(value) if item.type == "integer" else value


def _shown(value: object) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
