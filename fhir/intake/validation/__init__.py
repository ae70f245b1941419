"""A QuestionnaireResponse against its Questionnaire: every rule of R4 and SDC that can be decided.

The response is only read. Any JSON value is safe to pass, however deep or wrong.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from fhir.intake.enabling import Enabling, form_expressions
from fhir.intake.issue_codes import Issue, severity
from fhir.intake.json_walk import MAX_DEPTH
from fhir.intake.occurrences import ROOT, TooLargeError, occurrences
from fhir.intake.validation.answers import judge
from fhir.intake.validation.elements import element_faults
from fhir.intake.validation.frame import frame_faults
from fhir.intake.validation.items import Case, item_faults, name_of
from fhir.intake.validation.ruled import ruled
from fhir.intake.validation.structure import link_ids, structure_faults
from fhir.intake.values.formats import date_time_fault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from fhir.intake.items import Form

Json: TypeAlias = dict[str, Any]
_VALUE: Final = re.compile(r".*\.answer\[[0-9]+\]\.value")


def check_response(response: Any, form: Form | None, *, now: datetime) -> tuple[Issue, ...]:
    """Return everything wrong with a response; no error among it means that it is valid.

    Without a form only the structure is checked. ``now`` is what ``today()`` means, and the day
    of a response that has no ``authored``.
    """
    if not isinstance(response, dict) or response.get("resourceType") != ROOT:
        return (Issue("error", "not-a-response", "", None, f"This is no {ROOT}."),)
    if _is_deep(response):
        message = f"The response is nested deeper than {MAX_DEPTH} levels."
        return (Issue("error", "too-deep", ROOT, None, message),)
    elements = [*element_faults(response)]
    status = response.get("status")
    found = [*_element_issues(elements, response, form)]
    for code, place, sentence in frame_faults(response, form):
        found.append(Issue(severity(code, status), code, place, None, f"{sentence}."))
    if form is None:
        found += structure_faults(response)
        return tuple(found)
    try:
        found += _item_issues(response, form, now, elements)
    except TooLargeError as error:
        found.append(Issue("error", "too-large", ROOT, None, f"The response {error}."))
    return tuple(found)


def _element_issues(
    elements: list[tuple[str, str, str]], response: Json, form: Form | None
) -> Iterator[Issue]:
    links = link_ids(response) if elements else {}
    for code, place, message in elements:
        end = place.rfind(".item[")
        head = place[: place.index("]", end) + 1] if end >= 0 else ""
        link_id = links.get(head)
        item = form.items.get(link_id) if form and link_id else None
        name = f"{name_of(item)}: " if item else ""
        subject = "" if code == "unknown-property" else f"{place.rpartition('.')[2]} "
        sentence = f"{name}{subject}{message}."
        yield Issue(severity(code, None), code, place, link_id, sentence)


def _item_issues(
    response: Json, form: Form, now: datetime, elements: list[tuple[str, str, str]]
) -> Iterator[Issue]:
    status = response.get("status")
    on = _day(response, now)
    top = occurrences(response, form)
    places = (_VALUE.match(place) for _, place, _ in elements)
    values = judge(top, frozenset(found[0] for found in places if found), on)
    judged = ruled(form, top, on) if form.is_ruled else None
    expressions = None if form.is_ruled else form_expressions(form, response, now=now)
    enabling = Enabling(form, top, expressions, ruled=judged)
    case = Case(form=form, top=top, enabling=enabling, value_faults=values)
    for code, place, item, message, stranger in item_faults(case):
        sentence = (
            f"{name_of(item)}: {message}." if item else f"{message[:1].upper()}{message[1:]}."
        )
        link_id = item.link_id if item else stranger
        yield Issue(severity(code, status), code, place, link_id, sentence)


def _day(response: Json, now: datetime) -> date:
    authored = response.get("authored")
    if not isinstance(authored, str) or len(authored) < len("2026-11-22"):
        return now.date()
    if date_time_fault(authored):
        return now.date()
    return type(now.date()).fromisoformat(authored[:10])


def _is_deep(response: Json) -> bool:
    level: list[Any] = [response]
    for _ in range(MAX_DEPTH):
        below = [each.values() if isinstance(each, dict) else each for each in level]
        level = [each for members in below for each in members if isinstance(each, dict | list)]
        if not level:
            return False
    return True
