"""Whether a draft can be completed: what its person can still mend, and what nobody can here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from fhir.intake.places import place
from fhir.intake.response import build_response
from fhir.intake.validation import check_response
from fhir.intake.validation.items import name_of
from intake.asking import is_askable
from intake.drafts import make_record

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from fhir.intake.issue_codes import Issue
    from fhir.intake.items import Form, Item
    from intake.journey import Draft, Journey, Step
    from intake.storage.tables import Visit

_BY_ANSWERS: Final = frozenset({
    *("required-missing", "too-few", "too-many", "exclusive-option", "too-short", "too-long"),
    *("pattern", "below-minimum", "above-maximum", "in-the-future", "decimal-places"),
    *("bad-text", "no-number", "unit", "unknown-unit", "url"),
})  # fmt: skip
"""Codes of the validator for what another answer mends."""
_GROUP: Final = "Answer at least one question of this group."


@dataclass(frozen=True, slots=True)
class Hindrances:
    """Why a draft is not complete: by page and place what a person is told; or other errors."""

    faults: Mapping[str, dict[str, list[str]]] = field(default_factory=dict)
    others: tuple[Issue, ...] = ()


def hindrances(
    visit: Visit, draft: Draft, form: Form, journey: Journey, now: datetime
) -> Hindrances:
    """Validate the response that would be completed now."""
    record = make_record(visit, draft, now, status="completed")
    response = build_response(dict(draft.answers), form, record)
    faults: dict[str, dict[str, list[str]]] = {}
    others: list[Issue] = []
    for issue in check_response(response, form, now=now):
        if issue.severity != "error":
            continue
        found = _asked_at(issue, form, journey)
        if found is None:
            others.append(issue)
            continue
        step, item = found
        told = faults.setdefault(step.name, {}).setdefault(place(item), [])
        told.append(_sentence(issue, form))
    return Hindrances(faults, tuple(others))


def _asked_at(issue: Issue, form: Form, journey: Journey) -> tuple[Step, Item] | None:
    """Return where a page asks what an issue is about; None where no answer mends it."""
    item = form.items.get(issue.link_id or "")
    if item is None or issue.code not in _BY_ANSWERS or not any(map(is_askable, item.walk())):
        return None
    if issue.code == "too-few" and not item.repeats:
        return None  # the form asks for more answers than it takes
    around = form.path(item)
    outer = next((each for each in around if each.is_rows), item)
    below = [each for each in outer.walk() if is_askable(each)]
    for step in journey.steps:
        for question in step.questions:
            if question in below:
                return step, question
    return None


def _sentence(issue: Issue, form: Form) -> str:
    """Return what is wrong without the name of the question, which stands beside it."""
    item = form.items.get(issue.link_id or "")
    if item is not None and item.is_group and not item.is_rows:
        return _GROUP
    message = issue.message.removeprefix(f"{name_of(item)}: ") if item else issue.message
    return message[:1].upper() + message[1:]
