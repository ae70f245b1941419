"""Long lists that are searched without a script, and room for own words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from fhir.intake.loading import load_form
from intake.web.lists import folded
from tests.any_forms import coding, item, options, questionnaire
from tests.cases import FORM_DAY
from tests.form_case import application
from tests.layer_case import again, faults, page_of, press, read, shown
from tests.pages import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhir.intake.items import Form
    from intake.web.forms import PageForm

PLACES = ["Ägypten", "Österreich", "Côte d'Ivoire", "Straße", "Réunion <b>", "Ⅳ district"]
COUNTRIES = [
    {"valueCoding": {"system": "u", "code": f"X{number}", "display": name}}
    for number, name in enumerate([*PLACES, *(f"Country number {n}" for n in range(400))])
]
ALONE = {
    "extension": [
        {
            "url": "http://hl7.org/fhir/StructureDefinition/questionnaire-optionExclusive",
            "valueBoolean": True,
        }
    ]
}
NOT_YET = "Select one of the answers that were found, or clear the search"


@pytest.fixture(autouse=True)
def _context() -> Iterator[None]:
    with application().test_request_context():
        yield


def countries(kind: str = "choice", **more: Any) -> Form:
    return load_form(questionnaire(item("q", kind, answerOption=COUNTRIES, **more)))


def found(page: PageForm) -> list[str]:
    return [node.get("value", "") for node in page_of(page).named("q")]


def search(form: Form, query: str, page: PageForm | None = None, **more: str) -> PageForm:
    return press(form, page or shown(form), "find:q", **{"q-find": query, **more})


def test_first_answers_are_shown_until_somebody_searches() -> None:
    page = shown(countries())
    assert found(page) == [f"X{number}" for number in range(30)]
    status = page_of(page).by_id("q-found")
    assert status is not None
    assert status.text == "The first 30 of 406 answers. To see others, enter some letters."
    assert status.get("tabindex") == "-1"


@pytest.mark.parametrize(
    ("query", "codes", "status"),
    [
        ("agypten", ["X0"], "1 of 406 answers matches."),
        ("ÄGYPTEN", ["X0"], "1 of 406 answers matches."),
        ("osterreich", ["X1"], "1 of 406 answers matches."),
        ("cote ivoire", ["X2"], "1 of 406 answers matches."),
        ("ivoire cote", ["X2"], "1 of 406 answers matches."),
        ("strasse", ["X3"], "1 of 406 answers matches."),
        ("<b>", ["X4"], "1 of 406 answers matches."),
        ("iv district", ["X5"], "1 of 406 answers matches."),
        ("x399", ["X399"], "1 of 406 answers matches."),
        ("country x40", ["X40", *(f"X{n}" for n in range(400, 406))], "7 of 406 answers match."),
        ("zzz", [], "None of the 406 answers matches “zzz”. Enter fewer letters."),
        ("x" * 9999, [], None),
    ],
)
def test_search(query: str, codes: list[str], status: str | None) -> None:
    page = search(countries(), query)
    assert found(page) == codes
    line = page_of(page).by_id("q-found")
    assert line is not None
    assert status in {line.text, None}
    assert page_of(page).value("q-find") == query


def test_more_matches_than_are_shown() -> None:
    page = search(countries(), "number")
    assert len(found(page)) == 30
    line = page_of(page).by_id("q-found")
    assert line is not None
    assert line.text == "30 of the 400 answers that match. To see fewer, add letters."


def test_what_was_chosen_stays_whatever_is_searched() -> None:
    form = countries(repeats=True)
    page = search(form, "ivoire", shown(form, {"q": ["X300", "X0"]}))
    assert found(page) == ["X300", "X0", "X2"]
    data = again(form, page, **{"q-find": "ivoire"})
    assert read(data) == {"q": ["X0", "X300"]}
    page = search(form, "", page)
    assert found(page)[:1] == ["X300"]
    assert len(found(page)) == 31


def test_words_that_nobody_searched_yet_are_not_dropped() -> None:
    form = countries()
    page = again(form, shown(form), **{"q-find": "ivoire"})
    assert faults(page) == {"q": [NOT_YET]}
    page.mark(faults(page))
    assert found(page) == ["X2"]
    assert page.error_links == [{"text": f"Text of q: {NOT_YET}", "href": "#q-find"}]
    assert faults(again(form, page)) == {}
    assert read(again(form, page, q="X2")) == {"q": "X2"}


@pytest.mark.parametrize("kind", ["choice", "open-choice"])
@pytest.mark.parametrize("repeats", [False, True])
def test_page_with_a_search_is_fit_for_everybody(kind: str, repeats: bool) -> None:
    form = countries(kind, repeats=repeats)
    page = search(form, "number", shown(form))
    page.mark({"q": ["wrong"]})
    drawn = page_of(page)
    for rule in RULES:
        if rule.__name__ in {"_lint_ids", "_lint_links", "_lint_controls", "_lint_content_policy"}:
            rule(drawn)
    (button,) = [node for node in drawn.all("button") if node.get("value") == "find:q"]
    assert drawn.by_id(button.get("formaction", "")[1:]) is not None


def test_unknown_answer_of_a_long_list_is_refused() -> None:
    form = countries()
    unknown = again(form, shown(form), q="X9999")
    assert faults(unknown) == {"q": ["Select an answer from the list"]}


def open_list(*more: dict[str, Any], **kind: Any) -> Form:
    answers = [*options("a", "b"), *more]
    return load_form(questionnaire(item("q", "open-choice", answerOption=answers, **kind)))


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        ({}, None),
        ({"q": "a"}, coding("a")),
        ({"q": "other", "q-own": "mine"}, "mine"),
        ({"q-own": "mine"}, "mine"),
        ({"q": "other"}, ["Enter your own words beside “Other”"]),
        ({"q": "a", "q-own": "mine"}, ["Select “Other” to use your own words, or clear them"]),
        ({"q": "other", "q-own": " "}, ["Enter an answer"]),
        (
            {"q": "other", "q-own": "a\x00"},
            ["Use only letters, numbers and simple signs such as . , -"],
        ),
        ({"q": "zzz"}, ["Select an answer from the list"]),
    ],
)
def test_one_answer_or_own_words(data: dict[str, str], answer: Any) -> None:
    form = open_list()
    page = again(form, shown(form), **data)
    values, wrong = page.read(FORM_DAY)
    assert (wrong["q"] if wrong else values["q"]) == answer


def test_several_answers_and_own_words() -> None:
    form = open_list({**options("none")[0], **ALONE}, repeats=True)
    answer = [coding("a"), coding("b"), "mine", "and mine"]
    page = shown(form, {"q": answer})
    assert page["q"].typed == ["a", "b", "other"]
    assert read(again(form, page)) == {"q": answer}
    more = press(form, page, "add:q")
    assert more["q"].own == ["mine", "and mine", ""]
    assert faults(again(form, page, q="none")) == {"q": ["Select “None” alone, or remove it"]}
    page["q"].own = ["same", "same"]
    assert faults(again(form, page)) == {"q": ["Give each answer once"]}


def test_option_that_is_called_like_other_words_is_not_taken_for_them() -> None:
    form = open_list(*options("other", "~other"))
    assert read(again(form, shown(form, {"q": coding("other")}))) == {"q": coding("other")}
    page = shown(form, {"q": "other"})
    assert page["q"].typed == ["~~other"]
    assert read(again(form, page)) == {"q": "other"}


def test_text_among_the_answers_is_chosen_by_its_words() -> None:
    form = open_list({"valueString": "a text"})
    page = shown(form, {"q": "a text"})
    assert page["q"].typed == ["a text"]
    assert read(again(form, page)) == {"q": "a text"}


def test_coding_that_is_in_no_list_is_shown_in_words() -> None:
    page = shown(open_list(), {"q": {"system": "z", "code": "c", "display": "Sea"}})
    assert (page["q"].typed, page["q"].own) == (["other"], ["Sea"])


def test_folding() -> None:
    assert folded("ÀÉÎõü ßſK") == "aeiou sssk"
