"""Public forms of other people: loaded, judged, answered, and their responses read back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from fhir.intake.answers import check_answers
from fhir.intake.lint import lint_questionnaire
from fhir.intake.loading import load_form
from fhir.intake.reading import read_items
from fhir.intake.record import Identifier, Patient, Record
from fhir.intake.response import build_response, response_items
from fhir.intake.samples import sample_answers
from fhir.intake.validation import check_response
from tests import corpus

if TYPE_CHECKING:
    from pathlib import Path

    from fhir.intake.items import Form

Json = dict[str, Any]
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
pytestmark = pytest.mark.skipif(not corpus.FOLDER.is_dir(), reason=corpus.REASON)
SOUND = [path for path in corpus.files("Q") if corpus.fault_of(path) is None]
FAULTY = [path for path in corpus.files("Q") if corpus.fault_of(path)]


@pytest.mark.parametrize("path", SOUND, ids=lambda path: path.stem)
def test_a_sound_form_has_no_errors(path: Path) -> None:
    found = lint_questionnaire(corpus.read(path))
    assert [str(finding) for finding in found if finding.severity == "error"] == []


@pytest.mark.parametrize("path", FAULTY, ids=lambda path: path.stem)
def test_a_form_that_is_not_sound_is_refused_with_a_reason(path: Path) -> None:
    found = lint_questionnaire(corpus.read(path))
    assert any(finding.severity == "error" for finding in found)


def test_few_forms_are_not_sound() -> None:
    assert len(FAULTY) == len(corpus.NOT_SOUND)
    assert len(SOUND) >= 60


def form_of(path: Path) -> Form:
    return load_form({"url": "http://example.org/Questionnaire/x"} | corpus.read(path))


def respond(form: Form, answers: Any, status: str) -> Json:
    someone = Identifier(system="http://example.org/sid", value="1")
    record = Record(
        identifier=someone,
        patient=Patient(identifier=someone),
        authored=NOW.isoformat(),
        status=status,
    )
    return build_response(answers, form, record)


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("path", SOUND, ids=lambda path: path.stem)
def test_generated_answers_make_a_valid_response_and_come_back(path: Path, seed: int) -> None:
    form = form_of(path)
    answers = sample_answers(form, NOW.date(), seed=seed)
    assert check_answers(answers, form, on=NOW.date()) == (answers, [])
    response = respond(form, answers, "in-progress")
    issues = check_response(response, form, now=NOW)
    assert [str(issue) for issue in issues if issue.severity == "error"] == []
    assert read_items(response, form) == (answers, [])


@pytest.mark.parametrize("path", SOUND, ids=lambda path: path.stem)
def test_generated_answers_complete_what_can_be_completed_here(path: Path) -> None:
    form = form_of(path)
    response = respond(form, sample_answers(form, NOW.date()), "completed")
    missing = {
        issue.link_id
        for issue in check_response(response, form, now=NOW)
        if issue.severity == "error"
    }
    assert not {name for name in missing if name is None or form.items[name].is_fillable}


def bare(items: Any) -> list[Json]:
    """Return the items of a response with nothing but links and answers."""
    found = []
    for row in items or []:
        kept: Json = {"linkId": row["linkId"]}
        answers = [
            {key: value for key, value in answer.items() if key.startswith("value")}
            | ({"item": below} if (below := bare(answer.get("item"))) else {})
            for answer in row.get("answer", ())
        ]
        below = bare(row.get("item"))
        kept |= ({"answer": answers} if answers else {}) | ({"item": below} if below else {})
        if len(kept) > 1:
            found.append(kept)
    return found


@pytest.mark.parametrize("path", corpus.files("QR"), ids=lambda path: path.stem)
def test_a_response_is_read_and_written_without_loss(path: Path) -> None:
    response = corpus.read(path)
    questionnaire = corpus.questionnaire_of(response)
    if questionnaire is None:
        pytest.skip("its Questionnaire is not in the corpus")
    form = load_form(questionnaire)
    answers, unread = read_items(response, form)
    if unread:
        issues = check_response(response, form, now=NOW)
        assert any(issue.severity == "error" for issue in issues), unread
        return
    assert bare(response_items(form.roots, answers)) == bare(response.get("item"))
