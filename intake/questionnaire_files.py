"""A file to a version of a form: JSON, R4, sound, and with a name by which it can be answered."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from uuid import NAMESPACE_URL, uuid5

import orjson

from fhir.intake import urls
from fhir.intake.json_walk import objects
from fhir.intake.lint import lint_questionnaire
from fhir.intake.loading import QuestionnaireError, load_form, standard_questionnaire
from fhir.intake.release import other_release
from fhir.intake.strict_json import JsonError, strict_loads
from fhir.intake.text_rules import text_fault
from fhir.intake.value_sets import Terminology, standard_terminology
from intake.files import read_bounded
from intake.processing import CONSENT, asks_consent
from intake.storage.questionnaires import NewVersion
from intake.storage.tables import CANONICAL_LENGTH

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from fhir.intake.items import Form

Json: TypeAlias = dict[str, Any]
_LISTS: Final = frozenset({"ValueSet", "CodeSystem"})
_VERSION_DIGITS: Final = 8
_LONGEST_TITLE: Final = 1_000


class FormError(ValueError):
    """A file that can not be added; ``reason`` is one sentence, and ends the message."""

    def __init__(self, reason: str, path: Path | None = None) -> None:
        self.reason = reason
        super().__init__(f"{path}: {reason}" if path else reason)


class OtherKindError(FormError):
    """A file that holds something else than an R4 Questionnaire."""


@dataclass(frozen=True, slots=True)
class ReadForm:
    """A version that can be added, and what the operator should know of it."""

    version: NewVersion
    notes: tuple[str, ...]


def read_form(path: Path, value_sets: Sequence[Path] = ()) -> ReadForm:
    """Read a Questionnaire, and the lists of answers that it needs. Raises FormError."""
    text, resource = _read(path)
    supporting = tuple(sorted(_lists(value_sets), key=_name_of))
    try:
        _check_kind(resource)
        sha256 = content_hash(resource, supporting)
        url, version, notes = _identity(resource, sha256)
        named = resource | {"url": url, "version": version}
        around = Terminology(supporting, standard_terminology())
        form = load_form(named, around, ruled=False)
        notes += [*_lint(named, around), *_notes(form)]
    except QuestionnaireError as error:
        raise FormError(str(error), path) from None
    except FormError as error:
        raise type(error)(error.reason, path) from None
    given = NewVersion(
        url=url,
        version=version,
        title=form.title or _last_part(resource.get("url")),
        text=text,
        sha256=sha256,
        supporting=supporting,
    )
    return ReadForm(given, tuple(notes))


def _last_part(url: str | None) -> str:
    """Return the end of an address, which is the name of what has no title."""
    return (url or "").rstrip("/").rpartition("/")[2]


def content_hash(resource: Json, supporting: Sequence[Json] = ()) -> str:
    """Return the SHA-256 of a Questionnaire as canonical JSON, with the lists that it needs.

    Canonical JSON is UTF-8 with sorted keys and without blanks.
    """
    content = [resource, *supporting] if supporting else resource
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _read(path: Path) -> tuple[str, Json]:
    try:
        content = read_bounded(path)
    except OSError as error:
        raise FormError(error.strerror or "can not be read", path) from None
    if content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        raise FormError("is XML; only JSON is read", path)
    try:
        data = strict_loads(content)
    except JsonError as error:
        raise FormError(str(error), path) from None
    if not isinstance(data, dict):
        raise OtherKindError("holds no JSON object", path)
    return content.decode("utf-8-sig"), data


def _lists(paths: Sequence[Path]) -> Iterator[Json]:
    """Yield the ValueSets and CodeSystems of files, each one or a Bundle of them."""
    for path in paths:
        _, data = _read(path)
        entries = [entry.get("resource") for entry in objects(data.get("entry"))]
        found = [row for row in objects([data, *entries]) if row.get("resourceType") in _LISTS]
        if not found:
            raise FormError("holds no ValueSet and no CodeSystem", path)
        yield from found


def _name_of(resource: Json) -> tuple[str, ...]:
    return tuple(str(resource.get(key)) for key in ("resourceType", "url", "version", "id"))


def _check_kind(resource: Json) -> None:
    kind = resource.get("resourceType")
    if kind != "Questionnaire":
        what = f"a {str(kind)[:40]}" if kind else "no FHIR resource"
        raise OtherKindError(f"is {what}, not a Questionnaire")
    reason = other_release(resource)
    if reason:
        raise OtherKindError(reason)


def _identity(resource: Json, sha256: str) -> tuple[str, str, list[str]]:
    """Return url and version, made of the content where there are none, and notes that say so."""
    notes = []
    url, version = resource.get("url"), resource.get("version")
    if url is None:
        url = f"urn:uuid:{uuid5(NAMESPACE_URL, f'{urls.BASE}/Questionnaire/{sha256}')}"
        notes.append(
            f"it has no url and is called {url}: with a url it could have further versions"
        )
    if version is None:
        version = sha256[:_VERSION_DIGITS]
        notes.append(f"it has no version and gets {version}, made of its content")
    for name, value in (("url", url), ("version", version)):
        _check_name(name, value)
    if len(f"{url}|{version}") > CANONICAL_LENGTH:
        raise FormError(f"url and version together are longer than {CANONICAL_LENGTH} characters")
    if url == standard_questionnaire()["url"]:
        raise FormError(f"{url} is the form that comes with the program")
    title = resource.get("title")
    fault = text_fault(title, _LONGEST_TITLE) if isinstance(title, str) else None
    if fault:
        raise FormError(f"title: {fault}")
    return url, version, notes


def _check_name(name: str, value: object) -> None:
    if not isinstance(value, str) or text_fault(value) or "|" in value or value.split() != [value]:
        raise FormError(f"{name}: must be a text without blanks and without |")


def _lint(resource: Json, around: Terminology) -> Iterator[str]:
    """Yield what an author should know, or refuse a form that has errors."""
    found = lint_questionnaire(resource, around)
    errors = [finding for finding in found if finding.severity == "error"]
    if errors:
        more = f" (and {len(errors) - 1} more errors)" if len(errors) > 1 else ""
        raise FormError(f"{errors[0].place}: {errors[0].message.rstrip('.')}{more}")
    yield from map(str, found)


def _notes(form: Form) -> Iterator[str]:
    if not any(item.is_question for item in form.items.values()):
        yield "warning: it asks nothing"
    if asks_consent(form) and form.items[CONSENT].option("all") is None:
        yield (
            f"warning: {CONSENT}: none of its answers has the code all, so that no Bundle is made"
        )
