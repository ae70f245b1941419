"""What a browser submits is what `intake process` makes of the same answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from fhir.intake.enablement import Enablement
from fhir.intake.record import Identifier
from fhir.intake.response import build_response
from fhir.intake.strict_json import dump_json
from intake.person import BIRTH_DATE, RECORD_NUMBER
from intake.processing import ASSESSMENT, BUNDLE, FILES, PDF, RESPONSE
from intake.storage import submissions
from intake.submission import Frame, parse_submission
from intake.worker import work
from referral import assess
from tests.cases import FORM_DAY, VIGNETTES
from tests.command_line import run
from tests.patients import Patient
from tests.web import make_app, state_of, stored_submissions

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from intake.content import RuledContent
    from intake.pdf.renderer import Renderer
    from intake.storage.tables import Submission


def is_complete(content: RuledContent, case: str) -> bool:
    """Tell whether the pages let a case pass: no blank where an answer is needed."""
    answers = VIGNETTES[case]["answers"]
    return not Enablement(content.form, answers, FORM_DAY).missing() and BIRTH_DATE in answers


def sent(app: Flask, content: RuledContent, answers: dict[str, Any]) -> Submission:
    patient = Patient(app.test_client(), content)
    patient.submit(patient.fill_in(answers))
    return stored_submissions(app)[-1]


WALKED = [*list(VIGNETTES)[::4], "V11"]
"""Every fourth case and the article's; all of them walk the same way in test_journey."""


@pytest.mark.parametrize("case", WALKED)
def test_same_bytes_as_from_a_file(content: RuledContent, tmp_path: Path, case: str) -> None:
    if not is_complete(content, case):
        pytest.skip("the case leaves required questions blank, which the pages do not let pass")
    answers = {
        name: value
        for name, value in VIGNETTES[case]["answers"].items()
        if content.form.page_of[name].audience == "patient"
    }
    stored = sent(make_app(tmp_path), content, answers)
    response = json.loads(stored.response)
    subject = response["subject"]
    frame = Frame(
        now=stored.created_at,
        on=None,
        patient=Identifier(**subject["identifier"]),
        patient_name=subject["display"],
    )
    raw = json.dumps(answers).encode()
    read = parse_submission(raw, name="", stem="", form=content.form, frame=frame)
    expected = build_response(read.answers, content.form, read.record)
    expected["identifier"] = response["identifier"]
    expected["authored"] = response["authored"]
    assert dump_json(expected) == stored.response.encode()
    on = stored.created_at.astimezone().date()
    assessment = assess(read.answers, pack=content.pack, on=on)
    assert dump_json(assessment.to_json()) == (stored.assessment or "").encode()


@pytest.mark.parametrize("case", ["V01", "V11"])
def test_same_files_as_from_the_command_line(
    content: RuledContent, tmp_path: Path, renderer: Renderer, case: str
) -> None:
    app = make_app(tmp_path)
    stored = sent(app, content, VIGNETTES[case]["answers"])
    assert work(app, renderer) == 1
    (tmp_path / "response.json").write_text(stored.response, encoding="utf-8")
    result = run("process", tmp_path / "response.json", "--out", tmp_path / "out")
    assert result.returncode == 0, result.stderr
    written = {name: (tmp_path / "out" / name).read_bytes() for name in FILES}
    assert written[RESPONSE] == stored.response.encode()
    assert written[ASSESSMENT] == (stored.assessment or "").encode()
    with state_of(app).storage.read() as session:
        for name in (PDF, BUNDLE):
            document = submissions.find_document(session, stored.id, name)
            assert document is not None
            assert document.content == written[name]


def test_a_known_record_number_is_the_patient(content: RuledContent, tmp_path: Path) -> None:
    system = "urn:oid:1.2.36.146"
    app = make_app(tmp_path, INTAKE_RECORD_SYSTEM=system)
    patient = Patient(app.test_client(), content)
    patient.who[RECORD_NUMBER] = " 4711 "
    patient.submit(patient.fill_in(VIGNETTES["V01"]["answers"]))
    (stored,) = stored_submissions(app)
    subject = json.loads(stored.response)["subject"]
    assert subject["identifier"] == {"system": system, "value": "4711"}
