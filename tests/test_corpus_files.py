"""Public forms of others, from the file to PDF and Bundle and back, with generated answers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from fhir.intake.record import RESPONSE_SYSTEM, Identifier, Patient, Record
from fhir.intake.samples import sample_answers
from intake.catalogue import content_of
from intake.pdf import PdfUnavailable
from intake.processing import BUNDLE, RESPONSE, Layout, process
from intake.questionnaire_files import FormError, read_form
from intake.storage.tables import Questionnaire
from intake.submission import Frame, Submission, parse_submission
from tests import corpus

if TYPE_CHECKING:
    from pathlib import Path

    from intake.content import Content

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
pytestmark = pytest.mark.skipif(not corpus.FOLDER.is_dir(), reason=corpus.REASON)
CORPUS = corpus.files("Q")
SERVED = [path for path in CORPUS if corpus.fault_of(path) is None]
REFUSED = [path for path in CORPUS if corpus.fault_of(path)]


class Unavailable:
    """Notes what was to be drawn, and draws nothing."""

    def __init__(self) -> None:
        self.html = ""

    def render(self, html: str, **_: Any) -> bytes:
        self.html = html
        raise PdfUnavailable


def content(path: Path) -> Content:
    given = read_form(path).version
    row = Questionnaire(
        url=given.url,
        version=given.version,
        sha256=given.sha256,
        resource=given.text,
        supporting=json.dumps(given.supporting),
    )
    return content_of(row)


@pytest.mark.parametrize("path", SERVED, ids=lambda path: path.stem)
def test_a_form_goes_all_the_way_and_back(path: Path) -> None:
    found = content(path)
    answers = sample_answers(found.form, NOW.date())
    record = Record(
        identifier=Identifier(system=RESPONSE_SYSTEM, value=path.stem),
        patient=Patient(identifier=Identifier(system="https://clinic.example/mrn", value="1")),
        authored=NOW.isoformat(),
    )
    sent = Submission(answers=answers, record=record, dropped=(), missing=())
    renderer = Unavailable()
    result = process(sent, found, renderer, Layout())  # type: ignore[arg-type]
    assert len(result.notes) == 1, result.notes
    assert result.notes[0].startswith("no PDF")
    assert json.loads(result.files[BUNDLE])["resourceType"] == "Bundle"
    assert answers == {} or 'class="line answer' in renderer.html
    raw = result.files[RESPONSE]
    back = parse_submission(raw, name="", stem="", form=found.form, frame=Frame(now=NOW))
    assert (back.answers, back.dropped, back.missing) == (answers, (), ())


@pytest.mark.parametrize("path", REFUSED, ids=lambda path: path.stem)
def test_what_is_no_form_here_is_refused(path: Path) -> None:
    with pytest.raises(FormError):
        read_form(path)


def test_few_are_refused() -> None:
    assert len(SERVED) >= 60
    assert len(REFUSED) == len(corpus.NOT_SOUND)
