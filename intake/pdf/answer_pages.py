"""All answers by section: every question that was asked, and what was not answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fhir.intake.items import CLINICIAN
from fhir.intake.record import PERSON_SYSTEM
from intake.pdf.face_banner import NO_NAME
from intake.pdf.face_history import MedicineLine, medicine_lines
from intake.pdf.phrases import Phrase, Said
from referral.builtin import MEDICINES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhir.intake.items import Item
    from intake.pdf.case import Case


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """A question with its answer."""

    label: str
    words: Phrase


@dataclass(frozen=True, slots=True)
class Section:
    """A page of the form with the questions that were asked: chosen, typed, not answered."""

    heading: str
    chosen: tuple[AnswerLine, ...]
    typed: tuple[AnswerLine, ...]
    medicines: tuple[MedicineLine, ...]
    unanswered: tuple[str, ...]


def identity(case: Case) -> tuple[AnswerLine, ...]:
    """Return the patient's name and record number, which page 1 may have to shorten."""
    patient = case.record.patient
    name: Phrase = (case.words.said(patient.name),) if patient.name else (NO_NAME,)
    lines = [AnswerLine("Name", name)]
    if patient.identifier.system != PERSON_SYSTEM:
        lines.append(AnswerLine("Record number", (case.words.said(patient.identifier.value),)))
    return tuple(lines)


def answer_sections(case: Case) -> tuple[Section, ...]:
    """Return the sections of the form that have a question to show."""
    return tuple(_sections(case))


def _sections(case: Case) -> Iterator[Section]:
    for page in case.form.pages:
        asked = [item for item in page.walk() if _is_asked(case, item)]
        answered = [item for item in asked if case.answered(item.link_id)]
        if not answered and (not asked or page.audience == CLINICIAN):
            continue
        lines = [_line(case, item) for item in answered if item.link_id != MEDICINES]
        listed = any(item.link_id == MEDICINES for item in answered)
        yield Section(
            heading=page.text,
            chosen=tuple(line for line in lines if not _is_typed(line)),
            typed=tuple(line for line in lines if _is_typed(line)),
            medicines=medicine_lines(case) if listed else (),
            unanswered=tuple(item.short for item in asked if item not in answered),
        )


def _is_asked(case: Case, item: Item) -> bool:
    return item.link_id in case.shown and case.form.row_group(item) is None


def _line(case: Case, item: Item) -> AnswerLine:
    return AnswerLine(item.short, case.words.value(item.link_id, case.answers[item.link_id]))


def _is_typed(line: AnswerLine) -> bool:
    return any(isinstance(part, Said) for part in line.words)
