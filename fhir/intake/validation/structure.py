"""What can be told of the items of a response without its form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from fhir.intake.issue_codes import Issue
from fhir.intake.occurrences import ROOT
from fhir.intake.values.formats import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

Json: TypeAlias = dict[str, Any]


def item_rows(response: Json) -> Iterator[tuple[str, str | None, Json]]:
    """Yield every item with its place and the link id of the item around it."""
    stack: list[tuple[str, str | None, Json]] = [(ROOT, None, response)]
    while stack:
        place, around, holder = stack.pop()
        below: list[tuple[str, str | None, Json]] = []
        for where, row in _members(f"{place}.item", holder.get("item")):
            yield where, around, row
            name = row.get("linkId")
            own = name if isinstance(name, str) else None
            below.append((where, own, row))
            answers = _members(f"{where}.answer", row.get("answer"))
            below += [(at, own, answer) for at, answer in answers]
        stack.extend(reversed(below))


def _members(place: str, rows: object) -> Iterator[tuple[str, Json]]:
    for index, row in enumerate(rows if isinstance(rows, list) else ()):
        if isinstance(row, dict):
            yield f"{place}[{index}]", row


def link_ids(response: Json) -> dict[str, str]:
    """Return the link id of each item by its place."""
    return {
        place: row["linkId"]
        for place, _, row in item_rows(response)
        if isinstance(row.get("linkId"), str)
    }


def structure_faults(response: Json) -> Iterator[Issue]:
    """Yield the faults of items that hold for any form."""
    parents: dict[str, str | None] = {}
    for place, around, row in item_rows(response):
        name = row.get("linkId")
        if not isinstance(name, str) or not name:
            yield Issue("error", "no-link-id", place, None, "The item has no linkId.")
            continue
        if "answer" in row and "item" in row:
            sentence = f"{shown(name)} has items beside its answer, not in it (qrs-1)."
            yield Issue("error", "items-beside-answer", place, name, sentence)
        if parents.setdefault(name, around) != around:
            sentence = f"{shown(name)} stands below different items, as in no Questionnaire."
            yield Issue("warning", "same-link-id", place, name, sentence)
