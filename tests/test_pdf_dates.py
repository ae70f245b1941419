from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from intake.pdf.dates import began_words, day_words, later_words, moment_words
from intake.pdf.face_plans import Plan
from intake.pdf.face_sheet import body_figure, face_sheet
from intake.pdf.phrases import plain
from intake.pdf.reasons import reasons
from tests.cases import FORM_DAY
from tests.summary_case import RECORD, case, vignette

if TYPE_CHECKING:
    from intake.pdf.case import Case
    from intake.pdf.face_sheet import FaceSheet


def sheet(found: Case) -> FaceSheet:
    return face_sheet(found, Plan(size=9), body_figure(found))


def test_dates() -> None:
    assert day_words("1984-02-03") == "3 Feb 1984"
    assert day_words("1984-02") == "Feb 1984"
    assert day_words("1984") == "1984"
    assert moment_words("2026-11-22T09:14:00Z") == "22 Nov 2026, 09:14 (UTC)"
    assert moment_words("2026-11-22") == "22 Nov 2026"
    assert began_words(1, FORM_DAY) == "about 15 Nov 2026"
    assert began_words(26, FORM_DAY) == "about May 2026"
    assert began_words(1e9, FORM_DAY) == ""
    assert began_words(1, date.min) == ""
    assert later_words(FORM_DAY, 9) == "1 Dec 2026"
    assert later_words(date.max, 0) == "31 Dec 9999"
    assert later_words(date.max, 1) == ""


@pytest.mark.parametrize(("born", "said"), [("1984", "1984"), ("1984-05", "May 1984")])
def test_a_birth_without_a_day_is_told_as_too_little(born: str, said: str) -> None:
    found = case(vignette("V01", date_of_birth=born))
    told = f"Date of birth: only {said} (no age)"
    lines = {line.rule: line for group in reasons(found).groups for line in group.lines}
    assert told in plain(lines["R07"].answers)
    call = next(row for row in sheet(found).workup if "R07" in row.rules)
    assert told in plain(call.why)
    assert f"born {said}" in plain(sheet(found).header.person).replace("\u00a0", " ")
    rules = tuple(
        replace(row, answers={**row.answers, "date_of_birth": None})
        for row in found.assessment.rules
        if row.rule.id == "R07"
    )
    blank = replace(found, assessment=replace(found.assessment, rules=rules))
    assert plain(reasons(blank).groups[0].lines[0].answers) == told


def test_a_target_beyond_the_calendar_has_no_day() -> None:
    for day in (date.max, date.min):
        record = replace(RECORD, on=day)
        found = replace(case(vignette("V11")), record=record)
        assert (", by " in sheet(found).banner.when) == (day == date.min)
        assert sheet(found).banner.when.startswith("within ")
