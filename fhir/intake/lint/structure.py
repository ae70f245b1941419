"""Findings about a Questionnaire as a resource: what R4 does not allow, by our rules and models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from fhir.intake.conformance import model_problems
from fhir.intake.resource_rules import check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhir.intake.problems import Problem

Json: TypeAlias = dict[str, Any]
Row: TypeAlias = "tuple[str, str, str]"
MAX_ELEMENTS: Final = 30_000
"""So many are checked one by one, several times those of the largest public forms."""
_CUTS: Final = (500, 50, 5, 1)
_OURS: Final = {
    "a resource of ours carries no narrative": None,
    "a coding needs a system and a code": "house-style",
    "can not name a program's class (que-0)": "house-style",
    "a choice item needs answers to choose from": None,
    "a open-choice item needs answers to choose from": None,
    "is no absolute URI": "house-style",
    "is empty": "empty",
}
"""What our own resources must keep to and others need not: left out, or noted."""


def shortened(resource: Json) -> Json | None:
    """Return a resource of bounded size: of long lists, but not of items, only the beginning.

    None if it has too many elements even so. A resource that is not large comes back itself.
    """
    if _count(resource) <= MAX_ELEMENTS:
        return resource
    for most in _CUTS:
        short: Json = _cut(resource, most)
        if _count(short) <= MAX_ELEMENTS:
            return short
    return None


def structure_findings(resource: Json) -> Iterator[Row]:
    """Yield code, place and sentence of what is not as R4 has it."""
    # Our own rules know the elements of what we write; the models know all.
    for problem in check({key: row for key, row in resource.items() if key != "contained"}):
        code = _code_of(problem)
        if code:
            yield code, problem.place or "Questionnaire", _sentence(problem.message)
    for problem in model_problems(resource):
        # The models know no extensions of values in an extension, such as _valueString.
        if "._value" not in problem.place:
            yield "not-r4", problem.place, _sentence(problem.message)


def _code_of(problem: Problem) -> str | None:
    quoted, _, rest = problem.message.rpartition("' ")
    if rest == "is no absolute URI" and " " in quoted:
        return "not-r4"
    for ending, code in _OURS.items():
        if problem.message.endswith(ending):
            return code
    # lint_conditions says the same with more reason.
    return None if problem.message.startswith("enableWhen ") else "not-r4"


def _sentence(message: str) -> str:
    return f"{message[:1].upper()}{message[1:]}" + ("" if message.endswith(".") else ".")


def _count(value: Any) -> int:  # any JSON value
    count, stack = 0, [value]
    while stack:
        each = stack.pop()
        count += 1
        if isinstance(each, dict | list):
            members = each.values() if isinstance(each, dict) else each
            stack += [member for member in members if isinstance(member, dict | list)]
            count += len(each)
    return count


def _cut(value: Any, most: int, key: str = "") -> Any:  # any JSON value
    if isinstance(value, dict):
        return {name: _cut(member, most, name) for name, member in value.items()}
    if isinstance(value, list):
        return [_cut(member, most) for member in (value if key == "item" else value[:most])]
    return value
