"""Hostile inputs that nobody here wrote, against files and text (web parts come later)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from fhir.intake.answers import check_answers
from fhir.intake.reading import read_items
from fhir.intake.response import build_response
from intake.content import standard_content
from intake.submission import Frame, InputError, parse_submission
from tests.cases import FORM_DAY, TEST_DATA

if TYPE_CHECKING:
    from intake.content import Content

FILE = TEST_DATA / "security" / "bad_inputs.json"
FRAME = Frame(now=datetime(2026, 11, 22, tzinfo=UTC))
LONGEST = 1000


def _entries(where: str) -> list[Any]:
    if not FILE.is_file():
        reason = f"the hostile inputs are not at {FILE} (set INTAKE_TEST_DATA)"
        return [pytest.param({}, marks=pytest.mark.skip(reason=reason))]
    rows = json.loads(FILE.read_text(encoding="utf-8"))["inputs"]
    found = [row for row in rows if where in row["where"] and "value" in row]
    return [pytest.param(row, id=row["id"]) for row in found if isinstance(row["value"], str)]


def must_refuse(row: dict[str, Any]) -> bool:
    return row["expected"].startswith(("422", "400")) or len(row["value"]) > LONGEST


@pytest.mark.parametrize("row", _entries("form:text"))
def test_text_is_refused_or_kept_unchanged(row: dict[str, Any], content: Content) -> None:
    text = row["value"]
    answers, problems = check_answers({"your_words": text}, content.form, on=FORM_DAY)
    if must_refuse(row):
        assert len(problems) == 1
        assert "\n" not in str(problems[0])
        return
    assert (answers, problems) == ({"your_words": text}, [])
    submission = parse_submission(
        json.dumps(answers).encode(), name="f", stem="f", form=content.form, frame=FRAME
    )
    response = build_response(submission.answers, content.form, submission.record)
    raw, faults = read_items(json.loads(json.dumps(response)), content.form)
    assert (raw, faults) == ({"your_words": text}, [])


@pytest.mark.parametrize("row", _entries("import JSON"))
def test_json_is_refused_in_one_sentence(row: dict[str, Any]) -> None:
    form = standard_content().form
    with pytest.raises(InputError) as caught:
        parse_submission(row["value"].encode(), name="f", stem="f", form=form, frame=FRAME)
    assert len(str(caught.value).splitlines()) == 1
