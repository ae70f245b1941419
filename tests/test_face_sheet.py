from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from intake.pdf.answer_pages import answer_sections
from intake.pdf.face_heights import height
from intake.pdf.face_layout import fitting_sheet
from intake.pdf.face_plans import Plan, plans
from intake.pdf.face_sheet import FaceSheet, body_figure, face_sheet
from intake.pdf.fonts import LATIN_1
from intake.pdf.phrases import Said, clip, join, plain
from intake.pdf.reasons import reasons
from intake.pdf.summary import summary_html
from tests.cases import VIGNETTES
from tests.summary_case import MANY_MEDICINES, RECORD, VisibleText, case, parts, vignette

if TYPE_CHECKING:
    from intake.pdf.case import Case

FULL = Plan(size=9)
RED_FLAGS = {
    "emergency_signs": "Emergency sign",
    "weakness_present": "Weakness",
    "muscle_size": "Muscle thinning",
    "sensory_present": "Numbness or tingling",
    "balance_signs": "Unsteady or clumsy",
    "head_signs": "Speech or swallowing",
    "general_signs": "Weight loss or change of mind",
    "cramps": "Cramps at night or daily",
    "twitch_spread_to": "Spread",
}


def sheet(found: Case, plan: Plan = FULL) -> FaceSheet:
    return face_sheet(found, plan, body_figure(found))


def history(found: Case) -> dict[str, str]:
    return {line.label: plain(line.words) for line in sheet(found).history}


@pytest.mark.parametrize(("link_id", "label"), RED_FLAGS.items())
def test_a_blank_red_flag_is_never_a_no(link_id: str, label: str) -> None:
    asked = sheet(case(vignette("V01"))).flags
    assert label in asked.absent
    blank = sheet(case(vignette("V01", **{link_id: None}))).flags
    assert label in blank.unanswered
    assert label not in blank.absent
    assert label not in [line.label for line in (*blank.present, *blank.unsure)]


def test_not_sure_is_neither_yes_nor_no_nor_blank() -> None:
    unsure = vignette("V01", weakness_present="unsure", weakness_side="right")
    flags = sheet(case(unsure)).flags
    assert [line.label for line in flags.unsure] == ["Weakness"]
    assert plain(flags.unsure[0].words).startswith("Right")
    assert "Weakness" not in (*flags.absent, *flags.unanswered)


def test_every_flag_stands_in_one_place() -> None:
    for name in VIGNETTES:
        found = case(vignette(name))
        flags = sheet(found).flags
        lines = [line.label for line in (*flags.present, *flags.unsure)]
        places = [*lines, *flags.unanswered, *flags.absent]
        assert sorted(places) == sorted(flag.flag.label for flag in found.assessment.flags)


def test_a_flag_shows_the_answer_that_it_asks_for() -> None:
    flags = {line.label: plain(line.words) for line in sheet(case(vignette("V11"))).flags.present}
    assert flags["Muscle thinning"] == "A muscle got thinner or smaller\u00a0· Lower arm"
    assert flags["One side smaller"].startswith("One arm or leg looks bigger")
    assert "Fatigable: not answered" in flags["Weakness"]


def test_unknown_flags_stand_beside_the_count() -> None:
    assert sheet(case(vignette("V01"))).banner.flags == "0 of the article\u2019s 7 red flags"
    assert sheet(case({})).banner.flags.endswith("; 13 signs not known")


def test_none_asked_differs_from_not_answered() -> None:
    none = case(vignette("V01"))
    assert plain(sheet(none).medicines.state) == "none (asked)"
    for label in ("Supplements", "Conditions", "Family"):
        assert history(none)[label] == "none (asked)"
    names = ("takes_medicines", "conditions", "family_history")
    blank = case(vignette("V01", **dict.fromkeys(names)))
    assert plain(sheet(blank).medicines.state) == "not answered"
    for label in ("Supplements", "Conditions", "Family"):
        assert history(blank)[label] == "not answered"


def test_medicines_taken_but_not_listed_are_said() -> None:
    found = case(vignette("V01", takes_medicines="medicines"))
    assert "taken, but which is not answered" in plain(sheet(found).medicines.state)
    assert history(found)["Supplements"] == "none (asked)"
    unsure = case(vignette("V01", takes_medicines="unsure"))
    assert "not sure whether any are taken" in plain(sheet(unsure).medicines.state)


def test_medicines_say_what_the_pack_knows() -> None:
    lines = sheet(case(vignette("V44", **MANY_MEDICINES))).medicines.lines
    notes = {plain(line.name): (line.twitch, plain(line.note)) for line in lines}
    assert notes["salbutamol"][0]
    assert "Beta-2 agonists: tremor" in notes["salbutamol"][1]
    assert notes["warfarin"] == (False, "Blood thinners: needle EMG caution only")
    assert notes["Sertralin"] == (False, "not in our list; did you mean sertraline?")
    assert notes["zorblax"] == (False, "not in our list")
    assert plain(lines[0].name) == "salbutamol"


def test_factors_are_told_against_their_limits() -> None:
    lines = {line.label: line for line in sheet(case(vignette("V11"))).factors}
    assert (lines["Caffeine"].value, lines["Caffeine"].verdict) == (
        "288 mg a day",
        "beyond: at most 200",
    )
    assert (lines["Caffeine"].fill, lines["Caffeine"].mark) == (48, 33)
    assert (lines["Sleep"].state, lines["Sleep"].verdict) == ("beyond", "below: at least 7")
    assert lines["Alcohol"].state == "within"
    blank = case(vignette("V11", sleep_hours=None, caf_any="unsure", caf_coffee=None))
    unknown = {line.label: line for line in sheet(blank).factors}
    assert (unknown["Sleep"].value, unknown["Sleep"].state) == ("not answered", "unknown")
    assert (unknown["Caffeine"].value, unknown["Caffeine"].state) == ("not sure", "unknown")


def test_every_suggestion_stands_on_page_1_or_is_announced() -> None:
    for name in VIGNETTES:
        found = case(vignette(name))
        page = fitting_sheet(found, "Letter")
        shown = " ".join(f"{row.name} {row.members}" for row in sheet(found).workup)
        for row in found.assessment.suggestions:
            assert row.test.label in shown
        left = len(sheet(found).workup) - len(page.workup)
        assert page.workup_more.startswith(f"+ {left} more, page 2") == bool(left)


def test_every_suggestion_has_its_rules() -> None:
    for name in VIGNETTES:
        found = case(vignette(name))
        text = "\n".join(test for group in reasons(found).workup for test in group.tests)
        for row in found.assessment.suggestions:
            rules = ", ".join(fired.rule.id for fired in row.rules)
            assert f"{row.test.label} ({rules}" in text
        for advice in found.assessment.advice:
            assert advice.test.label in text


def test_every_fired_rule_has_its_reason_answers_and_sources() -> None:
    found = case(vignette("V44"))
    lines = {line.rule: line for group in reasons(found).groups for line in group.lines}
    assert set(lines) == {fired.rule.id for fired in found.assessment.rules}
    assert "Weakness: Yes" in plain(lines["U01"].answers)
    assert lines["U01"].sources == "S01, S02, S04"
    assert lines["U01"].sets_urgency
    assert "Do not stop the blood thinner" in lines["C04"].because
    cited = {source.id for source in reasons(found).sources}
    assert {source for line in lines.values() for source in line.sources.split(", ")} == cited


def test_the_rules_of_the_urgency_are_all_named() -> None:
    for name in VIGNETTES:
        found = case(vignette(name))
        short = sheet(found, replace(FULL, reasons=1)).banner
        named = short.because[0].rule + short.more
        assert all(fired.rule.id in named for fired in found.assessment.tier_rules())


def test_the_nearest_target_comes_first() -> None:
    banner = sheet(case(vignette("V51"))).banner
    assert [reason.rule for reason in banner.because] == ["U21", "U04"]
    assert banner.when == "within 2 days, by 24 Nov 2026"


def test_panels_are_one_row_and_pressing_tests_come_first() -> None:
    for name in VIGNETTES:
        names = [(row.name, bool(row.deferred)) for row in sheet(case(vignette(name))).workup]
        assert len(set(names)) == len(names)
    assert sheet(case(vignette("V14"))).workup[0].name == "Emergency department"


def test_deferred_and_not_indicated_tests_are_marked() -> None:
    emergency = sheet(case(vignette("V14")))
    deferred = [row for row in emergency.workup if row.deferred]
    assert [row.deferred for row in deferred] == ["X06"]
    assert "deferred, not ordered" in emergency.deferring[0].text
    calm = sheet(case(vignette("V01")))
    assert [verdict.rule for verdict in calm.not_indicated] == ["X01"]
    assert "Needle EMG" in calm.not_indicated[0].what


def test_open_questions_are_grouped_and_the_worst_come_first() -> None:
    found = case(vignette("V12", weakness_present=None, general_signs=None))
    asks = reasons(found).undecided
    wanted: dict[str, list[str]] = {}
    for row in found.assessment.undecided:
        for name in row.questions:
            wanted.setdefault(found.words.label(name), []).append(row.rule.id)
    assert len(asks) == len(wanted)
    assert {ask.what: ask.rule.split(", ") for ask in asks} == wanted
    assert asks[0].text == "Emergency now"
    short = sheet(found, replace(FULL, rules=1)).undecided[0]
    assert " +" in short.rule


def test_a_rule_behind_a_hidden_question_names_the_one_to_ask() -> None:
    found = case(vignette("V01", sensory_present=None))
    label = found.form.items["sensory_present"].short
    for asks in (sheet(found).undecided, reasons(found).undecided):
        told = {ask.what: (ask.rule.split(", "), ask.text) for ask in asks}
        assert list(told) == [label]
        assert "E04" in told[label][0]
        assert told[label][1] == "Emergency now"


def test_cautions_are_all_told() -> None:
    page = sheet(case(vignette("V44")))
    assert {caution.rule for caution in page.cautions} == {"C01", "C04", "C05", "C19"}
    emg = next(row for row in page.workup if row.name.startswith("Needle EMG"))
    assert emg.cautions == "C04, C05"


def test_what_is_cut_is_announced() -> None:
    found = case(vignette("V44", **MANY_MEDICINES))
    page = sheet(found, plans()[-1])
    assert plain(page.quote).endswith("…")
    assert page.quote_cut
    assert page.medicines.more == "+ 2 more, with all answers"
    assert page.workup_more.startswith("+ ")
    assert page.cautions_more.startswith("+ ")


def test_a_sparer_plan_is_never_higher() -> None:
    found = case(vignette("V44", **MANY_MEDICINES))
    figure = body_figure(found)
    points = [height(face_sheet(found, p, figure), "A4") * p.size for p in plans()]
    assert all(later <= earlier + 0.01 for earlier, later in pairwise(points[5:]))


def test_who_and_by_whom() -> None:
    head = sheet(case(vignette("V01"))).header
    assert plain(head.person).replace("\u00a0", " ") == (
        "Female at birth · 34 y · born 10 May 1992 · record no. 00-4711 · Pregnancy: No"
    )
    assert head.made[0] == "Form completed 22 Nov 2026, 09:14 (UTC+1)"
    nameless = replace(RECORD, patient=replace(RECORD.patient, name=None))
    blank = sheet(case({}, nameless)).header
    assert plain(blank.name) == "Name not given"
    assert "date of birth: not answered" in plain(blank.person).replace("\u00a0", " ")
    assert blank.made[1:] == ("by whom: not answered, in English", "Consent: not answered")


def test_blank_own_words_are_not_answered() -> None:
    html = summary_html(**parts(vignette("V01", your_words=None)), coverage=LATIN_1)
    assert "Own words | not answered" in VisibleText(html).lines


def test_answer_pages_hold_every_question_that_was_asked() -> None:
    found = case(vignette("V44", **MANY_MEDICINES))
    lines: dict[str, str] = {}
    blank: list[str] = []
    for section in answer_sections(found):
        lines |= {line.label: plain(line.words) for line in (*section.chosen, *section.typed)}
        blank += section.unanswered
    for name in found.shown - {"medication"}:
        item = found.form.items[name]
        if found.form.row_group(item) is None and not name.startswith("clin_"):
            assert (item.short in lines) == found.answered(name)
            assert (item.short in blank) != found.answered(name)
    assert lines["Family detail"] == "My father, he was 61"
    assert lines["Illness worry 0-10"] == "2 of 10"


def test_a_clinician_page_is_shown_once_it_is_used() -> None:
    headings = [section.heading for section in answer_sections(case(vignette("V11")))]
    assert "Examination (clinician)" not in headings
    examined = case(vignette("V11", clin_exam_done="yes", clin_reflexes="brisk"))
    assert answer_sections(examined)[-1].heading == "Examination (clinician)"
    assert "Exam: reflexes: Brisk" in plain(sheet(examined).examination)
    assert "Exam: tone: not answered" in plain(sheet(examined).examination)


def test_phrases() -> None:
    said = Said("three four", "ltr")
    assert clip(("one ", said), 30) == ("one ", said)
    assert clip(("one ", said), 10) == ("one ", Said("three", "ltr"), "…")
    assert clip(("abcdefgh",), 5) == ("abcde", "…")
    assert plain(join([("a",), (), ("b",)], "; ")) == "a; b"


def test_unfinished_form_is_not_called_completed() -> None:
    unfinished = replace(RECORD, status="in-progress")
    head = sheet(case(vignette("V01"), unfinished)).header
    assert head.made[0] == "Not completed, state of 22 Nov 2026, 09:14 (UTC+1)"
