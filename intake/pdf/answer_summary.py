"""The answers to a form without rules as the clinician's PDF: as they were given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fhir.intake.enablement import Enablement
from fhir.intake.record import PERSON_SYSTEM
from intake.pdf.answer_tree import answer_tree
from intake.pdf.dates import day_words, moment_words
from intake.pdf.drawing import draw, environment, stylesheet
from intake.pdf.face_banner import MAX_NAME, NO_NAME
from intake.pdf.fonts import installed
from intake.pdf.phrases import DOT, Phrase, clip, join, plain
from intake.pdf.wording import Wording
from intake.reference import short_reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fhir.intake.items import Form
    from fhir.intake.record import Record
    from intake.pdf.drawing import Paper
    from intake.pdf.fonts import Coverage
    from intake.pdf.renderer import Renderer, Variant

NOT_ASSESSED: Final = "Answers as given; not assessed by rules."
_STYLES: Final = ("summary.css", "answer_summary.css")
_LONGEST_TITLE: Final = 200
_LONGEST_FOOT: Final = 70
_UNFINISHED: Final = frozenset({"in-progress", "stopped"})


def render_answers(  # noqa: PLR0913  # by keyword only: the parts of one document
    renderer: Renderer,
    *,
    form: Form,
    answers: Mapping[str, Any],
    record: Record,
    response: Mapping[str, Any],
    birth_date: str | None = None,
    variant: Variant = "pdf/ua-1",
    paper: Paper = "A4",
) -> bytes:
    """Return all answers as a tagged PDF; equal arguments give equal bytes.

    `birth_date` is the patient's where the form does not ask for it. "pdf/a-3a" carries
    `response`, the QuestionnaireResponse, as an attachment. Raises a `PdfError`.
    """
    html = answers_html(form=form, answers=answers, record=record, birth_date=birth_date)
    return draw(
        renderer,
        html,
        css=stylesheet(paper, *_STYLES),
        record=record,
        response=response,
        variant=variant,
    )


def answers_html(
    *,
    form: Form,
    answers: Mapping[str, Any],
    record: Record,
    birth_date: str | None = None,
    coverage: Coverage | None = None,
) -> str:
    """Return all answers as HTML: who and which form, then page by page.

    `coverage` tells which characters can be printed; by default those of the fonts installed.
    """
    words = Wording(form, answers, installed() if coverage is None else coverage)
    sections, more = answer_tree(form, answers, Enablement(form, answers, record.day), words)
    name = _name(record, words)
    person = join(_person(record, birth_date, words), DOT)
    day = day_words(record.authored[:10])
    return (
        environment()
        .get_template("answer_summary.html")
        .render(
            title=f"Answers: {plain(name)}",
            who=f"{plain(join((name, person), DOT))} · form of {day}",
            foot=_foot(form, record, words),
            name=name,
            person=person,
            made=_made(record),
            form_title=_authored(form.title or form.url, words),
            canonical=words.authored(form.canonical),
            not_assessed=NOT_ASSESSED,
            sections=sections,
            more=more,
        )
    )


def _name(record: Record, words: Wording) -> Phrase:
    given = record.patient.name
    return clip((words.said(given),), MAX_NAME) if given else (NO_NAME,)


def _person(record: Record, birth_date: str | None, words: Wording) -> Iterator[Phrase]:
    yield (f"born {day_words(birth_date)}" if birth_date else "date of birth not given",)
    identifier = record.patient.identifier
    if identifier.system != PERSON_SYSTEM:
        yield clip(("record no. ", words.said(identifier.value)), MAX_NAME)


def _made(record: Record) -> tuple[str, ...]:
    done = "Not completed, state of" if record.status in _UNFINISHED else "Form completed"
    return (f"{done} {moment_words(record.authored)}", f"Ref {short_reference(record.identifier)}")


def _authored(text: str, words: Wording) -> Phrase:
    return clip(words.authored(text), _LONGEST_TITLE)


def _foot(form: Form, record: Record, words: Wording) -> str:
    canonical = plain(clip(words.authored(form.canonical), _LONGEST_FOOT))
    return f"Ref {short_reference(record.identifier)} · {canonical} · {NOT_ASSESSED}"
