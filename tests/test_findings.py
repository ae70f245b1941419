"""What was stored, read again: nothing is lost, nothing is taken for a no, nothing fails."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from fhir.intake.response import build_response
from intake.content import RuledContent, standard_content
from intake.pdf.phrases import Said, plain
from intake.stored_assessment import read_assessment
from intake.web.answer_words import ReadResponse, ScreenWording, answer_sections, read_response
from intake.web.findings import Findings, find, urgency_colour, urgency_label
from referral import assess
from tests.cases import FORM_DAY, VIGNETTES
from tests.summary_case import MANY_MEDICINES, RECORD, parts, vignette

if TYPE_CHECKING:
    from collections.abc import Iterator

HOSTILE = "<script>alert(1)</script> {{ 7*7 }} %s {0} \u202eשלום\u2066\n\n  two  blanks\r\nend"


def stored(answers: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return response and assessment as they are stored: after a way through JSON."""
    made = parts(answers)
    response = build_response(made["answers"], made["form"], RECORD)
    return json.loads(json.dumps(response)), json.loads(json.dumps(made["assessment"].to_json()))


def reading(answers: dict[str, Any], **changes: Any) -> ReadResponse:
    response, assessment = stored(answers)
    content = standard_content()
    found = read_assessment(assessment | changes, content.pack.tables)
    return read_response(response, found, content)


def findings(answers: dict[str, Any], **changes: Any) -> Findings:
    return find(reading(answers, **changes).case)


def texts(value: object) -> Iterator[str]:
    """Yield every text in a presenter's result."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Said):
        yield value.text
    elif isinstance(value, tuple):
        for part in value:
            yield from texts(part)
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from texts(getattr(value, name))


@pytest.mark.parametrize("name", VIGNETTES)
def test_a_stored_assessment_is_read_back_whole(name: str, content: RuledContent) -> None:
    made = parts(vignette(name))["assessment"]
    again = read_assessment(json.loads(json.dumps(made.to_json())), content.pack.tables)
    assert json.dumps(again.to_json()) == json.dumps(made.to_json())
    assert again.tier == made.tier
    assert [row.test for row in again.suggestions] == [row.test for row in made.suggestions]
    assert [row.rules for row in again.advice] == [row.rules for row in made.advice]
    assert again.tier_rules() == made.tier_rules()


@pytest.mark.parametrize("name", VIGNETTES)
def test_everything_that_was_found_is_shown(name: str) -> None:
    _, assessment = stored(vignette(name))
    read = reading(vignette(name))
    shown = find(read.case)
    said = " ".join(texts(shown))
    tests = {test.id: test.label for test in read.case.pack.tables.test}
    for row in [*assessment["suggestions"], *assessment["not_indicated"]]:
        assert tests[row["id"]] in said, row
    for rule in assessment["rules"]:
        assert rule["because"] in said, rule
    for row in assessment["red_flags"]:
        assert row["label"] in said, row
    for row in assessment["undecided"]:
        assert row["rule"] in [rule.rule for rule in shown.open_rules]
    assert len(shown.advice) == len(assessment["advice"])
    assert len(shown.medicines.lines) == len(assessment["medicines"])


def test_urgency_with_target_and_every_reason() -> None:
    urgency = findings(vignette("V11")).urgency
    assert (urgency.label, urgency.colour, urgency.worst) == ("Urgent", "orange", False)
    assert urgency.when == "within 14 days of the form, by 6 Dec 2026"
    assert [reason.rule for reason in urgency.reasons] == ["U01", "U03", "U06"]
    first = urgency.reasons[0]
    assert first.sources == "NICE NG127, NICE NG42, MND Association"
    assert first.strength == "guideline"
    assert "Weak side: Right" in plain(first.answers)
    assert "Lost function: Opening jars or bottles; Writing, typing or texting" in plain(
        first.answers
    )


def test_the_worst_urgency_is_for_the_day_of_the_form_not_for_today() -> None:
    urgency = findings(vignette("V14")).urgency
    assert (urgency.label, urgency.colour, urgency.worst) == ("Emergency now", "red", True)
    assert urgency.when == "on the day of the form, 22 Nov 2026"


def test_no_urgency_is_no_low_urgency(content: RuledContent) -> None:
    tables = content.pack.tables
    assert urgency_label(tables, None) == "Urgency not set"
    assert urgency_colour(tables, None) == "grey"
    urgency = findings({"consent": "all"}, tier=None, target_days=None).urgency
    assert (urgency.label, urgency.colour, urgency.reasons) == ("Urgency not set", "grey", ())


def test_red_flags_in_three_states() -> None:
    flags = findings(
        vignette("V11", general_signs=["not_sure"], balance_signs=None, head_signs=None)
    ).flags
    assert [flag.label for flag in flags.present][:2] == ["Weakness", "Muscle thinning"]
    unknown = {flag.label: plain(flag.words) for flag in flags.unknown}
    assert unknown["Unsteady or clumsy"] == "not answered"
    assert unknown["Speech or swallowing"] == "not answered"
    assert "Unsteady or clumsy" not in flags.absent
    assert "Stiffness" in flags.absent
    together = [*flags.present, *flags.unknown, *flags.absent]
    assert len(together) == len(standard_content().pack.tables.red_flag)


def test_unsure_is_not_known() -> None:
    flags = findings(vignette("V01", weakness_present="unsure")).flags
    assert "not sure" in {plain(flag.words).split("\u00a0")[0] for flag in flags.unknown}
    assert "Weakness" not in flags.absent


def test_suggested_tests_by_category_with_why_source_and_what_they_help_with() -> None:
    found = findings(vignette("V11")).suggested
    assert [category.heading for category in found] == [
        "Referrals",
        "Examination and other",
        "Nerve and muscle tests",
        "Scans",
        "Blood and urine tests",
    ]
    (emg,) = found[2].rows
    assert emg.name == "Needle EMG with nerve conduction studies"
    assert plain(emg.why) == "Weakness; Muscle thinning; age 42"
    assert emg.rules == ("W30", "W31")
    assert "NICE NG127" in emg.sources
    assert emg.because.startswith("Objective or functional weakness")
    bloods = found[-1].rows[0]
    assert bloods.name == "First-line bloods"
    assert "Magnesium" in [test.label for test in bloods.tests]


def test_cautions_stand_beside_their_test() -> None:
    (row,) = [
        row
        for category in findings(vignette("V11", mri_safety=["pacemaker"])).suggested
        for row in category.rows
        if row.name == "MRI brachial plexus"
    ]
    assert [caution.rule for caution in row.cautions] == ["C01"]
    assert "MRI safety team" in row.cautions[0].text
    assert "MRI safety" not in row.unasked


def test_an_unanswered_safety_question_is_not_the_absence_of_cautions() -> None:
    (row,) = [
        row
        for category in findings(vignette("V11", mri_safety=None)).suggested
        for row in category.rows
        if row.name == "MRI brachial plexus"
    ]
    assert row.cautions == ()
    assert row.unasked == ("MRI safety",)


def test_deferred_and_not_indicated_with_their_reasons() -> None:
    (deferred,) = findings(vignette("V14")).deferred
    assert deferred.label == "Needle EMG with nerve conduction studies"
    assert [reason.rule for reason in deferred.reasons] == ["X06"]
    (against,) = findings(vignette("V01")).not_indicated
    assert against.rule == "X01"
    assert "MRI brain" in against.what
    assert against.text.startswith("Under 40 and no weakness")


def test_open_questions_by_what_they_would_help_to_decide() -> None:
    found = findings({"consent": "all", "emergency_signs": ["none"], "twitch_kind": "flicker"})
    first = found.open_questions[0]
    assert first.decides.startswith("Emergency now (E")
    weakness = next(q for q in found.open_questions if q.label == "Weakness (self-report)")
    assert "Emergency now (E01, E03, E13); Urgent (U01" in weakness.decides
    assert any(rule.rule == "E01" and "stroke" in rule.because for rule in found.open_rules)


def test_medicines_with_what_is_known_and_did_you_mean() -> None:
    lines = findings(vignette("V11", **MANY_MEDICINES)).medicines.lines
    said = {plain(line.name): plain(line.note) for line in lines}
    assert len(lines) == 4
    assert said["zorblax"] == "not in our list"
    assert "did you mean" in said["Sertralin"]


def test_factors_against_their_limits() -> None:
    found = {line.label: line for line in findings(vignette("V11")).factors}
    assert (found["Caffeine"].value, found["Caffeine"].verdict) == (
        "288 mg a day",
        "beyond: at most 200",
    )
    assert found["Sleep"].verdict == "below: at least 7"
    assert found["Stress"].state == "within"


def test_limits_are_those_that_were_applied() -> None:
    _, assessment = stored(vignette("V11"))
    factors = [
        row | {"at_most": 150} if row["id"] == "caffeine" else row for row in assessment["factors"]
    ]
    found = findings(vignette("V11"), factors=factors).factors
    assert found[0].verdict == "beyond: at most 150"


def renamed(value: Any) -> Any:
    """Return an assessment of which the pack of today knows no id."""
    ids = {"id", "rule", "tier", "panel", "category"}
    lists = {"rules", "cautions", "sources", "classes", "ask", "waits_for"}
    if isinstance(value, list):
        return [renamed(element) for element in value]
    if not isinstance(value, dict):
        return value
    changed: dict[str, Any] = {}
    for key, element in value.items():
        if key in ids and isinstance(element, str):
            changed[key] = f"zz-{element}"
        elif key == "advice" or (key in lists and element and isinstance(element[0], str)):
            changed[key] = [f"zz-{name}" for name in element]
        elif key == "answers":
            changed[key] = {f"zz-{name}": answer for name, answer in element.items()}
        else:
            changed[key] = renamed(element)
    return changed


@pytest.mark.parametrize("name", ["V11", "V14", "V22", "V31", "V01", "V45", "V47", "B13"])
def test_ids_that_the_pack_does_not_know_are_shown_as_they_are(name: str) -> None:
    _, assessment = stored(vignette(name))
    shown = findings(vignette(name), **renamed(assessment))
    said = " ".join(texts(shown))
    assert shown.urgency.label == f"zz-{assessment['tier']}"
    assert shown.urgency.colour == "grey"
    # The rules of the urgency can not be told from the others any more: none is left out.
    tier_rules = [row["id"] for row in assessment["rules"] if row["kind"] == "tier"]
    assert {f"zz-{rule}" for rule in tier_rules} == {r.rule for r in shown.urgency.reasons}
    for row in assessment["suggestions"]:
        assert f"zz-{row['id']}" in said
    for row in assessment["undecided"]:
        assert f"zz-{row['rule']}" in said
    assert len(shown.factors) == len(assessment["factors"])
    assert len(shown.deferred) == sum(
        row["status"] == "deferred" for row in assessment["suggestions"]
    )


def test_what_was_typed_keeps_every_character(content: RuledContent) -> None:
    words = ScreenWording(content.form)
    assert words.value("your_words", HOSTILE) == (Said(HOSTILE, "ltr"),)
    assert words.value("your_words", "שלום abc") == (Said("שלום abc", "rtl"),)
    long = "x" * 20_000
    assert plain(words.value("your_words", long)) == long


def test_all_answers_by_section_in_the_order_of_the_form() -> None:
    answers = vignette("V11", dominant_hand=None, your_words=HOSTILE)
    response, _ = stored(answers)
    sections = answer_sections(reading(answers), response)
    by_label = {line.label: line for section in sections for line in section.lines}
    assert by_label["Dominant hand"].values == ()
    assert [plain(value) for value in by_label["Lost function"].values] == [
        "Opening jars or bottles",
        "Writing, typing or texting",
    ]
    assert plain(by_label["Patient words"].values[0]) == HOSTILE
    labels = [line.label for section in sections for line in section.lines]
    assert labels.index("Consent") < labels.index("Weak side") < labels.index("Patient words")
    assert "Examination (clinician)" not in [section.heading for section in sections]


def test_a_question_that_was_not_asked_is_not_listed_as_unanswered() -> None:
    answers = vignette("V01")
    response, _ = stored(answers)
    labels = {
        line.label
        for section in answer_sections(reading(answers), response)
        for line in section.lines
    }
    assert "Weakness (self-report)" in labels
    assert "Weak side" not in labels


def test_medicines_are_one_line_for_each_row() -> None:
    answers = vignette("V11", **MANY_MEDICINES)
    response, _ = stored(answers)
    sections = answer_sections(reading(answers), response)
    (medicines,) = (x for section in sections for x in section.lines if x.label == "Medicines")
    assert plain(medicines.values[0]).startswith("warfarin, 3 mg at night")
    assert len(medicines.values) == 4


def test_answers_to_an_older_form_are_shown_as_stored() -> None:
    response, assessment = stored(vignette("V11"))
    lost = {
        "linkId": "old_question",
        "text": "Do your eyelids twitch?",
        "answer": [{"valueCoding": {"code": "yes-old", "display": "Yes, both"}}],
    }
    number = {
        "linkId": "old_number",
        "answer": [{"valueQuantity": {"value": 3, "unit": "weeks"}}, {"valueBoolean": False}],
    }
    response["item"][0]["item"] += [lost, number]
    content = standard_content()
    read = read_response(response, read_assessment(assessment, content.pack.tables), content)
    assert not read.whole
    lines = {
        line.label: [plain(value) for value in line.values]
        for section in answer_sections(read, response)
        for line in section.lines
    }
    assert lines["Do your eyelids twitch?"] == ["Yes, both"]
    assert lines["old_number"] == ["3 weeks", "No"]
    assert ["Getting worse"] in lines.values()
    assert [] not in lines.values()
    assert find(read.case).urgency.label == "Urgent"


def test_a_response_that_fits_is_whole() -> None:
    assert reading(vignette("V11")).whole


def test_presenters_need_no_rules_to_run(content: RuledContent) -> None:
    """The stored assessment has the last word, also where the rules would now say otherwise."""
    answers = parts(vignette("V01"))["answers"]
    assert assess(answers, pack=content.pack, on=FORM_DAY).tier is not None
    shown = findings(vignette("V01"), tier="urgent", target_days=14)
    assert shown.urgency.label == "Urgent"
