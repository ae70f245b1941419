"""Answers to a QuestionnaireResponse. The JSON is the record that is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from fhir.intake import urls
from fhir.intake.answer_elements import answer_of
from fhir.intake.answers import is_blank

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from fhir.intake.answers import Answers
    from fhir.intake.items import Form, Item
    from fhir.intake.record import Record

Json: TypeAlias = dict[str, Any]
COMPLETED_BY: Final = "completed_by"


def build_response(answers: Answers, form: Form, record: Record) -> Json:
    """Build the response: items in the Questionnaire's order, only what was answered.

    It is about the patient; the patient is its source alone where the form is about other things.
    """
    resource: Json = {
        "resourceType": "QuestionnaireResponse",
        "meta": {"profile": [urls.SDC_RESPONSE]},
        "language": record.language or form.language,
        "identifier": record.identifier.to_json(),
        "questionnaire": form.canonical,
        **_display(form),
        "status": record.status,
        **({"subject": subject(record)} if form.is_about_patient else {}),
        "authored": record.authored,
    }
    author, source = _people(answers, form, record)
    if not form.is_about_patient:
        source = source or subject(record)
    resource |= {k: v for k, v in (("author", author), ("source", source)) if v}
    items = response_items(form.roots, answers)
    if items:
        resource["item"] = items
    return resource


def _display(form: Form) -> Json:
    if not form.title:
        return {}
    return {"_questionnaire": {"extension": [{"url": urls.DISPLAY, "valueString": form.title}]}}


def subject(record: Record) -> Json:
    """Return the logical reference to the patient."""
    reference: Json = {"type": "Patient", "identifier": record.patient.identifier.to_json()}
    if record.patient.name:
        reference["display"] = record.patient.name
    return reference


def _people(answers: Answers, form: Form, record: Record) -> tuple[Json | None, Json | None]:
    """Return author (who wrote it down) and source (who answered), from who filled in."""
    if record.author or record.source:
        return record.author, record.source
    by = answers.get(COMPLETED_BY)
    patient = subject(record)
    if by == "self":
        return patient, patient
    item = form.items.get(COMPLETED_BY)
    option = item.option(by) if item and isinstance(by, str) else None
    if option is None:
        return None, None
    kind = "Practitioner" if by == "staff" else "RelatedPerson"
    other = {"type": kind, "display": option.display}
    return other, patient if by in {"staff", "interpreter"} else other


def response_items(items: Sequence[Item], answers: Mapping[str, Any]) -> list[Json]:
    """Return the items of a response below one element: only what is answered, in form order."""
    return [*_items(items, answers)]


def _items(items: Sequence[Item], answers: Mapping[str, Any]) -> Iterator[Json]:
    for item in items:
        value = answers.get(item.link_id)
        if item.is_rows:
            yield from _rows(item, value if isinstance(value, list) else [])
        elif item.is_group:
            yield from _group(item, answers)
        elif item.is_question:
            yield from _question(item, value, answers)


def _rows(item: Item, rows: Sequence[Mapping[str, Any]]) -> Iterator[Json]:
    if item.is_group:
        for row in rows:
            yield from _group(item, row)
        return
    found = [_answer(item, row.get(item.link_id), _items(item.children, row)) for row in rows]
    given = [answer for answer in found if answer]
    if given:
        yield _element(item, {"answer": given})


def _group(item: Item, answers: Mapping[str, Any]) -> Iterator[Json]:
    children = [*_items(item.children, answers)]
    if children:
        yield _element(item, {"item": children})


def _question(item: Item, value: Any, answers: Mapping[str, Any]) -> Iterator[Json]:
    values = [] if is_blank(value) else item.values(value)
    given = [answer_of(item, each) for each in values]
    below = [*_items(item.children, answers)] if item.children else []
    if below:
        given = given or [{}]
        given[0]["item"] = below
    if given:
        yield _element(item, {"answer": given})


def _answer(item: Item, value: Any, below: Iterator[Json]) -> Json:
    answer = {} if is_blank(value) else answer_of(item, value)
    children = [*below]
    return answer | ({"item": children} if children else {})


def _element(item: Item, content: Json) -> Json:
    text = {"text": item.text} if item.text else {}
    return {"linkId": item.link_id, **text, **content}
