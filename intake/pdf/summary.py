"""A patient's answers and their assessment as the clinician's PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from intake.pdf.answer_pages import answer_sections, identity
from intake.pdf.case import Case, make_case
from intake.pdf.dates import day_words
from intake.pdf.drawing import Paper, draw, environment, stylesheet
from intake.pdf.face_banner import name, reference
from intake.pdf.face_layout import fitting_sheet
from intake.pdf.fonts import Coverage, installed
from intake.pdf.phrases import plain
from intake.pdf.reasons import reasons

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fhir.intake.items import Form
    from fhir.intake.record import Record
    from intake.pdf.renderer import Renderer, Variant
    from referral import Assessment, Pack

__all__ = ["Paper", "render_summary", "summary_css", "summary_html"]

_DISCLAIMER: Final = "patient-reported; supports, does not replace, clinical judgement"


def render_summary(  # noqa: PLR0913  # by keyword only: the parts of one summary
    renderer: Renderer,
    *,
    form: Form,
    answers: Mapping[str, object],
    record: Record,
    response: Mapping[str, Any],
    assessment: Assessment,
    pack: Pack,
    variant: Variant = "pdf/ua-1",
    paper: Paper = "A4",
) -> bytes:
    """Return the summary as a tagged PDF; equal arguments give equal bytes.

    "pdf/a-3a" carries `response`, the QuestionnaireResponse, as an attachment. Raises a
    `PdfError`.
    """
    html = summary_html(
        form=form, answers=answers, record=record, assessment=assessment, pack=pack, paper=paper
    )
    return draw(
        renderer,
        html,
        css=summary_css(paper),
        record=record,
        response=response,
        variant=variant,
    )


def summary_html(  # noqa: PLR0913  # as above
    *,
    form: Form,
    answers: Mapping[str, object],
    record: Record,
    assessment: Assessment,
    pack: Pack,
    paper: Paper = "A4",
    coverage: Coverage | None = None,
) -> str:
    """Return the summary as HTML for `summary_css(paper)`: face sheet, reasons, all answers.

    `coverage` tells which characters can be printed; by default those of the fonts installed.
    """
    case = make_case(
        form=form,
        answers=answers,
        record=record,
        assessment=assessment,
        pack=pack,
        coverage=installed() if coverage is None else coverage,
    )
    return (
        environment()
        .get_template("summary.html")
        .render(
            title=f"Pre-visit summary: {plain(name(case))}",
            who=_who(case),
            foot=_foot(case),
            face=fitting_sheet(case, paper),
            words=case.words.value("your_words", answers.get("your_words")),
            reasons=reasons(case),
            identity=identity(case),
            sections=answer_sections(case),
        )
    )


def summary_css(paper: Paper = "A4") -> str:
    """Return the stylesheet for a size of paper."""
    return stylesheet(paper, "summary.css")


def _who(case: Case) -> str:
    """Return whose page it is, for the head of every page but the first."""
    born = case.answers.get("date_of_birth")
    birth = f"born {day_words(born)}" if isinstance(born, str) else "date of birth not answered"
    return f"{plain(name(case))} · {birth} · form of {day_words(case.record.authored[:10])}"


def _foot(case: Case) -> str:
    assessment = case.assessment
    pack = f"{assessment.pack_name} {assessment.pack_version}"
    return f"Ref {reference(case)} · {pack} · {_DISCLAIMER}"
