"""A patient's answers and their assessment as the clinician's PDF."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import UTC, datetime, time
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from fhir.intake.strict_json import dump_json
from intake.paths import TEMPLATES
from intake.pdf.answer_pages import answer_sections, identity
from intake.pdf.case import Case, make_case
from intake.pdf.dates import day_words
from intake.pdf.face_banner import name, reference
from intake.pdf.face_layout import fitting_sheet
from intake.pdf.fonts import Coverage, installed
from intake.pdf.phrases import plain
from intake.pdf.reasons import reasons
from intake.pdf.renderer import Attachment, Renderer, Variant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fhir.intake.items import Form
    from fhir.intake.record import Record
    from referral import Assessment, Pack

Paper: TypeAlias = Literal["A4", "Letter"]
_FOLDER: Final = TEMPLATES / "pdf"
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
    identifier = f"{record.identifier.system}|{record.identifier.value}"
    return renderer.render(
        html,
        css=summary_css(paper),
        variant=variant,
        identifier=hashlib.sha256(identifier.encode()).digest()[:16],
        attachments=[_attachment(response, record)] if variant == "pdf/a-3a" else [],
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
        _environment()
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


@cache
def summary_css(paper: Paper = "A4") -> str:
    """Return the stylesheet for a size of paper."""
    css = (_FOLDER / "summary.css").read_text(encoding="utf-8")
    return f"@page {{ size: {paper} }}\n{css}"


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _who(case: Case) -> str:
    """Return whose page it is, for the head of every page but the first."""
    born = case.answers.get("date_of_birth")
    birth = f"born {day_words(born)}" if isinstance(born, str) else "date of birth not answered"
    return f"{plain(name(case))} · {birth} · form of {day_words(case.record.authored[:10])}"


def _foot(case: Case) -> str:
    assessment = case.assessment
    pack = f"{assessment.pack_name} {assessment.pack_version}"
    return f"Ref {reference(case)} · {pack} · {_DISCLAIMER}"


def _attachment(response: Mapping[str, Any], record: Record) -> Attachment:
    return Attachment(
        string=dump_json(response),
        name="questionnaire-response.fhir.json",
        description="The answers as a FHIR R4 QuestionnaireResponse",
        modified=_modified(record),
    )


def _modified(record: Record) -> datetime:
    """Return when the form was authored, in UTC; midnight where that time is not known."""
    if "T" in record.authored:
        # The first and the last hours of the calendar may lie outside it in UTC.
        with suppress(OverflowError):
            return datetime.fromisoformat(record.authored).astimezone(UTC)
    return datetime.combine(record.authored_day, time(), UTC)
