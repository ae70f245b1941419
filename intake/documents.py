"""The files of a submission, made after it is stored: the PDF and the Bundle.

The stored response goes the same way as a file that ``intake process`` reads, so that both give
the same bytes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from fhir.intake.strict_json import dump_json, strict_loads
from intake.person import birth_question
from intake.processing import ASSESSMENT, BUNDLE, PDF, RESPONSE, Layout, process
from intake.stored_assessment import read_assessment
from intake.submission import Frame, InputError, parse_submission
from referral import assess

if TYPE_CHECKING:
    from intake.content import Content
    from intake.pdf.renderer import Renderer
    from intake.storage.tables import Submission
    from intake.submission import Submission as Answered
    from referral import Assessment

MEDIA_TYPES: Final = {
    PDF: "application/pdf",
    RESPONSE: "application/fhir+json",
    BUNDLE: "application/fhir+json",
    ASSESSMENT: "application/json",
}


@dataclass(frozen=True, slots=True)
class Documents:
    """What could be made: files by name, and a sentence when the PDF could not.

    ``lasting`` tells that trying again would not help.
    """

    files: dict[str, bytes]
    error: str | None = None
    lasting: bool = False


def _assessment(submission: Submission, read: Answered, content: Content) -> Assessment | None:
    """Return what was assessed when the form was sent, also where the rules have changed since.

    None for a form without rules.
    """
    if submission.assessment is None or content.pack is None:
        return None
    stored = submission.assessment.encode()
    found = assess(read.answers, pack=content.pack, on=read.record.day)
    if dump_json(found.to_json()) == stored:
        return found
    return read_assessment(strict_loads(stored), content.pack.tables)


def make_documents(
    submission: Submission, content: Content, renderer: Renderer, layout: Layout
) -> Documents:
    """Make the PDF and the Bundle of a submission, of exactly what was assessed when it was sent.

    A Bundle needs the patient's consent if the form asks for it; without the PDF it is made
    without it.
    """
    raw = submission.response.encode()
    frame = Frame(now=submission.created_at)
    try:
        read = parse_submission(raw, name="", stem="", form=content.form, frame=frame)
        if birth_question(content.form) is None:
            born = json.loads(submission.patient).get("birth_date")
            read = replace(read, birth_date=born)
        assessment = _assessment(submission, read, content)
        result = process(read, content, renderer, layout, assessment=assessment)
    except InputError as error:
        return Documents({}, f"The stored answers do not fit the form: {error.problems[0]}", True)
    made: tuple[str, ...] = (PDF, BUNDLE)
    files = {name: result.files[name] for name in made if name in result.files}
    if PDF in files:
        return Documents(files)
    reason = next((note for note in result.notes if note.startswith("no PDF")), "no PDF")
    return Documents(files, f"{reason[0].upper()}{reason[1:]}")
