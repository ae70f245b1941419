"""Every kind of issue that the validator finds: the one table of codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Severity: TypeAlias = Literal["error", "warning", "information"]
FINISHED: Final = frozenset({"completed", "amended"})
"""The statuses in which nothing required may be missing."""


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of issue. ``unfinished`` is its severity while a response is not completed.

    ``type`` is the code of R4's value set issue-type, ``meaning`` a sentence for the reader of
    the documentation.
    """

    severity: Severity
    type: str
    meaning: str
    unfinished: Severity | None = None


def _error(kind: str, meaning: str) -> Code:
    return Code("error", kind, meaning)


def _warning(kind: str, meaning: str) -> Code:
    return Code("warning", kind, meaning)


def _note(kind: str, meaning: str) -> Code:
    return Code("information", kind, meaning)


def _missing(kind: str, meaning: str) -> Code:
    return Code("error", kind, meaning, "warning")


_RESOURCE: Final[Mapping[str, Code]] = {
    "answer": _error(
        "invalid", "An answer does not fit its question, in a file of answers that is no response."
    ),
    "not-a-response": _error("structure", "The JSON is no QuestionnaireResponse."),
    "too-deep": _error("too-long", "Elements are nested deeper than 100 levels."),
    "too-large": _error(
        "too-costly", "More than 100,000 rows times questions; not all was checked."
    ),
    "unknown-property": _error("structure", "R4 has no such property here."),
    "wrong-json": _error("structure", "R4 wants another JSON type here."),
    "bad-format": _error("value", "A value does not have the form of its R4 data type."),
    "empty": _error("invariant", "An element, list or text is empty or null (ele-1)."),
    "several-values": _error("structure", "An answer or extension has more than one value."),
    "bad-extension": _error(
        "extension", "An extension has no url, or not exactly one of value and extensions (ext-1)."
    ),
    "status": _error("code-invalid", "The status is missing or none of the five of R4."),
    "no-questionnaire": _note("required", "The response does not name its Questionnaire."),
    "questionnaire-not-found": _warning(
        "not-found", "The Questionnaire is not at hand; only the structure was checked."
    ),
    "contained-missing": _error(
        "not-found", "questionnaire refers to a contained resource that is not there."
    ),
    "not-a-questionnaire": _error("invalid", "questionnaire names another kind of resource."),
    "other-questionnaire": _error(
        "invalid", "The response names another Questionnaire, or another version of it."
    ),
    "retired-questionnaire": _note("business-rule", "The Questionnaire is retired."),
    "outside-period": _warning(
        "business-rule", "authored lies outside the effectivePeriod of the Questionnaire."
    ),
    "no-subject": _warning(
        "required", "The response says about whom it is neither here nor there."
    ),
    "subject-type": _error(
        "invalid", "The subject is of no type in the Questionnaire's subjectType."
    ),
}
_ITEMS: Final[Mapping[str, Code]] = {
    "no-link-id": _error("required", "An item has no linkId."),
    "unknown-link-id": _error("not-found", "The Questionnaire has no item of this linkId."),
    "misplaced": _error("structure", "The item belongs below another item."),
    "same-link-id": _warning(
        "structure", "Without the Questionnaire: one linkId stands below different items."
    ),
    "order": _error("structure", "Items do not stand in the order of the Questionnaire."),
    "repeated-item": _error("structure", "An item that does not repeat is there several times."),
    "split-question": _error(
        "structure", "A repeating question is several items, not one with several answers."
    ),
    "text-differs": _error("invalid", "The text of an item is not that of the Questionnaire."),
    "answered-display": _error("structure", "A text to be read has an answer or items."),
    "answered-group": _error("structure", "A group has answers."),
    "answered-abstract": _error("structure", "An item of the abstract type question has answers."),
    "items-beside-answer": _error(
        "structure", "Items stand in a question, not in its answer (qrs-1)."
    ),
    "not-enabled": _error("business-rule", "An item that is not enabled has answers or items."),
    "required-missing": _missing(
        "required", "An enabled required question has no answer, or a required group no item."
    ),
    "too-many-answers": _error("structure", "A question that does not repeat has several answers."),
    "too-few": _missing("business-rule", "Fewer answers or groups than minOccurs."),
    "too-many": _error("business-rule", "More answers or groups than maxOccurs."),
    "exclusive-option": _error(
        "business-rule", "An answer that excludes all others stands with others."
    ),
    "duplicate-answer": _warning("duplicate", "A question holds the same answer twice."),
    "empty-item": _note("informational", "An item without answer or items could be left out."),
    "read-only-changed": _warning(
        "business-rule", "A read-only question does not hold its initial value."
    ),
    "calculated-differs": _warning(
        "business-rule", "The answer is not what the calculatedExpression gives."
    ),
}
_VALUES: Final[Mapping[str, Code]] = {
    "wrong-type": _error("structure", "The type of the answer is none that the question takes."),
    "not-a-value": _error("value", "The answer is no value of the type of the question."),
    "bad-text": _error("value", "A text holds control characters, or nothing that can be read."),
    "line-break": _warning("value", "The answer to a one-line question has several lines."),
    "too-short": _error("business-rule", "A text is shorter than minLength."),
    "too-long": _error("business-rule", "A text is longer than maxLength."),
    "pattern": _error("business-rule", "A text does not match the regular expression."),
    "pattern-not-run": _note(
        "not-supported", "The regular expression can not be run safely, and was not checked."
    ),
    "below-minimum": _error("business-rule", "A value is less, or a date earlier, than minValue."),
    "above-maximum": _error("business-rule", "A value is more, or a date later, than maxValue."),
    "in-the-future": _error("business-rule", "A date lies in the future and must not."),
    "not-comparable": _error(
        "business-rule", "The unit of a quantity can not be compared with that of its bound."
    ),
    "decimal-places": _error("business-rule", "A number has more digits than maxDecimalPlaces."),
    "not-an-option": _error("code-invalid", "The answer is none of those to choose from."),
    "display-differs": _error("code-invalid", "The display of a coding is not that of its code."),
    "no-system": _warning("code-invalid", "A coding has no system, so its code has no meaning."),
    "no-code": _warning("code-invalid", "A coding has no code; a text should be a string."),
    "option-as-text": _warning(
        "code-invalid", "A text is the same as an answer to choose from and should be its coding."
    ),
    "options-unknown": _note(
        "informational", "The question has no list of answers to check this one against."
    ),
    "value-set-not-found": _warning(
        "not-found", "The value set is not at hand, so the answer was not checked against it."
    ),
    "no-number": _error("required", "A quantity has no value."),
    "unit": _error("code-invalid", "The unit is none of those of the question."),
    "unit-differs": _warning(
        "code-invalid", "The unit or its wording is another than the question's, but means as much."
    ),
    "unknown-unit": _error("code-invalid", "The code is no unit of UCUM."),
    "url": _error("value", "A URI has spaces, or is an oid, uuid or urn of wrong form."),
    "content-type": _error("business-rule", "The type of an attachment is missing or not allowed."),
    "attachment-size": _error("value", "The size of an attachment is not that of its data."),
    "attachment-too-large": _error("too-long", "An attachment is larger than maxSize."),
    "attachment-data": _error("value", "The data of an attachment is not base64."),
    "reference": _error("value", "A reference is no address of a resource."),
    "reference-type": _error("invalid", "A reference is to a resource of another type."),
    "reference-type-unknown": _warning(
        "informational", "The address does not tell to which type of resource a reference is."
    ),
}
CODES: Final[Mapping[str, Code]] = {**_RESOURCE, **_ITEMS, **_VALUES}


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing found. ``place`` is a FHIRPath-like location, ``message`` a sentence."""

    severity: Severity
    code: str
    place: str
    link_id: str | None
    message: str


def is_error(code: str) -> bool:
    """Tell whether an issue of this code makes a completed response invalid."""
    return CODES[code].severity == "error"


def severity(code: str, status: object) -> Severity:
    """Return the severity of a code in a response of a status."""
    found = CODES[code]
    if found.unfinished is not None and not (isinstance(status, str) and status in FINISHED):
        return found.unfinished
    return found.severity


def code_table() -> str:
    """Return the codes as a table in Markdown, for the documentation."""
    lines = ["| code | severity | issue type | meaning |", "|---|---|---|---|"]
    for name, code in CODES.items():
        weight = f"{code.severity}, or {code.unfinished}" if code.unfinished else code.severity
        lines.append(f"| `{name}` | {weight} | {code.type} | {code.meaning} |")
    return "\n".join(lines)
