"""The main job: a submission to its four files. Pure but for the renderer that is passed in."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from fhir.intake.bundle import build_bundle
from fhir.intake.conformance import validate, validate_response
from fhir.intake.response import build_response
from fhir.intake.strict_json import dump_json
from intake.pdf import PdfError, PdfUnavailable
from intake.pdf.summary import render_summary
from intake.submission import InputError
from referral import assess

if TYPE_CHECKING:
    from intake.content import Content
    from intake.pdf.renderer import Renderer, Variant
    from intake.pdf.summary import Paper
    from intake.submission import Submission
    from referral import Assessment

Json: TypeAlias = dict[str, Any]
PDF: Final = "summary.pdf"
RESPONSE: Final = "questionnaire-response.json"
BUNDLE: Final = "bundle.json"
ASSESSMENT: Final = "assessment.json"
FILES: Final = (PDF, RESPONSE, BUNDLE, ASSESSMENT)
CONSENT: Final = "consent"


@dataclass(frozen=True, slots=True)
class Result:
    """What was made of a submission: files by name, notes for people, and whether it failed."""

    files: dict[str, bytes]
    notes: tuple[str, ...]
    failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How the PDF is written: its variant, and the paper."""

    variant: Variant = "pdf/ua-1"
    paper: Paper = "A4"


def process(  # noqa: PLR0913  # what is made, of what, and how
    submission: Submission,
    content: Content,
    renderer: Renderer,
    layout: Layout,
    *,
    previous: Json | None = None,
    assessment: Assessment | None = None,
) -> Result:
    """Assess a submission, unless it is assessed, and make its PDF, response and Bundle.

    A PDF or a Bundle that can not be made leaves the other files whole; without consent to save
    the answers in the record there is no Bundle. All that is said in ``notes``. ``previous`` is
    the Bundle that was sent for the same response before, if any.

    Raises InputError when the response would not be valid FHIR, because of what was given.
    """
    assessment = assessment or assess(
        submission.answers, pack=content.pack, on=submission.record.day
    )
    response = build_response(submission.answers, content.form, submission.record)
    problems = validate_response(response)
    if problems:
        raise InputError("", problems)
    notes = [*submission.notes()]
    files = {RESPONSE: dump_json(response), ASSESSMENT: dump_json(assessment.to_json())}
    failed = False
    try:
        files[PDF] = render_summary(
            renderer,
            form=content.form,
            answers=submission.answers,
            record=submission.record,
            response=response,
            assessment=assessment,
            pack=content.pack,
            variant=layout.variant,
            paper=layout.paper,
        )
    except PdfError as error:
        notes.append(f"no PDF: {error}")
        failed = not isinstance(error, PdfUnavailable)
    refusal = export_refusal(submission)
    if refusal:
        return Result(files, (*notes, refusal), failed)
    pdf = files.get(PDF)
    bundle = make_bundle(submission, content, response, assessment, pdf, previous=previous)
    faults = validate(bundle)
    if faults:
        notes.append(f"no bundle: it would not be valid FHIR: {faults[0]}")
        return Result(files, tuple(notes), failed=True)
    return Result({**files, BUNDLE: dump_json(bundle)}, tuple(notes), failed)


def export_refusal(submission: Submission) -> str | None:
    """Return why no Bundle may leave for the record; None with the patient's full consent."""
    consent = submission.answers.get(CONSENT)
    if consent == "all":
        return None
    given = "consent is not answered" if consent is None else f"consent is {consent!r}"
    return f"no bundle: {given}, so the answers may not be saved in the health record"


def make_bundle(  # noqa: PLR0913  # the parts of one export
    submission: Submission,
    content: Content,
    response: Json,
    assessment: Assessment,
    pdf: bytes | None,
    *,
    previous: Json | None = None,
) -> Json:
    """Build the transaction Bundle of a submission.

    Raises InputError when ``previous`` is the Bundle of another response.
    """
    try:
        return build_bundle(
            answers=submission.answers,
            form=content.form,
            record=submission.record,
            response=response,
            questionnaire=content.questionnaire,
            assessment=assessment,
            pdf=pdf,
            product_version=version("intake-referral"),
            sources=content.pack.tables.source,
            previous=previous,
        )
    except ValueError as error:
        raise InputError("", [str(error)]) from None
