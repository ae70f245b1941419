"""The pages of any form, and the lists of answers that it names."""

from __future__ import annotations

from typing import Any

import pytest

from fhir.intake.loading import QuestionnaireError, load_form
from fhir.intake.value_sets import Terminology, standard_terminology
from tests.any_forms import coding, form_of, item, questionnaire


def pages(form: Any) -> list[tuple[str, str, list[str]]]:
    return [
        (page.link_id, page.text, [part.link_id for part in page.children]) for page in form.pages
    ]


def test_groups_are_pages_and_loose_items_stand_together() -> None:
    form = form_of(
        item("note", "display"),
        item("a"),
        item("first", "group", item("b"), item("c")),
        item("d"),
        item("rows", "group", item("e"), repeats=True),
        item("G 2", "group", item("f")),
        item("person", "group", item("g")),
    )
    assert pages(form) == [
        ("~1", "Any form", ["note", "a"]),
        ("first", "Text of first", ["b", "c"]),
        ("~3", "Any form", ["d", "rows"]),
        ("~4", "Text of G 2", ["f"]),
        ("~5", "Text of person", ["g"]),
    ]


def test_every_item_is_on_one_page() -> None:
    questions = [item(f"q{n}", "boolean", item(f"below{n}")) for n in range(40)]
    form = form_of(item("big", "group", *questions), item("x", "group", item("y", "display")))
    placed = [part.link_id for page in form.pages for part in page.walk()]
    names = [link_id for link_id in placed if not link_id.startswith("~")]
    assert sorted(names) == sorted(set(form.items) - {"big"})
    sizes = [sum(part.is_question for part in page.walk()) for page in form.pages]
    assert max(sizes) <= 12


def test_a_large_group_gives_its_groups_pages_of_their_own() -> None:
    parts = [item(f"g{n}", "group", *(item(f"g{n}q{m}") for m in range(10))) for n in range(3)]
    form = form_of(item("all", "group", item("lead", "display"), *parts))
    assert [name for name, _, _ in pages(form)] == ["~1", "g0", "g1", "g2"]


@pytest.mark.parametrize(
    ("resource", "fault"),
    [
        (questionnaire(*[item(f"q{n}") for n in range(1001)]), "more than 1,000 items"),
        (questionnaire({"linkId": 3, "type": "string"}), "no text"),
        (questionnaire({"linkId": "a", "type": "string", "item": 7}), "item that is no list"),
        ({**questionnaire(), "item": ["word"]}, "item that is no list"),
        ([], "no Questionnaire"),
    ],
)
def test_what_can_be_no_form_is_refused(resource: Any, fault: str) -> None:
    with pytest.raises(QuestionnaireError, match=fault):
        load_form(resource)


def test_items_nested_too_deep_are_refused() -> None:
    inner = item("q20")
    for number in range(20):
        inner = item(f"g{number}", "group", inner)
    with pytest.raises(QuestionnaireError, match="deeper than 20"):
        form_of(inner)


def value_set(**compose: Any) -> dict[str, Any]:
    return {"resourceType": "ValueSet", "id": "list", "url": "http://example.org/list"} | compose


CONCEPTS = [{"code": "a", "concept": [{"code": "b", "display": "Bee"}]}]
CODE_SYSTEM = {
    "resourceType": "CodeSystem",
    "url": "http://example.org/codes",
    "content": "complete",
    "concept": CONCEPTS,
}


@pytest.mark.parametrize(
    ("compose", "codes"),
    [
        ({"include": [{"system": "s", "concept": [{"code": "x"}, {"code": "y"}]}]}, ["x", "y"]),
        ({"include": [{"system": "http://example.org/codes"}]}, ["a", "b"]),
        ({"include": [{"valueSet": ["http://hl7.org/fhir/ValueSet/condition-category"]}]}, 2),
        ({"include": [{"system": "http://example.org/unknown"}]}, None),
        ({"include": [{"system": "s", "filter": [{"property": "p"}]}]}, None),
        ({"include": [{"valueSet": ["http://example.org/list"]}]}, None),
    ],
)
def test_a_list_is_known_if_the_files_spell_it_out(compose: Any, codes: Any) -> None:
    terminology = Terminology([value_set(compose=compose), CODE_SYSTEM], standard_terminology())
    found = terminology.codings("http://example.org/list|1") or terminology.codings("#list")
    if isinstance(codes, int):
        assert found is not None
        assert len(found) == codes
    else:
        assert (found and [row["code"] for row in found]) == codes


def test_an_expansion_goes_before_the_definition() -> None:
    contains = [{"system": "s", "code": "x", "abstract": True, "contains": [coding("y")]}]
    resource = value_set(expansion={"contains": contains}, compose={"include": []})
    assert Terminology([resource]).codings("#list") == (coding("y"),)


def test_a_part_of_an_expansion_is_no_list() -> None:
    part = value_set(expansion={"total": 2, "contains": [coding("y")]})
    assert Terminology([part]).codings("#list") is None
    whole = part | {"compose": {"include": [{"system": "s", "concept": [{"code": "x"}]}]}}
    assert Terminology([whole]).codings("#list") == ({"system": "s", "code": "x"},)


def test_codes_that_can_not_be_read_are_left_out() -> None:
    concepts: list[Any] = [{"code": "a"}, {"code": ""}, {"code": 3}, {"display": "b"}, "c"]
    concepts += [{"code": "d", "display": "\u202e"}, {"code": "a"}]
    listed = value_set(compose={"include": [{"system": "s", "concept": concepts}]})
    codes = Terminology([listed]).codings("#list")
    assert codes == ({"system": "s", "code": "a"}, {"system": "s", "code": "d"})


def test_a_contained_list_gives_the_answers_and_an_unknown_one_is_named() -> None:
    contained = value_set(compose={"include": [{"system": "s", "concept": [{"code": "x"}]}]})
    form = form_of(
        item("here", "choice", answerValueSet="#list"),
        item("there", "choice", answerValueSet="http://example.org/elsewhere"),
        item("hl7", "choice", answerValueSet="http://hl7.org/fhir/ValueSet/yesnodontknow"),
        contained=[contained],
    )
    assert [option.code for option in form.items["here"].options] == ["x"]
    assert form.items["there"].value_set == "http://example.org/elsewhere"
    assert not form.items["there"].is_fillable
    assert len(form.items["hl7"].options) == 3
