"""The files of a submission, made after it is stored: the PDF and the Bundle.

The stored response goes the same way as a file that ``intake process`` reads, so that both give
the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from intake.processing import ASSESSMENT, BUNDLE, PDF, RESPONSE, Layout, process
from intake.submission import Frame, InputError, parse_submission

if TYPE_CHECKING:
    from intake.content import Content
    from intake.pdf.renderer import Renderer
    from intake.storage.tables import Submission

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


def make_documents(
    submission: Submission, content: Content, renderer: Renderer, layout: Layout
) -> Documents:
    """Make the PDF and the Bundle of a submission, of exactly what was assessed when it was sent.

    A Bundle needs the patient's consent; without the PDF it is made without it.
    """
    raw = submission.response.encode()
    frame = Frame(now=submission.created_at)
    try:
        read = parse_submission(raw, name="", stem="", form=content.form, frame=frame)
        result = process(read, content, renderer, layout)
    except InputError as error:
        return Documents({}, f"The stored answers do not fit the form: {error.problems[0]}", True)
    if result.files[ASSESSMENT] != submission.assessment.encode():
        made_by = f"{submission.pack_name} {submission.pack_version}"
        return Documents({}, f"The rules are not those of the assessment ({made_by}).", True)
    made: tuple[str, ...] = (PDF, BUNDLE)
    files = {name: result.files[name] for name in made if name in result.files}
    if PDF in files:
        return Documents(files)
    reason = next((note for note in result.notes if note.startswith("no PDF")), "no PDF")
    return Documents(files, f"{reason[0].upper()}{reason[1:]}")
