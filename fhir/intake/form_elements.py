"""The elements of a Questionnaire, read with the types that R4 gives them."""

from __future__ import annotations

from math import isfinite
from typing import Any, Final, TypeAlias

from fhir.intake.json_walk import objects
from fhir.intake.values.formats import shown

Json: TypeAlias = dict[str, Any]
_INTEGERS: Final = range(-(2**31), 2**31)


class QuestionnaireError(ValueError):
    """A Questionnaire that can not be used as a form; the message completes "it ..."."""


def text_of(element: Json, key: str) -> str | None:
    """Return a text, None where there is none. Raises QuestionnaireError for anything else."""
    value = element.get(key)
    if value is None or isinstance(value, str):
        return value
    raise QuestionnaireError(f"has the {key} {shown(value)}, which is no text")


def needed_text(element: Json, key: str) -> str:
    """Return a text that must be there. Raises QuestionnaireError."""
    value = text_of(element, key)
    if value is None:
        raise QuestionnaireError(f"lacks a {key}")
    return value


def truth_of(element: Json, key: str) -> bool:
    """Return true or false, the latter where nothing is said. Raises QuestionnaireError."""
    value = element.get(key)
    if value is None or isinstance(value, bool):
        return value or False
    raise QuestionnaireError(f"has {key} {shown(value)}, which is neither true nor false")


def whole_of(element: Json, key: str) -> int | None:
    """Return an integer of R4, None where there is none. Raises QuestionnaireError."""
    value = element.get(key)
    if value is None or is_whole(value):
        return value
    raise QuestionnaireError(f"has {key} {shown(value)}, which is no whole number")


def objects_of(element: Json, key: str) -> list[Json]:
    """Return a list of objects, empty where there is none. Raises QuestionnaireError."""
    value = element.get(key)
    found = objects(value)
    if value is not None and (not isinstance(value, list) or len(found) != len(value)):
        raise QuestionnaireError(f"has {key} that is no list of objects")
    return found


def is_whole(value: object) -> bool:
    """Tell whether a value is an integer of R4."""
    return isinstance(value, int) and not isinstance(value, bool) and value in _INTEGERS


def is_finite(value: object) -> bool:
    """Tell whether a value is a number that can be reckoned with."""
    if isinstance(value, float):
        return isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)
