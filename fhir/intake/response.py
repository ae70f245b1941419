"""Answers to a QuestionnaireResponse. The JSON is the record that is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from fhir.intake import urls
from fhir.intake.answers import is_blank

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fhir.intake.answers import Answers
    from fhir.intake.items import Form, Item
    from fhir.intake.record import Record

Json: TypeAlias = dict[str, Any]
COMPLETED_BY: Final = "completed_by"
_VALUES: Final = {
    "boolean": "valueBoolean",
    "decimal": "valueDecimal",
    "integer": "valueInteger",
    "date": "valueDate",
    "dateTime": "valueDateTime",
    "time": "valueTime",
    "url": "valueUri",
}


def build_response(answers: Answers, form: Form, record: Record) -> Json:
    """Build the response: items in the Questionnaire's order, only what was answered."""
    resource: Json = {
        "resourceType": "QuestionnaireResponse",
        "meta": {"profile": [urls.SDC_RESPONSE]},
        "language": record.language or form.language,
        "identifier": record.identifier.to_json(),
        "questionnaire": form.canonical,
        "_questionnaire": {"extension": [{"url": urls.DISPLAY, "valueString": form.title}]},
        "status": record.status,
        "subject": subject(record),
        "authored": record.authored,
    }
    author, source = _people(answers, form, record)
    resource |= {k: v for k, v in (("author", author), ("source", source)) if v}
    items = [*_items(form.pages, answers)]
    if items:
        resource["item"] = items
    return resource


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


def _items(items: tuple[Item, ...], answers: Mapping[str, Any]) -> Iterator[Json]:
    for item in items:
        value = answers.get(item.link_id)
        if item.is_rows:
            for row in value if isinstance(value, list) else ():
                yield from _group(item, row)
        elif item.is_group:
            yield from _group(item, answers)
        elif item.is_question and not is_blank(value):
            values: list[Any] = value if item.repeats and isinstance(value, list) else [value]
            yield _element(item, {"answer": [_answer(item, element) for element in values]})


def _group(item: Item, answers: Mapping[str, Any]) -> Iterator[Json]:
    children = [*_items(item.children, answers)]
    if children:
        yield _element(item, {"item": children})


def _element(item: Item, content: Json) -> Json:
    return {"linkId": item.link_id, "text": item.text, **content}


def _answer(item: Item, value: Any) -> Json:
    if isinstance(value, dict):
        return {"valueCoding": value}
    option = item.option(value) if item.type == "choice" else None
    if option is not None:
        coding = {"system": option.system, "code": option.code, "display": option.display}
        return {"valueCoding": {k: v for k, v in coding.items() if v}}
    if item.type == "quantity":
        unit = item.unit
        measured = {"unit": unit.display, "system": unit.system, "code": unit.code} if unit else {}
        return {"valueQuantity": {"value": value, **measured}}
    return {_VALUES.get(item.type, "valueString"): value}
