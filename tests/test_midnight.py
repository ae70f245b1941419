"""The day of a form is the clinic's, also where it is another on the server, and at midnight."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from fhir.intake.strict_json import dump_json
from intake.person import BIRTH_DATE, PERSON
from intake.submission import Frame, parse_submission
from referral import assess
from tests.cases import VIGNETTES
from tests.patients import Patient, typed_date
from tests.web import make_app, stored_submissions, stored_visits

if TYPE_CHECKING:
    from datetime import tzinfo
    from pathlib import Path

    from intake.content import RuledContent

ZONE = "Pacific/Auckland"
BEFORE = datetime(2026, 11, 25, 10, 50, tzinfo=UTC)
AFTER = datetime(2026, 11, 25, 11, 10, tzinfo=UTC)
"""Ten minutes to midnight at the clinic, and ten past; on the server it is the 25th."""
BORN = "1976-11-26"
ANSWERS: dict[str, Any] = {**VIGNETTES["V11"]["answers"], BIRTH_DATE: BORN}


class Clock:
    """A time that a test sets; it stands for the `datetime` of the module that tells the time."""

    moment = BEFORE

    def now(self, zone: tzinfo) -> datetime:
        return self.moment.astimezone(zone)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr("intake.web.clock.datetime", made)
    return made


def test_a_form_is_of_the_day_on_which_it_is_sent(
    clock: Clock, content: RuledContent, tmp_path: Path
) -> None:
    app = make_app(tmp_path, INTAKE_TIME_ZONE=ZONE)
    patient = Patient(app.test_client(), content)
    check = patient.fill_in(ANSWERS)
    (visit,) = stored_visits(app)
    assert json.loads(visit.response or "")["authored"] == "2026-11-25T23:50:00+13:00"
    clock.moment = AFTER
    done = patient.submit(check)
    assert "You sent your answers on 26 Nov 2026." in done.text
    (sent,) = stored_submissions(app)
    assert sent.created_at == AFTER
    assert json.loads(sent.response)["authored"] == "2026-11-26T00:10:00+13:00"
    raw = sent.response.encode()
    read = parse_submission(raw, name="", stem="", form=content.form, frame=Frame(now=AFTER))
    assert read.record.day == date(2026, 11, 26)
    assessment = assess(read.answers, pack=content.pack, on=read.record.day)
    assert dump_json(assessment.to_json()) == (sent.assessment or "").encode()


def test_the_clinician_reads_the_day_of_the_clinic(
    clock: Clock, content: RuledContent, tmp_path: Path
) -> None:
    app = make_app(tmp_path, INTAKE_TIME_ZONE=ZONE)
    patient = Patient(app.test_client(), content)
    check = patient.fill_in(ANSWERS)
    clock.moment = AFTER
    patient.submit(check)
    (sent,) = stored_submissions(app)
    page = patient.get(f"/clinic/{sent.id}")
    assert "26 Nov 2026, 00:10 (UTC+13)" in page.text
    assert "26 Nov 1976 (50 years)" in page.text  # since midnight at the clinic
    assert "within 14 days of the form, by 10 Dec 2026" in page.text


@pytest.mark.parametrize(
    ("zone", "moment", "today", "tomorrow"),
    [
        (ZONE, BEFORE, "2026-11-25", "2026-11-26"),
        (ZONE, AFTER, "2026-11-26", "2026-11-27"),
        ("Pacific/Honolulu", datetime(2026, 11, 26, 5, tzinfo=UTC), "2026-11-25", "2026-11-26"),
    ],
)
def test_nobody_is_born_after_the_day_at_the_clinic(  # noqa: PLR0913, PLR0917  # when and where
    clock: Clock,
    content: RuledContent,
    tmp_path: Path,
    zone: str,
    moment: datetime,
    today: str,
    tomorrow: str,
) -> None:
    clock.moment = moment
    patient = Patient(make_app(tmp_path, INTAKE_TIME_ZONE=zone).test_client(), content)
    page = patient.send(patient.begin(), ANSWERS)
    page = patient.send(page, ANSWERS)
    assert patient.at == f"/form/{PERSON}"
    refused = patient.send(page, ANSWERS, **typed_date(BIRTH_DATE, tomorrow))
    assert refused.status == 422
    assert [place for _, place in refused.errors()] == [f"#{BIRTH_DATE}-day"]
    patient.send(refused, ANSWERS, **typed_date(BIRTH_DATE, today))
    assert patient.at == "/form/g_about"


def test_what_was_accepted_before_midnight_stays_accepted(
    clock: Clock, content: RuledContent, tmp_path: Path
) -> None:
    app = make_app(tmp_path, INTAKE_TIME_ZONE=ZONE)
    patient = Patient(app.test_client(), content)
    check = patient.fill_in({**VIGNETTES["V01"]["answers"], BIRTH_DATE: "2026-11-25"})
    clock.moment = AFTER
    patient.submit(check)
    (sent,) = stored_submissions(app)
    assert '"valueDate": "2026-11-25"' in sent.response
