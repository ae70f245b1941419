"""A draft to its row and back: what is stored is the QuestionnaireResponse in progress."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import orjson

from fhir.intake.answers import Answers, check_answers
from fhir.intake.enablement import Enablement
from fhir.intake.places import unescape
from fhir.intake.reading import read_items
from fhir.intake.record import RESPONSE_SYSTEM, Identifier, Patient, Record
from fhir.intake.response import build_response
from fhir.intake.settling import settle
from fhir.intake.strict_json import dump_json
from intake.asking import is_place_shown, root_of
from intake.journey import Draft
from intake.person import BIRTH_DATE, Person, birth_question
from intake.submission import own_person

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date, datetime

    from fhir.intake.items import Form
    from intake.storage.tables import Visit


def new_draft(form: Form, on: date) -> Draft:
    """Return a draft to begin with: nothing but the initial values of the form."""
    return Draft(answers=_settled(form, {}, on, ()) if _settles(form) else {})


def load_draft(visit: Visit, form: Form, on: date) -> Draft:
    """Read what is stored of a form under way.

    What no longer fits, because the form has changed since, is left out and asked again.
    """
    data = orjson.loads(visit.response) if visit.response else {}
    raw, unread = read_items(data, form)
    answers = raw
    if unread or data.get("questionnaire") != form.canonical:
        answers, _ = check_answers(raw, form, on=on)
    person = Person(**json.loads(visit.person)) if visit.person else None
    lost = raw.keys() - answers.keys()
    asked = frozenset(json.loads(visit.asked))
    asked = frozenset(name for name in asked if unescape(root_of(name)) not in lost)
    if _settles(form):
        answers = _settled(form, answers, on, asked)
    return Draft(answers=answers, asked=asked, person=person)


def store_draft(visit: Visit, draft: Draft, form: Form, now: datetime) -> None:
    """Write a draft into its row."""
    record = make_record(visit, draft, now, status="in-progress")
    visit.response = dump_json(build_response(dict(draft.answers), form, record)).decode()
    visit.person = json.dumps(draft.person.to_json()) if draft.person else None
    visit.asked = json.dumps(sorted(draft.asked))
    visit.updated_at = now


def make_record(
    visit: Visit, draft: Draft, now: datetime, *, status: str, record_system: str | None = None
) -> Record:
    """Return the frame of the response: its identifier is the visit's.

    With a system of record numbers the patient is who the record number says. A draft that lacks
    what no page can ask stays in progress: completed, its response would not be valid.
    """
    if draft.lacks and status == "completed":
        status = "in-progress"
    own = Identifier(system=RESPONSE_SYSTEM, value=visit.id)
    person = draft.person
    identifier = own_person(own)
    if record_system and person and person.record_number:
        identifier = Identifier(system=record_system, value=person.record_number)
    return Record(
        identifier=own,
        patient=Patient(identifier=identifier, name=person.name if person else None),
        authored=now.isoformat(timespec="seconds"),
        status=status,
    )


def with_answers(
    draft: Draft, form: Form, on: date, *, asked: Collection[str], values: Mapping[str, Any]
) -> Draft:
    """Return the draft after a page: its answers replace those of the questions it asked.

    ``asked`` are the places of the page; ``values`` are by link id. Answers to questions that are
    not shown any more are dropped, and asked again if they are.
    """
    places = frozenset(asked)
    roots = {name for name in places if "[" not in name}
    names = {unescape(name) for name in roots}
    merged = {k: v for k, v in draft.answers.items() if k not in names} | {
        name: value for name, value in values.items() if name in names
    }
    answers, _ = check_answers(merged, form, on=on)
    known = {name for name in draft.asked if root_of(name) not in roots} | places
    if form.is_ruled:
        enablement = Enablement(form, answers, on)
        kept, _ = enablement.keep()
    else:
        kept = _settled(form, answers, on, known)
        enablement = Enablement(form, kept, on)
    shown = frozenset(name for name in known if is_place_shown(form, enablement, name))
    return Draft(answers=kept, asked=shown, person=draft.person)


def _settles(form: Form) -> bool:
    """Tell whether answers change by themselves: by initial and calculated values."""
    return not form.is_ruled and form.has_own_values


def _settled(form: Form, answers: Mapping[str, Any], on: date, asked: Collection[str]) -> Answers:
    """Bring answers into order; rows of which nothing is enabled any more are none."""
    return _without_empty_rows(settle(form, answers, on, asked=asked))


def _without_empty_rows(answers: Mapping[str, Any]) -> Answers:
    found: Answers = {}
    for name, value in answers.items():
        if isinstance(value, list) and any(isinstance(each, dict) for each in value):
            rows = [_without_empty_rows(e) if isinstance(e, dict) else e for e in value]
            found[name] = [each for each in rows if each != {}]
        else:
            found[name] = value
    return {name: value for name, value in found.items() if value != []}


def with_person(draft: Draft, form: Form, on: date, person: Person) -> Draft:
    """Return the draft with whom it is about; the date of birth becomes an answer if it is one."""
    known = Draft(answers=draft.answers, asked=draft.asked, person=person)
    if birth_question(form) is None:
        return known
    values = {BIRTH_DATE: person.birth_date}
    return with_answers(known, form, on, asked=[BIRTH_DATE], values=values)
