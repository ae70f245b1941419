"""What the form says to the person who fills it in: the one place of its wording."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from intake.pdf.dates import day_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from fhir.intake.answer_options import Option, Unit
    from fhir.intake.items import Item

LANGUAGE: Final = "en"
TEXTS: Final[Mapping[str, str]] = {
    "optional_mark": "(you can skip this)",
    "multi_hint": "Select all that apply.",
    "select_list": "Select from the list",
    "yes": "Yes",
    "no": "No",
    "or": "or",
    "add_another_medicine": "Add another medicine",
    "remove_medicine": "Remove this medicine",
    "medicine_n": "Medicine {n}",
    "medicine_max": "You can list {max} medicines. Tell your care team about the others.",
    "medicine_search_hint": (
        "Type the name, then select it from the list. You can also use your own words."
    ),
    "date.day": "Day",
    "date.month": "Month",
    "date.year": "Year",
    "date.hint": "For example, 27 3 1980 (day, month, year)",
    "unit.weeks": "weeks",
    "unit.months": "months",
    "unit.hours": "hours",
    "unit.drinks/day": "drinks a day",
    "unit.drinks/week": "drinks a week",
    "unit.mg/day": "mg a day",
    "unit.per day": "a day",
    "unit.score": "out of 10",
    "error.required_choice": "Select an answer",
    "error.required_multi": (
        "Select at least one answer. If none is true, select “None of these”."
    ),
    "error.required_multi_nonone": "Select at least one answer",
    "error.required_number": "Enter a number",
    "error.required_text": "Enter an answer",
    "error.required_date": "Enter a date",
    "error.required_dob": "Enter your date of birth",
    "error.required_medicine_name": "Enter the name of the medicine, or remove it",
    "error.emergency_required": "Check this list before you go on",
    "error.not_number": "Enter a number, such as 3",
    "error.not_whole": "Enter a whole number, such as 3",
    "error.decimal": "Use a number such as 3 or 3.5",
    "error.range": "Enter a number from {min} to {max}",
    "error.range_unit": "Enter a number from {min} to {max} {unit}",
    "error.too_small": "The number must be {min} or more",
    "error.too_big": "The number must be {max} or less",
    "error.date_missing_day": "Enter the day",
    "error.date_missing_month": "Enter the month",
    "error.date_missing_year": "Enter the year with 4 digits, such as 1980",
    "error.date_incomplete": "The date needs a day, a month and a year",
    "error.date_invalid": "This date does not exist. Check the day and the month.",
    "error.date_future": "The date must be today or in the past",
    "error.date_too_early": "The date must be {min} or later",
    "error.too_long": "Use {max} characters or fewer",
    "error.invalid_characters": "Use only letters, numbers and simple signs such as . , -",
    "error.none_alone": "Select “{none}” alone, or remove it",
    "error.option_unknown": "Select an answer from the list",
    "error.too_many_rows": "You can add {max} rows at most",
}
ONE_ANSWER: Final = "Give one answer to this question"
ONE_ROW: Final = "Fill in at least one entry"
_TOO_LATE: Final = "The date must be {max} or earlier"
_REQUIRED: Final[Mapping[str, str]] = {
    "emergency_signs": TEXTS["error.emergency_required"],
    "date_of_birth": TEXTS["error.required_dob"],
    "med_name": TEXTS["error.required_medicine_name"],
    "person_name": "Enter your full name",
}
"""What a blank answer to one question is told, by link id."""
_SCORE: Final = "{score}"


class FieldError(ValueError):
    """An answer that can not be taken; the message tells the person what to do."""


class RowTexts(NamedTuple):
    """The words around the rows of a repeating group."""

    title: str
    add: str
    remove: str
    full: str


_ROWS: Final[Mapping[str, RowTexts]] = {
    "medication": RowTexts(
        title=TEXTS["medicine_n"],
        add=TEXTS["add_another_medicine"],
        remove=TEXTS["remove_medicine"],
        full=TEXTS["medicine_max"],
    )
}
_ANY_ROWS: Final = RowTexts("Entry {n}", "Add another", "Remove", TEXTS["error.too_many_rows"])
_ANY_ANSWERS: Final = _ANY_ROWS._replace(title="Answer {n}", add="Add another answer")


def text(key: str, **values: object) -> str:
    """Return a text with its places filled. Raises KeyError when there is none of that key."""
    return TEXTS[key].format(**values)


def row_texts(item: Item) -> RowTexts:
    """Return the words around the rows of a group, or around several answers."""
    return _ROWS.get(item.link_id, _ANY_ROWS if item.is_group else _ANY_ANSWERS)


def has_row_texts(item: Item) -> bool:
    """Tell whether there are words for the rows of this group alone."""
    return item.link_id in _ROWS


def required(item: Item) -> str:
    """Return what a blank answer to a required question is told."""
    own = _REQUIRED.get(item.link_id)
    if own is not None:
        return own
    if item.is_group:
        return ONE_ROW
    if item.options and item.repeats and item.type != "open-choice":
        nothing = item.option("none")
        alone = nothing is not None and nothing.exclusive and "None of these" in nothing.display
        return TEXTS["error.required_multi" if alone else "error.required_multi_nonone"]
    if item.type in {"choice", "boolean"} or (item.options and item.type != "open-choice"):
        return TEXTS["error.required_choice"]
    if item.type in {"integer", "decimal", "quantity"}:
        return TEXTS["error.required_number"]
    is_day = item.type in {"date", "dateTime"}
    return TEXTS["error.required_date" if is_day else "error.required_text"]


def unit_words(unit: Unit) -> str:
    """Return a unit as people say it."""
    return TEXTS.get(f"unit.{unit.display}", unit.display)


def number_words(number: float) -> str:
    """Return a number with all its digits, without an exponent or a needless ``.0``."""
    digits = format(Decimal(repr(number)), "f")
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def out_of_range(item: Item) -> str:
    """Return the numbers that a question takes."""
    low, high = _bounds(item)
    if low is None and high is None:
        return TEXTS["error.not_number"]
    if low is None:
        return text("error.too_big", max=high)
    if high is None:
        return text("error.too_small", min=low)
    if item.unit is None or item.unit.code == _SCORE:
        return text("error.range", min=low, max=high)
    return text("error.range_unit", min=low, max=high, unit=unit_words(item.unit))


def has_other_limits(item: Item) -> bool:
    """Tell whether a number is typed in one unit and its limits are in another."""
    limits = (item.min_quantity, item.max_quantity)
    unit = item.unit
    return unit is not None and any(limit and limit.get("code") != unit.code for limit in limits)


def _bounds(item: Item) -> tuple[str | None, str | None]:
    if has_other_limits(item):
        return None, None
    low, high = (
        number_words(bound) if isinstance(bound, int | float) else None
        for bound in (item.min_value, item.max_value)
    )
    return low, high


def date_out_of_range(item: Item, iso: str, on: date) -> str:
    """Return the dates that a question takes, for one that it does not; ``on`` is today.

    It is "" where a bound is not what is wrong.
    """
    low, high = item.min_value, item.max_value
    if isinstance(low, str) and iso < low:
        return text("error.date_too_early", min=day_words(low))
    if high == "today" and iso > on.isoformat():
        return TEXTS["error.date_future"]
    return _TOO_LATE.format(max=day_words(high)) if isinstance(high, str) else ""


def alone(option: Option) -> str:
    """Return what is told when an answer that stands alone was selected with others."""
    return text("error.none_alone", none=option.text(LANGUAGE))
