"""Blanks are no answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from intake.person import BIRTH_DATE
from tests.attacks import (
    CALM,
    stored,
    values_in,
)
from tests.pages import parse
from tests.web import stored_submissions

if TYPE_CHECKING:
    from flask import Flask

    from tests.patients import Patient


pytest_plugins = ["tests.attacks"]


def test_blanks_are_no_answers(app: Flask, patient: Patient) -> None:
    """Of a form with only what must be answered, nothing else is stored: no "no" and no zero."""
    required = {item.link_id for item in patient.content.form.items.values() if item.required}
    answers = {name: value for name, value in CALM.items() if name in required}
    check = patient.fill_in(answers)
    assert "Not answered" in check.text
    assert stored(app).keys() == answers.keys() | {BIRTH_DATE}
    patient.submit(check)
    (sent,) = stored_submissions(app)
    found = values_in(json.loads(sent.response))
    assert found.keys() == answers.keys() | {BIRTH_DATE}
    assert json.loads(sent.patient).keys() == {"name", "birth_date", "phone"}
    body = parse(app.test_client().get(f"/intake/clinic/{sent.id}").text)
    assert "not answered" in body.text


def test_an_answer_that_is_taken_back_is_gone(app: Flask, patient: Patient) -> None:
    optional = {"worry_level": 0, "alcohol_week": 0, "your_words": "0", "twitch_triggers": ["none"]}
    options = [o.code for o in patient.content.form.items["twitch_triggers"].options]
    optional["twitch_triggers"] = options[:1]
    patient.fill_in(CALM | optional)
    assert [stored(app)[name][0] for name in ("worry_level", "alcohol_week")] == [0, 0]
    assert stored(app)["your_words"] == ["0"]
    for path, name in (
        ("/form/g_mind", "worry_level"),
        ("/form/g_daily", "alcohol_week"),
        ("/form/g_end", "your_words"),
        ("/form/g_how", "twitch_triggers"),
    ):
        patient.send(patient.get(path), {k: v for k, v in CALM.items() if k != name})
        assert name not in stored(app)
    for row in ({}, {"med_name": ""}, {"med_name": " ", "med_dose": ""}):
        typed = {f"medication-1-{column}": cell for column, cell in row.items()}
        page = patient.get("/form/g_medicines")
        patient.send(page, CALM | {"takes_medicines": "medicines", "medication": []}, **typed)
        assert "med_name" not in stored(app)
