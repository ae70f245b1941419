"""Which files can be added as forms: R4, JSON, sound, bounded; and what is said of the others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from fhir.intake.loading import standard_questionnaire
from fhir.intake.release import other_release
from intake.questionnaire_files import FormError, ReadForm, content_hash, read_form
from tests.any_forms import item, options
from tests.questionnaires import SCORE, resource, write

if TYPE_CHECKING:
    from pathlib import Path

VALUES = "http://example.org/ValueSet/feelings"
VALUE_SET = {
    "resourceType": "ValueSet",
    "status": "active",
    "url": VALUES,
    "compose": {"include": [{"system": "http://example.org/f", "concept": [{"code": "low"}]}]},
}
CHOICE = [item("feeling", "choice", answerValueSet=VALUES)]


def deep(levels: int) -> dict[str, Any]:
    nested = item("leaf")
    for number in range(levels - 1):
        nested = item(f"g{number}", "group", nested)
    return nested


def cycle() -> list[dict[str, Any]]:
    exists = {"answerBoolean": True}
    return [
        item("a", enable=[("b", "exists", exists)]),
        item("b", enable=[("a", "exists", exists)]),
    ]


REFUSED: dict[str, tuple[Any, str]] = {
    "no file": (None, "No such file"),
    "XML": (b"\xef\xbb\xbf <Questionnaire/>", "is XML; only JSON is read"),
    "no JSON": (b"{", "is not JSON"),
    "a list": ([], "holds no JSON object"),
    "no resource": ({}, "is no FHIR resource, not a Questionnaire"),
    "another resource": ({"resourceType": "Patient"}, "is a Patient, not a Questionnaire"),
    "NaN": (b'{"a": NaN}', "NaN, which is no JSON number"),
    "a key twice": (b'{"a": 1, "a": 2}', "the key 'a' twice"),
    "too large": (b" " * 2_000_001, "is larger than 2 MB"),
    "a million brackets": (b"[" * 1_000_000, "is nested deeper than 60 levels"),
    "too deep": (resource(item=[deep(21)]), "nests its items deeper than 20 levels"),
    "too many": (resource(item=[item(f"i{n}") for n in range(1001)]), "more than 1,000 items"),
    "no items": (resource(item=[]), "has no items"),
    "the same link id": (resource(item=[item("a"), item("a")]), "uses a linkId twice, 'a'"),
    "a circle": (resource(item=cycle()), "depend on each other"),
    "our own": (standard_questionnaire(), "is the form that comes with the program"),
    "a url with a version": (resource(url="http://example.org/q|1"), "url: must be a text"),
    "a blank url": (resource(url="  "), "url: must be a text"),
    "a version with blanks": (resource("1 2"), "version: must be a text"),
    "a long url": (resource(url="http://example.org/" + "x" * 240), "longer than 255"),
    "a title with controls": (resource(title="a\x1b[31m"), "title: holds the control character"),
    "a fault": (
        resource(item=[item("a", enable=[("nothing", "exists", {"answerBoolean": True})])]),
        "a: ",
    ),
}
RELEASES: dict[str, tuple[dict[str, Any], str]] = {
    "option": (item("a", option=[]), "STU3"),
    "options": (item("a", options={"reference": "x"}), "STU3"),
    "initial": (item("a", initialString="x"), "STU3"),
    "hasAnswer": (item("a", enableWhen=[{"question": "b", "hasAnswer": True}]), "STU3"),
    "coding": (item("a", "coding"), "R5"),
    "question": (item("g", "group", item("a", "question")), "R5"),
    "answerConstraint": (item("a", answerConstraint="optionsOnly"), "R5"),
    "disabledDisplay": (item("a", disabledDisplay="hidden"), "R5"),
}
DECLARED = [
    ({"fhirVersion": "5.0.0"}, "R5"),
    ({"fhirVersion": "3.0.2"}, "STU3"),
    ({"meta": {"profile": ["http://hl7.org/fhir/3.0/StructureDefinition/Questionnaire"]}}, "STU3"),
    ({"meta": {"profile": ["http://hl7.org/fhir/StructureDefinition/x|5.0.0"]}}, "R5"),
    ({"group": {}}, "DSTU2"),
    ({"copyrightLabel": "x"}, "R5"),
]
R4 = [
    {},
    {"fhirVersion": "4.0.1", "meta": {"profile": ["http://example.org/p|5.0.0", 7]}},
    {"meta": {"profile": ["http://hl7.org/fhir/4.0/StructureDefinition/Questionnaire"]}},
    {"meta": "x", "item": "y"},
    {"item": [{"item": [7, {"enableWhen": 3, "linkId": None}]}, None]},
]


def read(folder: Path, data: Any, *value_sets: Any) -> ReadForm:
    path = folder / "form.json"
    if data is not None:
        write(path, data)
    lists = [write(folder / f"list-{n}.json", row) for n, row in enumerate(value_sets)]
    return read_form(path, lists)


@pytest.mark.parametrize("name", REFUSED)
def test_what_can_not_be_added(tmp_path: Path, name: str) -> None:
    data, reason = REFUSED[name]
    with pytest.raises(FormError) as caught:
        read(tmp_path, data)
    sentence = str(caught.value)
    assert sentence.startswith(f"{tmp_path / 'form.json'}: ")
    assert reason in sentence
    assert len(sentence) < 600
    assert "\n" not in sentence


@pytest.mark.parametrize("name", RELEASES)
def test_a_form_of_another_release(tmp_path: Path, name: str) -> None:
    row, release = RELEASES[name]
    with pytest.raises(FormError, match=rf"is of FHIR {release}, not R4: it has the item 'a'"):
        read(tmp_path, resource(item=[row]))


@pytest.mark.parametrize(("more", "release"), DECLARED)
def test_a_form_that_says_of_which_release_it_is(more: dict[str, Any], release: str) -> None:
    reason = other_release(resource() | more)
    assert reason is not None
    assert reason.startswith(f"is of FHIR {release}, not R4")


@pytest.mark.parametrize("more", R4)
def test_nothing_shows_another_release(more: dict[str, Any]) -> None:
    assert other_release(resource() | more) is None


def test_a_folder_and_a_device_are_no_files(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing" / "x"):
        with pytest.raises(FormError, match=str(path)):
            read_form(path)


def test_a_sound_form_is_read_as_it_is(tmp_path: Path) -> None:
    text = "\ufeff" + json.dumps(resource(), indent=4, ensure_ascii=False)
    found = read(tmp_path, text.encode())
    assert found.notes == ()
    assert found.version.text == text[1:]
    assert (found.version.url, found.version.version) == (SCORE, "1")
    assert found.version.title == "Pain score"
    assert found.version.sha256 == content_hash(resource())


def test_a_form_without_names_gets_some_of_its_content(tmp_path: Path) -> None:
    form = resource()
    del form["url"], form["version"]
    found = read(tmp_path, form)
    again = read(tmp_path, dict(reversed(form.items())))
    other = read(tmp_path, form | {"title": "Other"})
    assert found.version.url.startswith("urn:uuid:")
    assert found.version.version == found.version.sha256[:8]
    assert found.version.url == again.version.url != other.version.url
    assert [name in " ".join(found.notes) for name in ("no url", "no version")] == [True, True]
    assert json.loads(found.version.text) == form


def test_a_form_without_title_is_called_by_the_end_of_its_url(tmp_path: Path) -> None:
    form = resource()
    del form["title"]
    assert read(tmp_path, form).version.title == "score"


def test_a_form_that_asks_nothing_is_told(tmp_path: Path) -> None:
    (told,) = read(tmp_path, resource(item=[item("a", "display")])).notes
    assert told == "warning: it asks nothing"


def test_a_list_that_is_not_at_hand_is_said(tmp_path: Path) -> None:
    found = read(tmp_path, resource(item=CHOICE))
    assert any(VALUES in note for note in found.notes)
    bundle = {"resourceType": "Bundle", "entry": [{"resource": VALUE_SET}, {}, 7]}
    for given in (VALUE_SET, bundle):
        complete = read(tmp_path, resource(item=CHOICE), given)
        assert not any(VALUES in note for note in complete.notes)
        assert complete.version.supporting == (VALUE_SET,)
        assert complete.version.sha256 != found.version.sha256


def test_the_order_of_lists_does_not_matter(tmp_path: Path) -> None:
    other = VALUE_SET | {"url": "http://example.org/ValueSet/other"}
    one = read(tmp_path, resource(item=CHOICE), VALUE_SET, other)
    two = read(tmp_path, resource(item=CHOICE), other, VALUE_SET)
    assert one.version == two.version


@pytest.mark.parametrize("data", [{"resourceType": "Patient"}, {"entry": 7}, b"<x/>", b"{"])
def test_what_is_no_list(tmp_path: Path, data: Any) -> None:
    with pytest.raises(FormError, match=r"list-0\.json: "):
        read(tmp_path, resource(), data)


@pytest.mark.parametrize(("codes", "is_told"), [(("all", "no"), False), (("yes", "no"), True)])
def test_a_consent_that_nobody_can_give_is_told(
    tmp_path: Path, codes: tuple[str, ...], is_told: bool
) -> None:
    form = resource(item=[item("consent", "choice", answerOption=options(*codes))])
    assert any("no Bundle" in note for note in read(tmp_path, form).notes) is is_told
