"""Does a Questionnaire work as a form here: faults for its author, and what is not supported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from fhir.intake.json_size import size_fault
from fhir.intake.lint.circles import circle_findings
from fhir.intake.lint.conditions import condition_findings
from fhir.intake.lint.expressions import expression_findings
from fhir.intake.lint.extensions import extension_findings
from fhir.intake.lint.items import item_findings, unit_findings
from fhir.intake.lint.structure import shortened, structure_findings
from fhir.intake.loading import QuestionnaireError, load_form

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhir.intake.items import Form
    from fhir.intake.value_sets import Terminology

Json: TypeAlias = dict[str, Any]
Severity: TypeAlias = Literal["error", "warning", "information"]
LINT_CODES: Final[dict[str, tuple[Severity, str]]] = {
    "not-a-form": ("error", "The Questionnaire can not be read as a form, or is too large."),
    "not-r4": ("error", "An element is not as R4 has it; que-1 to que-13 are such rules."),
    "empty": ("warning", "A list or object is empty, which R4 does not allow; it is passed over."),
    "house-style": ("information", "Legal, but less than a resource of the product itself says."),
    "no-identity": ("warning", "url or version is missing: a response can not name the form."),
    "unknown-question": ("error", "enableWhen asks for what is no question of the form."),
    "impossible-condition": ("error", "No answer of the question can meet the condition."),
    "other-subject": ("information", "The form is about no patient: a response has no subject."),
    "no-options": ("error", "A choice has no answers to choose from, and no value."),
    "no-list": ("warning", "A list of answers or units is only named, and not at hand."),
    "not-supported": ("warning", "Nobody can answer such a question here; it stays optional."),
    "bounds": ("warning", "The least allowed is more than the most: no answer is allowed."),
    "bad-initial": ("error", "An initial value does not fit its own question."),
    "never-answered": ("warning", "A required question is hidden or fixed and has no value."),
    "bad-unit": ("error", "A unit is no code of UCUM."),
    "bad-pattern": ("warning", "The regular expression can not be run and is not enforced."),
    "extension-type": ("error", "An extension does not have the type of value it should have."),
    "modifier": ("error", "It changes the meaning of an element, and may not be passed over."),
    "bad-expression": ("error", "The expression is no FHIRPath, or names what is not there."),
    "expression-not-supported": (
        "warning",
        "It is not evaluated here: a condition counts as met, a calculated value stays blank.",
    ),
    "circle": ("warning", "Values are calculated from each other; such values stay blank."),
    "not-enforced": ("warning", "A constraint is not checked here: any answer passes it."),
    "not-populated": ("information", "Nothing is filled in here from a patient's record."),
    "cut-short": ("information", "It is so large that not everything was checked, or is listed."),
}
"""Every kind of finding: its severity, and what it means."""

MAX_FINDINGS: Final = 1_000
_LONGEST: Final = 300


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding; ``place`` is a FHIRPath-like location or a linkId."""

    code: str
    place: str
    message: str

    @property
    def severity(self) -> Severity:
        """How bad it is: with an error the form can not be used."""
        return LINT_CODES[self.code][0]

    def __str__(self) -> str:
        """Return ``severity: place: message``."""
        return f"{self.severity}: {self.place}: {self.message}"


def lint_questionnaire(resource: Any, around: Terminology | None = None) -> tuple[Finding, ...]:
    """Return what an author should know, errors first. Any JSON is safe to pass.

    ``around`` holds lists of answers that the resource only names.
    """
    fault = size_fault(resource) if isinstance(resource, dict) else "is no resource"
    if fault:
        return (Finding("not-a-form", "Questionnaire", f"The Questionnaire {fault}."),)
    short = shortened(resource)
    if short is None:
        return (Finding("not-a-form", "Questionnaire", "The Questionnaire is too large."),)
    found = [Finding(*row) for row in structure_findings(short)]
    if short is not resource:
        found.append(Finding("cut-short", "Questionnaire", "Long lists were not checked whole."))
    try:
        form = load_form(resource, around, ruled=False)
    except QuestionnaireError as error:
        found.append(Finding("not-a-form", "Questionnaire", f"The Questionnaire {error}."))
    else:
        found += _of_form(resource, form)
        found += [Finding(*row) for row in extension_findings(short)]
    return tuple(_ordered(found))


def _ordered(found: list[Finding]) -> Iterator[Finding]:
    order = ("error", "warning", "information")
    short = (Finding(f.code, _line(f.place), _line(f.message)) for f in found)
    rows = sorted(dict.fromkeys(short), key=lambda finding: order.index(finding.severity))
    yield from rows[:MAX_FINDINGS]
    if len(rows) > MAX_FINDINGS:
        yield Finding("cut-short", "Questionnaire", f"There are {len(rows):,} findings in all.")


def _line(text: str) -> str:
    """Return a text cut to a line that can be printed, as it may hold what the author wrote."""
    return "".join(each if each.isprintable() else " " for each in text[:_LONGEST])


def _of_form(resource: Json, form: Form) -> Iterator[Finding]:
    missing = [name for name in ("url", "version") if not resource.get(name)]
    if missing:
        yield Finding("no-identity", "Questionnaire", f"It has no {' and no '.join(missing)}.")
    if not form.is_about_patient:
        kinds = ", ".join(form.subject_types)
        yield Finding("other-subject", "Questionnaire.subjectType", f"It is about {kinds:.100}.")
    for item in form.items.values():
        rows = (*item_findings(item), *condition_findings(form, item))
        yield from (Finding(code, item.link_id, message) for code, message in rows)
    yield from (Finding("bad-unit", *row) for row in unit_findings(form))
    rows3 = (*expression_findings(resource, form), *circle_findings(form))
    yield from (Finding(*row) for row in rows3)
