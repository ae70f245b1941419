"""A draft to its row and back: what is stored is the QuestionnaireResponse in progress."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import orjson

from fhir.intake.answers import check_answers
from fhir.intake.enablement import Enablement
from fhir.intake.reading import read_items
from fhir.intake.record import RESPONSE_SYSTEM, Identifier, Patient, Record
from fhir.intake.response import build_response
from fhir.intake.strict_json import dump_json
from intake.journey import Draft
from intake.person import BIRTH_DATE, Person
from intake.submission import own_person

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date, datetime

    from fhir.intake.items import Form
    from intake.storage.tables import Visit


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
    asked = frozenset(json.loads(visit.asked)) - (raw.keys() - answers.keys())
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

    With a system of record numbers the patient is who the record number says.
    """
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

    Answers to questions that are not shown any more are dropped, and asked again if they are.
    """
    merged = {k: v for k, v in draft.answers.items() if k not in asked} | {
        name: value for name, value in values.items() if name in asked
    }
    answers, _ = check_answers(merged, form, on=on)
    enablement = Enablement(form, answers, on)
    kept, _ = enablement.keep()
    shown = {item.link_id for item in enablement.questions()}
    return Draft(answers=kept, asked=(draft.asked | set(asked)) & shown, person=draft.person)


def with_person(draft: Draft, form: Form, on: date, person: Person) -> Draft:
    """Return the draft with whom it is about; the date of birth becomes an answer."""
    known = Draft(answers=draft.answers, asked=draft.asked, person=person)
    if BIRTH_DATE not in form.items:
        return known
    values = {BIRTH_DATE: person.birth_date}
    return with_answers(known, form, on, asked=[BIRTH_DATE], values=values)
