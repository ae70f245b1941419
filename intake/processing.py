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
from intake.pdf.answer_summary import render_answers
from intake.pdf.summary import render_summary
from intake.submission import InputError
from referral import assess

if TYPE_CHECKING:
    from fhir.intake.items import Form
    from fhir.intake.problems import Problem
    from intake.content import Content
    from intake.pdf.drawing import Paper
    from intake.pdf.renderer import Renderer, Variant
    from intake.submission import Submission
    from referral import Assessment

Json: TypeAlias = dict[str, Any]
PDF: Final = "summary.pdf"
RESPONSE: Final = "questionnaire-response.json"
BUNDLE: Final = "bundle.json"
ASSESSMENT: Final = "assessment.json"
FILES: Final = (PDF, RESPONSE, BUNDLE, ASSESSMENT)
CONSENT: Final = "consent"
_HOUSE_STYLE: Final = ("is no absolute URI", "a coding needs a system and a code")


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

    A form without rules is not assessed: its PDF holds the answers alone. A PDF or a Bundle that
    can not be made leaves the other files whole; without consent to save the answers in the
    record there is no Bundle. All that is said in ``notes``. ``previous`` is the Bundle that was
    sent for the same response before, if any.

    Raises InputError when the response would not be valid FHIR, because of what was given.
    """
    if assessment is None and content.pack is not None:
        assessment = assess(submission.answers, pack=content.pack, on=submission.record.day)
    response = build_response(submission.answers, content.form, submission.record)
    problems = _faults(validate_response(response), content)
    if problems:
        raise InputError("", problems)
    notes = [*submission.notes()]
    files = {RESPONSE: dump_json(response)}
    if assessment is not None:
        files[ASSESSMENT] = dump_json(assessment.to_json())
    failed = False
    try:
        files[PDF] = _pdf(submission, content, renderer, layout, response, assessment)
    except PdfError as error:
        notes.append(f"no PDF: {error}")
        failed = not isinstance(error, PdfUnavailable)
    refusal = export_refusal(submission, content.form)
    if refusal:
        return Result(files, (*notes, refusal), failed)
    pdf = files.get(PDF)
    bundle = make_bundle(submission, content, response, assessment, pdf, previous=previous)
    faults = _faults(validate(bundle if content.pack else _without_form(bundle)), content)
    if faults:
        notes.append(f"no bundle: it would not be valid FHIR: {faults[0]}")
        return Result(files, tuple(notes), failed=True)
    return Result({**files, BUNDLE: dump_json(bundle)}, tuple(notes), failed)


def _pdf(  # noqa: PLR0913, PLR0917  # what is drawn, and how
    submission: Submission,
    content: Content,
    renderer: Renderer,
    layout: Layout,
    response: Json,
    assessment: Assessment | None,
) -> bytes:
    """Draw the summary, or the answers to a form without rules. Raises PdfError."""
    if content.pack is None or assessment is None:
        return render_answers(
            renderer,
            form=content.form,
            answers=submission.answers,
            record=submission.record,
            response=response,
            birth_date=submission.birth_date,
            variant=layout.variant,
            paper=layout.paper,
        )
    return render_summary(
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


def _faults(problems: list[Problem], content: Content) -> list[Problem]:
    """Return the faults of a resource: the codes of other authors need not be as good as ours."""
    if content.pack is not None:
        return problems
    return [problem for problem in problems if not problem.message.endswith(_HOUSE_STYLE)]


def _without_form(bundle: Json) -> Json:
    """Return a Bundle with the mere name of its form, which was judged when it was added."""
    return bundle | {"entry": [_outlined(entry) for entry in bundle["entry"]]}


def _outlined(entry: Json) -> Json:
    form = entry["resource"]
    if form["resourceType"] != "Questionnaire":
        return entry
    named = ("resourceType", "url", "version", "status")
    return entry | {"resource": {name: form[name] for name in named if name in form}}


def asks_consent(form: Form) -> bool:
    """Tell whether a form asks, with answers to choose from, what may be done with its answers."""
    asked = form.items.get(CONSENT)
    return asked is not None and asked.type == "choice"


def export_refusal(submission: Submission, form: Form) -> str | None:
    """Return why no Bundle may leave for the record; None with the patient's full consent.

    A form that does not ask for it, in a question ``consent`` with answers to choose from, needs
    none.
    """
    if not asks_consent(form):
        return None
    consent = submission.answers.get(CONSENT)
    if consent == "all":
        return None
    given = "consent is not answered" if consent is None else f"consent is {consent!r}"
    return f"no bundle: {given}, so the answers may not be saved in the health record"


def make_bundle(  # noqa: PLR0913  # the parts of one export
    submission: Submission,
    content: Content,
    response: Json,
    assessment: Assessment | None,
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
            sources=content.pack.tables.source if content.pack else (),
            previous=previous,
            birth_date=submission.birth_date,
        )
    except ValueError as error:
        raise InputError("", [str(error)]) from None
