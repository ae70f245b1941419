"""A file to a submission: a response, flat answers, or a case, made into checked answers."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from uuid import NAMESPACE_URL, UUID, uuid5

from fhir.intake.answers import MAX_TEXT, Answers, check_answers
from fhir.intake.enablement import Enablement
from fhir.intake.problems import Problem
from fhir.intake.reading import STATUSES, read_items
from fhir.intake.record import (
    PERSON_SYSTEM,
    RESPONSE_SYSTEM,
    Identifier,
    Patient,
    Record,
    is_datetime,
)
from fhir.intake.strict_json import JsonError, strict_loads
from fhir.intake.text_rules import text_fault
from fhir.intake.validation import check_response
from intake.files import read_bounded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from fhir.intake.items import Form

Json: TypeAlias = dict[str, Any]
_KEPT: Final = {
    *("resourceType", "meta", "language", "identifier", "questionnaire", "_questionnaire"),
    *("status", "subject", "authored", "author", "source", "item", "text"),
}
"""Elements of a response that are read, or written anew."""
_MENDED: Final = frozenset({"not-enabled", "required-missing", "too-few"})
"""What the validator finds and does not keep a response from being processed."""
NAMESPACE: Final[UUID] = uuid5(NAMESPACE_URL, RESPONSE_SYSTEM)


class InputError(ValueError):
    """An input that can not be processed; ``problems`` are its faults, with their places."""

    def __init__(self, name: str, problems: Sequence[Problem | str]) -> None:
        self.name = name
        self.problems = tuple(str(problem) for problem in problems)
        more = f" (and {len(self.problems) - 1} more)" if len(self.problems) > 1 else ""
        super().__init__(f"{name}: {self.problems[0]}{more}")


class UnreadableError(InputError):
    """A file that can not be read, or not as JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """Checked answers of shown questions, with their frame.

    ``dropped`` are answers to questions that are not shown, ``missing`` the shown required
    questions without an answer, ``ignored`` elements of a response that are not kept.
    ``birth_date`` is known beside the answers, of a form that does not ask for it.
    """

    answers: Answers
    record: Record
    dropped: tuple[str, ...]
    missing: tuple[str, ...]
    ignored: tuple[str, ...] = ()
    birth_date: str | None = None

    def notes(self) -> list[str]:
        """Say what a reader of the result should know about the input."""
        notes = []
        if self.dropped:
            names = ", ".join(self.dropped)
            notes.append(f"dropped answers to questions that are not shown: {names}")
        if self.missing:
            names = ", ".join(self.missing)
            notes.append(f"warning: required questions are not answered: {names}")
        if self.ignored:
            notes.append(f"not kept from the response: {', '.join(self.ignored)}")
        return notes


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What the caller knows and a file may not say: the time, and who the patient is."""

    now: datetime
    on: date | None = None
    patient: Identifier | None = None
    patient_name: str | None = None


def read_submission(path: Path, form: Form, frame: Frame) -> Submission:
    """Read a file. Raises InputError that names the file, the place and what is wrong."""
    try:
        content = read_bounded(path)
    except OSError as error:
        raise UnreadableError(str(path), [error.strerror or "can not be read"]) from None
    return parse_submission(content, name=str(path), stem=path.stem, form=form, frame=frame)


def parse_submission(
    content: bytes, *, name: str, stem: str, form: Form, frame: Frame
) -> Submission:
    """Read the bytes of a file; ``stem`` and the bytes give a submission without id its own."""
    try:
        data = strict_loads(content)
    except JsonError as error:
        raise UnreadableError(name, [str(error)]) from None
    if not isinstance(data, dict):
        raise InputError(name, ["holds no JSON object"])
    digest = hashlib.sha256(os.fsencode(stem) + b"\n" + content).hexdigest()
    own = Identifier(system=RESPONSE_SYSTEM, value=str(uuid5(NAMESPACE, digest)))
    try:
        if "resourceType" in data:
            return _from_response(data, own, form, frame)
        return _from_answers(data, own, form, frame)
    except InputError as error:
        raise InputError(name, error.problems) from None


def _from_answers(data: Json, own: Identifier, form: Form, frame: Frame) -> Submission:
    """Read a flat object of answers, or a whole case with its answers."""
    if isinstance(data.get("vignettes"), list):
        count = len(data["vignettes"])
        raise InputError("", [f"holds {count} cases; give one case in each file"])
    day = frame.on
    if isinstance(data.get("answers"), dict):
        beside = [name for name in data if name in form.items]
        if beside:
            raise InputError("", [Problem(beside[0], "stands beside the answers, not in them")])
        day = day or _form_date(data)
        data = data["answers"]
    on = day or frame.now.date()
    authored = f"{on}T00:00:00Z" if day else frame.now.isoformat(timespec="seconds")
    record = Record(identifier=own, patient=_patient(own, frame, {}), authored=authored)
    return _submission(data, record, form, may_complete=True)


def _form_date(data: Json) -> date | None:
    meta = data.get("meta")
    text = meta.get("form_date") if isinstance(meta, dict) else None
    try:
        return date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        raise InputError("", [f"meta.form_date: {text!r:.40} is no date"]) from None


def _from_response(data: Json, own: Identifier, form: Form, frame: Frame) -> Submission:
    problems = [*_frame_faults(data, form)]
    if problems:
        raise InputError("", problems)
    given = data.get("identifier") or {}
    own = Identifier(system=given["system"], value=given["value"]) if given else own
    record = Record(
        identifier=own,
        patient=_patient(own, frame, data.get("subject") or data.get("source") or {}),
        authored=data.get("authored") or frame.now.isoformat(timespec="seconds"),
        status=data["status"],
        language=data.get("language"),
        author=None if frame.patient else data.get("author"),
        source=None if frame.patient else data.get("source"),
        on=frame.on,
    )
    _check(data, form, frame.now)
    answers, faults = read_items(data, form)
    if faults:
        raise InputError("", faults)
    found = _submission(answers, record, form, may_complete=record.status == "completed")
    return replace(found, ignored=tuple(_ignored(data)))


def _check(data: Json, form: Form, now: datetime) -> None:
    """Judge a response. Raises InputError for what is wrong with it, but for what is mended here.

    Answers to questions that are not shown are dropped, and with a required one missing the
    response is in progress.
    """
    errors = [
        Problem(issue.place, issue.message)
        for issue in check_response(data, form, now=now)
        if issue.severity == "error" and issue.code not in _MENDED
    ]
    if errors:
        raise InputError("", errors)


def _ignored(data: Json) -> Iterator[str]:
    yield from (name[:60] for name in data if name not in _KEPT and name.isprintable())
    subject = data.get("subject") or {}
    yield from (f"subject.{name}" for name in ("reference",) if name in subject)


def _frame_faults(data: Json, form: Form) -> list[str]:
    kind = data["resourceType"]
    if kind != "QuestionnaireResponse":
        return [f"is a {str(kind)[:40]}, not a QuestionnaireResponse"]
    faults = []
    if data.get("questionnaire") not in (form.canonical, form.url):
        faults.append(f"questionnaire: answers another form than {form.canonical}")
    if data.get("status") not in STATUSES:
        faults.append(f"status: must be one of {', '.join(STATUSES)}")
    if data.get("status") == "entered-in-error":
        faults.append("status: is marked as entered in error")
    if data.get("authored") is not None and not is_datetime(data["authored"]):
        faults.append("authored: is no date and time with a time zone")
    if not isinstance(data.get("language", "en"), str) or data.get("language") == "":
        faults.append("language: is no language code")
    faults += _reference_faults(data)
    return faults


def _reference_faults(data: Json) -> list[str]:
    faults = []
    given = data.get("identifier", {})
    if given and not _is_identifier(given):
        faults.append("identifier: needs a system and a value")
    for name in ("subject", "author", "source"):
        reference = data.get(name, {})
        if not isinstance(reference, dict) or not _is_texts(reference, ("reference", "display")):
            faults.append(f"{name}: is no reference")
        elif "identifier" in reference and not _is_identifier(reference["identifier"]):
            faults.append(f"{name}.identifier: needs a system and a value")
    return faults


def _is_identifier(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    return all(_is_text(value.get(name)) for name in ("system", "value"))


def _is_texts(value: Json, names: tuple[str, ...]) -> bool:
    return all(_is_text(value.get(name, "x")) for name in names)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and text_fault(value, MAX_TEXT) is None


def own_person(response: Identifier) -> Identifier:
    """Return the identifier of our own record of a person, made of the response's."""
    digest = hashlib.sha256(f"{response.system}|{response.value}".encode()).hexdigest()
    return Identifier(system=PERSON_SYSTEM, value=digest[:32])


def _patient(own: Identifier, frame: Frame, subject: Json) -> Patient:
    """Return whom the answers are about: as told, as the response says, else our own record."""
    given = subject.get("identifier")
    identifier = own_person(own)
    if isinstance(given, dict) and _is_identifier(given):
        identifier = Identifier(system=given["system"], value=given["value"])
    return Patient(
        identifier=frame.patient or identifier,
        name=frame.patient_name or subject.get("display"),
    )


def _submission(data: Json, record: Record, form: Form, *, may_complete: bool) -> Submission:
    answers, problems = check_answers(data, form, on=record.day)
    if problems:
        raise InputError("", problems)
    enablement = Enablement(form, answers, record.day)
    kept, dropped = enablement.keep()
    missing = enablement.missing()
    if missing and record.status in {"completed", "amended"}:
        record = replace(record, status="in-progress")
    elif may_complete and not missing:
        record = replace(record, status="completed")
    return Submission(answers=kept, record=record, dropped=dropped, missing=missing)
