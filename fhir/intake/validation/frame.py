"""What surrounds the items of a response: status, time, subject, and which form it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from fhir.intake.comparison import compare
from fhir.intake.path.model import is_known_type, is_subtype
from fhir.intake.values.formats import shown
from fhir.intake.values.objects import reference_type

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhir.intake.items import Form

Json: TypeAlias = dict[str, Any]
Found: TypeAlias = "tuple[str, str, str]"
"""A code, a place, and a sentence without its full stop."""
STATUSES: Final = ("in-progress", "completed", "amended", "entered-in-error", "stopped")
_ROOT: Final = "QuestionnaireResponse"


def frame_faults(response: Json, form: Form | None) -> Iterator[Found]:
    """Yield what is wrong around the items; without a form what can be told without it."""
    status = response.get("status")
    if not isinstance(status, str) or status not in STATUSES:
        what = f"The status {shown(status)}" if status is not None else "No status is given, which"
        yield "status", f"{_ROOT}.status", f"{what} is none of {', '.join(STATUSES)}"
    yield from _canonical_faults(response, form)
    if form is None:
        return
    yield from _form_faults(response, form)
    yield from _subject_faults(response, form)


def _canonical_faults(response: Json, form: Form | None) -> Iterator[Found]:
    name, place = response.get("questionnaire"), f"{_ROOT}.questionnaire"
    if name is None or name == "":
        yield "no-questionnaire", _ROOT, "The response does not say which Questionnaire it answers"
        return
    if not isinstance(name, str):
        return
    if form is None:
        kind = _kind(name)
        if kind is not None and kind != "Questionnaire":
            yield "not-a-questionnaire", place, f"{shown(name)} is the address of a {kind}"
        if name.startswith("#"):
            yield (
                "contained-missing",
                place,
                f"The response contains no Questionnaire {shown(name)}",
            )
        yield "questionnaire-not-found", place, _not_found(name)
    elif form.url and not name.startswith("#") and not is_canonical_of(name, form):
        message = f"{shown(name)} is another form than {shown(form.canonical)}"
        yield "other-questionnaire", place, message


def _not_found(name: str) -> str:
    return f"The Questionnaire {shown(name)} is not at hand, so only the structure was checked"


def _kind(address: str) -> str | None:
    """Return the type of resource in an address that ends with it and an id."""
    parts = address.partition("|")[0].split("/")
    kind = parts[-2] if len(parts) > 2 and "://" in address else ""  # scheme, host
    return kind if kind and is_known_type(kind) and is_subtype(kind, "Resource") else None


def is_canonical_of(name: str, form: Form) -> bool:
    """Tell whether a canonical address names a form, with or without its version."""
    url, _, version = name.partition("#")[0].partition("|")
    return url == form.url and (not version or version == form.version)


def _form_faults(response: Json, form: Form) -> Iterator[Found]:
    if form.status == "retired":
        yield "retired-questionnaire", f"{_ROOT}.questionnaire", "The Questionnaire is retired"
    authored = response.get("authored")
    start, end = (("valueDateTime", moment) for moment in form.effective)
    given = ("valueDateTime", authored)
    if compare(given, start) == -1:
        message = f"The response of {shown(authored)} is older than the form, {shown(start[1])}"
        yield "outside-period", f"{_ROOT}.authored", message
    if compare(given, end) == 1:
        message = f"The response of {shown(authored)} is younger than the form, {shown(end[1])}"
        yield "outside-period", f"{_ROOT}.authored", message


def _subject_faults(response: Json, form: Form) -> Iterator[Found]:
    subject = response.get("subject")
    if not isinstance(subject, dict):
        if form.subject_types:
            yield "no-subject", _ROOT, "The response does not say whom it is about"
        return
    kind = reference_type(subject)
    if kind is not None and form.subject_types and kind not in form.subject_types:
        allowed = ", ".join(str(name) for name in form.subject_types)
        message = f"The subject is of type {shown(kind)}, but the form is about {allowed}"
        yield "subject-type", f"{_ROOT}.subject", message
