"""The PDF of a form without rules: every answer as it was given, safe to lay out."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pikepdf
import pytest

from fhir.intake import urls
from fhir.intake.answers import check_answers
from fhir.intake.enablement import Enablement
from fhir.intake.record import RESPONSE_SYSTEM, Identifier, Patient
from fhir.intake.response import build_response
from intake.pdf.answer_summary import NOT_ASSESSED, answers_html, render_answers
from intake.pdf.answer_tree import LONGEST_LABEL, MOST_LINES, NOT_ASKED
from intake.pdf.fonts import LATIN_1
from intake.pdf.wording import NOT_ANSWERED
from tests.any_forms import coding, form_of, item, options
from tests.cases import FORM_DAY
from tests.summary_case import RECORD, VisibleText

if TYPE_CHECKING:
    from intake.pdf.renderer import Renderer, Variant

HIDDEN = [{"url": urls.HIDDEN, "valueBoolean": True}]
HOSTILE = {
    "markup": "<script>alert(1)</script>&amp;{{ 7 * 7 }}",
    "direction": "a\u202eb",
    "long": "w" * 100,
    "lines": "first\nsecond",
}


def parts(answers: dict[str, Any], *items: Any, **more: Any) -> dict[str, Any]:
    form = form_of(*items, **more)
    checked, problems = check_answers(answers, form, on=FORM_DAY)
    assert problems == []
    kept, _ = Enablement(form, checked, FORM_DAY).keep()
    return {"form": form, "answers": kept, "record": RECORD}


def lines(answers: dict[str, Any], *items: Any, **more: Any) -> list[str]:
    return VisibleText(answers_html(**parts(answers, *items, **more), coverage=LATIN_1)).lines


def test_the_head_says_who_which_form_and_that_nothing_is_assessed() -> None:
    html = answers_html(
        **parts({}, item("a"), title="A form"), birth_date="1980-03-27", coverage=LATIN_1
    )
    shown = VisibleText(html)
    assert shown.lines[:3] == [
        f"Form completed 22 Nov 2026, 09:14 (UTC+1) Ref {shown.foot[4:13]}",
        "Mark Example",
        "born 27 Mar 1980 \u00b7 record no. 00-4711",
    ]
    canonical = "http://example.org/Q\u200buestionnaire/any|1"
    assert shown.lines[3:6] == ["A form", canonical, NOT_ASSESSED]
    assert shown.head.replace("\u00a0", " ").startswith("Mark Example \u00b7 born 27 Mar 1980")
    assert shown.foot.endswith(NOT_ASSESSED)


def test_who_is_not_known() -> None:
    own = Patient(identifier=Identifier(system=f"{urls.BASE}/sid/person", value="x"))
    found = parts({}, item("a")) | {"record": replace(RECORD, patient=own, status="in-progress")}
    shown = VisibleText(answers_html(**found, coverage=LATIN_1)).lines
    assert shown[0].startswith("Not completed, state of 22 Nov 2026")
    assert shown[1:3] == ["Name not given", "date of birth not given"]


@pytest.mark.parametrize(
    ("kind", "answer", "words"),
    [
        ("boolean", False, "No"),
        ("boolean", True, "Yes"),
        ("integer", 123_456_789, "123456789"),
        ("decimal", 1e-7, "0.0000001"),
        ("decimal", 0, "0"),
        ("date", "2020-05", "May 2020"),
        ("dateTime", "2026-01-02T03:04:05Z", "2 Jan 2026, 03:04 (UTC)"),
        ("dateTime", "2020", "2020"),
        ("time", "08:30:00", "08:30"),
        ("time", "08:30:15", "08:30:15"),
        ("url", "https://example.org/a", "https://example.org/\u200ba"),
        ("string", "0", "0"),
        ("quantity", {"value": 2.5, "unit": "mg"}, "2.5 mg"),
        ("quantity", {"value": 0, "comparator": "<", "code": "mg", "system": urls.UCUM}, "< 0 mg"),
        ("open-choice", coding("elsewhere"), "Elsewhere"),
        ("open-choice", "typed", "typed"),
        ("reference", {"reference": "Patient/1", "display": "Ann"}, "Ann"),
        ("attachment", {"contentType": "image/png", "title": "Scan"}, "Scan"),
    ],
)
def test_every_type_of_answer_in_words(kind: str, answer: Any, words: str) -> None:
    assert lines({"a": answer}, item("a", kind))[-1] == f"Text of a | {words}"


def test_chosen_answers_are_told_as_the_form_words_them() -> None:
    listed = [{"valueCoding": coding("a")}, {"valueCoding": coding("b")}]
    numbers = [{"valueInteger": 1}, {"valueInteger": 2}]
    shown = lines(
        {"c": ["a", "b"], "n": "2"},
        item("c", "choice", answerOption=listed, repeats=True),
        item("n", "integer", answerOption=numbers, prefix="2."),
    )
    assert shown[-2:] == ["Text of c | A; B", "2. Text of n | 2"]


NESTED = (
    item(
        "g",
        "group",
        item("note", "display"),
        item("drug", "string", item("since", "date")),
        item("times", "group", item("at", "time"), repeats=True),
        repeats=True,
    ),
    item("sign", "choice", item("how"), answerOption=options("ache"), repeats=True),
)
ROWS: dict[str, Any] = {
    "g": [{"drug": "x", "since": "2020", "times": [{"at": "08:00:00"}, {"at": "20:00:00"}]}, {}],
    "sign": [{"sign": "ache", "how": "badly"}],
}


def test_rows_and_what_stands_below_an_answer_are_told_in_their_places() -> None:
    given = ROWS | {"g": [*ROWS["g"][:1], {"times": [{"at": "09:00:00"}]}]}
    assert lines(given, *NESTED)[7:] == [
        "Text of g (1)",
        "Text of drug | x",
        "Text of since | 2020",
        "Text of times (1)",
        "Text of at | 08:00",
        "Text of times (2)",
        "Text of at | 20:00",
        "Text of g (2)",
        f"Text of drug | ? {NOT_ANSWERED}",
        "Text of times (1)",
        "Text of at | 09:00",
        "Text of sign | Ache",
        "Text of how | badly",
    ]


def test_what_was_not_answered_is_named() -> None:
    shown = lines(
        {},
        item("a"),
        item("rows", "group", item("cell"), repeats=True),
        item("file", "attachment"),
        item("secret", extension=HIDDEN),
        item("fixed", readOnly=True),
        item("inner", "group", item("hidden", extension=HIDDEN)),
        item("later", enable=[("a", "exists", {"answerBoolean": True})]),
    )
    assert shown[7:] == [
        f"Text of a | ? {NOT_ANSWERED}",
        f"Text of rows | ? {NOT_ANSWERED}",
        f"Text of file | ? {NOT_ASKED}",
    ]


def test_hidden_answers_are_left_out() -> None:
    group = item("g", "group", item("x"), item("y", extension=HIDDEN))
    shut = item("h", "group", item("z"), extension=HIDDEN)
    shown = " ".join(lines({"x": "open", "y": "shut", "z": "shut"}, group, shut))
    assert "open" in shown
    assert "shut" not in shown


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_text_wherever_it_stands(name: str) -> None:
    text = HOSTILE[name]
    option = [{"valueCoding": {"code": "c", "display": text}}]
    html = answers_html(
        **parts(
            {"a": text, "c": "c"},
            item("a", "text", text=text, prefix=text),
            item("c", "choice", answerOption=option),
            title=text,
        ),
        coverage=LATIN_1,
    )
    assert "<script" not in html
    assert "\u202e" not in html
    assert not re.search("w{40}", html)
    seen = "".join(VisibleText(html).lines).replace("\u200b", "")
    expected = text.replace("\u202e", "[U+202E]").replace("\n", " ")
    assert seen.count(expected) >= 4


def test_a_question_without_text_is_told_by_its_name() -> None:
    assert lines({"a": "x"}, item("a", text=""))[-1] == "a | x"


def test_the_document_stays_within_bounds() -> None:
    given = {"g": [{"a": "x"} for _ in range(MOST_LINES)]}
    shown = lines(given, item("g", "group", item("a", text="q" * 5000), repeats=True))
    assert shown[-1] == f"\u2026 {MOST_LINES} more lines in the record"
    assert len(shown) < MOST_LINES + 20
    assert max(map(len, shown)) < LONGEST_LABEL + 50


@pytest.mark.parametrize("variant", ["pdf/ua-1", "pdf/a-3a"])
def test_the_pdf_is_tagged_and_the_same_each_time(renderer: Renderer, variant: Variant) -> None:
    found = parts(ROWS | {"g": ROWS["g"][:1]}, *NESTED)
    response = build_response(found["answers"], found["form"], RECORD)
    first, second = (
        render_answers(renderer, **found, response=response, variant=variant) for _ in range(2)
    )
    assert first == second
    with pikepdf.open(io.BytesIO(first)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in pdf.Root
        assert len(pdf.attachments) == (variant == "pdf/a-3a")
        assert str(pdf.docinfo["/Title"]) == "Answers: Mark Example"
    assert RECORD.identifier.system == RESPONSE_SYSTEM
