"""A response, its findings, proposals, document and origin as one FHIR R4 transaction.

Names: every ``fullUrl`` and every identifier of ours is a UUID made of the response's identifier
and the role of the resource. What is new is created unless it exists (``ifNoneExist``), so the
same transaction can be sent twice.

Updates: a response that is amended or not finished, or that comes with the Bundle sent for its
earlier version, updates what was sent (``PUT`` by identifier). The Questionnaire and the Patient
are never overwritten. The document is a new one, named by the time of the form too, that replaces
the earlier; so is the Provenance, without replacing. Findings and proposals that hold no more are
withdrawn if the earlier Bundle is given; else they stay as they are, outside the new group.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from fhir.intake.amending import check_previous, withdrawn
from fhir.intake.documents import document, document_role
from fhir.intake.export import GROUP, PATIENT, QUESTIONNAIRE, RESPONSE, TASK, Export
from fhir.intake.observations import observations
from fhir.intake.patient_resources import patient, sent_response
from fhir.intake.provenance import provenance, provenance_role
from fhir.intake.requests import request_group, service_requests
from fhir.intake.task import task

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fhir.intake.answers import Answers
    from fhir.intake.export import Json
    from fhir.intake.items import Form
    from fhir.intake.record import Record
    from referral import Assessment
    from referral.records import Source

_CREATED_ONCE: Final = {"Questionnaire", "Patient", "DocumentReference"}
"""What is never overwritten: a form, a person's record, a document that was filed."""


def build_bundle(  # noqa: PLR0913  # by keyword only: the parts of one export
    *,
    answers: Answers,
    form: Form,
    record: Record,
    response: Json,
    questionnaire: Json,
    assessment: Assessment | None,
    pdf: bytes | None,
    product_version: str,
    sources: Iterable[Source] = (),
    previous: Json | None = None,
    birth_date: str | None = None,
) -> Json:
    """Build the transaction that takes a response into a record; same input, same bytes.

    ``answers`` are those of shown questions, ``response`` is built of them with ``record``. With
    the rule pack's ``sources`` the reasons cite them, else they give their ids. ``previous`` is
    the Bundle sent for an earlier version of the response. A form that is not finished gives no
    Observations; proposals are drafts, with a priority by ``requests.priority``. Of a form without
    rules, whose ``assessment`` is None, there is nothing but the document. ``birth_date`` is the
    patient's where the form does not ask for it.

    The patient's consent is not checked: call this only if it is ``all``, or not asked for. Raises
    ValueError for a response that was entered in error and for the Bundle of another response.
    """
    if record.status == "entered-in-error":
        raise ValueError("a response that was entered in error is not exported")
    export = Export(
        answers=answers,
        form=form,
        record=record,
        response=response,
        assessed=assessment,
        product_version=product_version,
        sources={source.id: source for source in sources},
        previous=previous,
    )
    check_previous(export)
    supplied = _supplied(export, questionnaire, birth_date)
    derived = _derived(export, pdf)
    derived |= withdrawn(export, supplied | derived)
    resources = supplied | derived
    if derived:
        resources[export.full_url(provenance_role(export))] = provenance(export, derived)
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {"fullUrl": url, "resource": resource, "request": _request(resource, export)}
            for url, resource in resources.items()
        ],
    }


def _supplied(export: Export, questionnaire: Json, birth_date: str | None) -> dict[str, Json]:
    form = deepcopy(questionnaire)
    form.pop("id", None)
    person = patient(export)
    if birth_date:
        person["birthDate"] = birth_date
    return {
        export.full_url(QUESTIONNAIRE): form,
        export.full_url(PATIENT): person,
        export.full_url(RESPONSE): sent_response(export),
    }


def _derived(export: Export, pdf: bytes | None) -> dict[str, Json]:
    roles: dict[str, Json] = {}
    if export.assessed is not None:
        roles |= observations(export)
        roles |= service_requests(export, roles.keys())
        roles |= {GROUP: request_group(export), TASK: task(export)}
    if pdf:
        roles[document_role(export)] = document(export, pdf)
    return {export.full_url(role): resource for role, resource in roles.items()}


def _request(resource: Json, export: Export) -> Json:
    kind = resource["resourceType"]
    if kind == "Provenance":
        return {"method": "PUT", "url": f"Provenance/{resource['id']}"}
    query = _query(resource)
    if export.is_update and kind not in _CREATED_ONCE:
        return {"method": "PUT", "url": f"{kind}?{query}"}
    return {"method": "POST", "url": kind, "ifNoneExist": query}


def _query(resource: Json) -> str:
    """Return the search that finds the resource; separators of its values are escaped."""
    if resource["resourceType"] == "Questionnaire":
        parts = [
            f"{name}={_escape(resource[name])}" for name in ("url", "version") if name in resource
        ]
        return "&".join(parts)
    identifier = resource["identifier"]
    own = identifier[0] if isinstance(identifier, list) else identifier
    return f"identifier={_escape(own['system'])}|{_escape(own['value'])}"


def _escape(value: str) -> str:
    """Escape a search value twice: FHIR's own separators, then what a query can not hold."""
    for separator in "\\|,$":
        value = value.replace(separator, "\\" + separator)
    return quote(value, safe=":/")
