"""Which items of any form are shown: nested, in rows, from the nearest answer."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from fhir.intake.enablement import Enablement
from fhir.intake.loading import QuestionnaireError
from tests.any_forms import coding, form_of, item, options

ON = date(2026, 11, 25)
YES: Any = {"answerBoolean": True}


def shown(form: Any, answers: Any) -> list[str]:
    return [item.link_id for item in Enablement(form, answers, ON).questions()]


@pytest.mark.parametrize(
    ("kind", "condition", "answer", "is_shown"),
    [
        ("boolean", ("=", {"answerBoolean": True}), True, True),
        ("boolean", ("=", {"answerBoolean": False}), None, False),
        ("boolean", ("!=", {"answerBoolean": True}), False, True),
        ("boolean", ("!=", {"answerBoolean": True}), None, False),
        ("boolean", ("exists", {"answerBoolean": True}), False, True),
        ("boolean", ("exists", {"answerBoolean": False}), None, True),
        ("boolean", ("exists", {"answerBoolean": False}), True, False),
        ("integer", (">", {"answerInteger": 3}), 4, True),
        ("integer", (">", {"answerInteger": 3}), 3, False),
        ("integer", (">=", {"answerInteger": 3}), 3, True),
        ("decimal", ("<", {"answerDecimal": 3.5}), 3.4, True),
        ("decimal", ("=", {"answerInteger": 3}), 3.0, True),
        ("date", ("<=", {"answerDate": "2026-01-02"}), "2026-01-02", True),
        ("date", (">", {"answerDate": "2026-01-02"}), "2026", False),
        ("date", (">", {"answerDate": "2026-01-02"}), "2027", True),
        ("string", ("=", {"answerString": "a"}), "a", True),
        ("string", ("=", {"answerString": "a"}), "A", False),
        ("choice", ("=", {"answerCoding": coding("x")}), "x", True),
        ("choice", ("=", {"answerCoding": coding("x")}), "y", False),
        ("choice", ("!=", {"answerCoding": coding("x")}), "y", True),
        ("choice", ("=", {"answerCoding": {"system": "other", "code": "x"}}), "x", False),
        ("choice", ("exists", {"answerBoolean": True}), "x", True),
    ],
)
def test_each_operator(kind: str, condition: Any, answer: Any, is_shown: bool) -> None:
    more = {"answerOption": options("x", "y")} if kind == "choice" else {}
    form = form_of(item("q", kind, **more), item("then", enable=[("q", *condition)]))
    answers = {} if answer is None else {"q": answer}
    assert shown(form, answers) == (["q", "then"] if is_shown else ["q"])


def test_several_answers_meet_a_condition_with_one_of_them() -> None:
    def form(operator: str) -> Any:
        condition = ("q", operator, {"answerCoding": coding("x")})
        more = {"repeats": True, "answerOption": options("x", "y", "z")}
        return form_of(item("q", "choice", **more), item("then", enable=[condition]))

    assert shown(form("="), {"q": ["y", "x"]}) == ["q", "then"]
    assert shown(form("!="), {"q": ["y", "x"]}) == ["q"]
    assert shown(form("!="), {"q": ["y", "z"]}) == ["q", "then"]


@pytest.mark.parametrize(("behaviour", "is_shown"), [("all", False), ("any", True)])
def test_conditions_together(behaviour: str, is_shown: bool) -> None:
    conditions = [("a", "=", YES), ("b", "=", YES)]
    then = item("then", enable=conditions, enableBehavior=behaviour)
    form = form_of(item("a", "boolean"), item("b", "boolean"), then)
    assert ("then" in shown(form, {"a": True, "b": False})) is is_shown


def test_what_stands_in_a_hidden_part_is_hidden_and_counts_for_nothing() -> None:
    form = form_of(
        item("a", "boolean"),
        item("g", "group", item("b", "boolean"), enable=[("a", "=", YES)]),
        item("c", enable=[("b", "=", YES)]),
    )
    assert shown(form, {"a": True, "b": True}) == ["a", "b", "c"]
    assert shown(form, {"a": False, "b": True}) == ["a"]
    kept, dropped = Enablement(form, {"a": False, "b": True, "c": "x"}, ON).keep()
    assert kept == {"a": False}
    assert dropped == ("b", "c")


def test_a_question_below_a_question_waits_for_its_answer() -> None:
    form = form_of(item("a", "boolean", item("b")))
    assert shown(form, {}) == ["a"]
    assert shown(form, {"a": False}) == ["a", "b"]


def test_what_stands_below_a_blank_question_counts_for_nothing() -> None:
    form = form_of(
        item("a", "boolean", item("b")),
        item("c", enable=[("b", "exists", YES)]),
        item("d", "boolean", item("e"), item("f", enable=[("e", "exists", YES)]), repeats=True),
    )
    answers = {"b": "x", "c": "y", "d": [{"e": "z", "f": "u"}, {"d": True, "e": "z", "f": "u"}]}
    kept, dropped = Enablement(form, answers, ON).keep()
    assert kept == {"d": [{}, {"d": True, "e": "z", "f": "u"}]}
    assert dropped == ("b", "c", "d[1].e", "d[1].f")


ROWS = form_of(
    item("outside", "boolean"),
    item(
        "rows",
        "group",
        item("has", "boolean"),
        item("what", required=True, enable=[("has", "=", YES)]),
        item("also", enable=[("outside", "=", YES)]),
        repeats=True,
    ),
    item("after", enable=[("has", "=", YES)]),
)


def test_each_row_uses_its_own_answers() -> None:
    answers = {"rows": [{"has": True}, {"has": False, "what": "x"}, {"what": "y"}]}
    found = Enablement(ROWS, answers, ON)
    what = ROWS.items["what"]
    assert [found.is_shown(what, (("rows", n),)) for n in range(3)] == [True, False, False]
    assert found.missing() == ("rows[1].what",)
    kept, dropped = found.keep()
    assert kept == {"rows": [{"has": True}, {"has": False}, {}]}
    assert dropped == ("rows[2].what", "rows[3].what")


def test_outside_the_rows_the_last_one_before_counts() -> None:
    assert "after" in shown(ROWS, {"rows": [{"has": False}, {"has": True}]})
    assert "after" not in shown(ROWS, {"rows": [{"has": True}, {"has": False}]})


def test_a_row_sees_what_stands_around_it() -> None:
    also = ROWS.items["also"]
    found = Enablement(ROWS, {"outside": True, "rows": [{}]}, ON)
    assert found.is_shown(also, (("rows", 0),))
    assert not Enablement(ROWS, {"rows": [{}]}, ON).is_shown(also, (("rows", 0),))


def test_below_an_answer_of_several_its_own_answer_counts() -> None:
    below = item("more", enable=[("q", "=", {"answerCoding": coding("x")})])
    form = form_of(item("q", "choice", below, repeats=True, answerOption=options("x", "y")))
    found = Enablement(form, {"q": [{"q": "y"}, {"q": "x"}]}, ON)
    more = form.items["more"]
    assert [found.is_shown(more, (("q", n),)) for n in range(2)] == [False, True]


def test_hidden_questions_keep_their_answers_and_are_never_missing() -> None:
    hide = {"url": "http://hl7.org/fhir/StructureDefinition/questionnaire-hidden"}
    hidden = item("h", required=True, extension=[hide | {"valueBoolean": True}])
    form = form_of(hidden, item("q"))
    found = Enablement(form, {"h": "x"}, ON)
    assert shown(form, {"h": "x"}) == ["q"]
    assert found.keep() == ({"h": "x"}, ())
    assert Enablement(form, {}, ON).missing() == ()


def test_expressions_see_no_answer_that_is_dropped() -> None:
    def enabled(text: str) -> Any:
        value = {"language": "text/fhirpath", "expression": text}
        url = (
            "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-enableWhenExpression"
        )
        return [{"url": url, "valueExpression": value}]

    def given(link_id: str) -> str:
        return f"%resource.repeat(item).where(linkId = '{link_id}').answer"

    form = form_of(
        item("a", "boolean"),
        item("b", enable=[("a", "=", YES)]),
        item("c", extension=enabled(f"{given('b')}.exists()")),
        item("rows", "group", item("d"), repeats=True, extension=enabled(f"{given('b')}.empty()")),
    )
    answers = {"a": False, "b": "x", "c": "y", "rows": [{"d": "z"}, {"d": "z"}]}
    kept, dropped = Enablement(form, answers, ON).keep()
    assert kept == {"a": False, "rows": [{"d": "z"}, {"d": "z"}]}
    assert dropped == ("b", "c")
    assert Enablement(form, answers | {"a": True}, ON).keep()[1] == ("rows",)


def test_rows_without_an_answer_are_none() -> None:
    form = form_of(item("rows", "group", item("a"), item("b"), repeats=True, required=True))
    assert Enablement(form, {}, ON).missing() == ("rows",)
    assert Enablement(form, {"rows": [{}, {}]}, ON).missing() == ("rows",)
    assert Enablement(form, {"rows": [{}, {"b": "x"}]}, ON).missing() == ()


def test_conditions_in_a_circle_are_refused() -> None:
    with pytest.raises(QuestionnaireError, match="depend on each other"):
        form_of(item("a", enable=[("b", "=", YES)]), item("b", enable=[("a", "=", YES)]))
    with pytest.raises(QuestionnaireError, match="depend on each other"):
        form_of(item("a", enable=[("a", "exists", YES)]))


def test_a_chain_of_a_thousand_conditions_is_no_problem() -> None:
    chain = [item("q999", "boolean")]
    chain += [
        item(f"q{n}", "boolean", enable=[(f"q{n + 1}", "=", YES)]) for n in range(998, -1, -1)
    ]
    form = form_of(*reversed(chain))
    assert len(shown(form, {f"q{n}": True for n in range(1000)})) == 1000
