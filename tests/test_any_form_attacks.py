"""Hostile posts and addresses: no stored form breaks, loses or leaks anything."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from tests.any_forms import item, options, questionnaire
from tests.stored_forms import Stranger, add_form
from tests.web import make_app, stored_submissions, stored_visits

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from tests.pages import Page

SECRET = "Zebra4711"  # noqa: S105
KIN = item(
    "kin",
    "group",
    item("who"),
    item("ill", "boolean"),
    item("what", enable=[("ill", "=", {"answerBoolean": True})]),
    item("sub", "group", item("x"), repeats=True),
    repeats=True,
)
FORM = questionnaire(
    item("one", "group", item("name"), item("odd name", "date"), KIN, item("nick", repeats=True)),
    item("two", "group", item("other"), item("list", "choice", answerOption=options("a", "b"))),
)


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return make_app(tmp_path)


def stranger(app: Flask, form: Any = FORM, slug: str = "any", **answers: Any) -> Stranger:
    added = add_form(app, form, slug)
    return Stranger(app.test_client(), added, answers, base=f"/intake/q/{slug}")


def first_page(person: Stranger) -> Page:
    """Return the first page of the form itself."""
    return person.send(person.begin())


def draft(app: Flask, number: int = 0) -> Any:
    return json.loads(stored_visits(app)[number].response or "{}")


POSTS: tuple[dict[str, Any], ...] = (
    {"asked": "other list"},
    {"asked": "~6Eame na~6De odd name odd%20name kin[1].~77ho kin[0].who kin[1] kin. .kin"},
    {"asked": "kin[1].name kin[1].kin kin[1].what kin[999999].what name[1].kin kin[1].sub[1].x"},
    {"asked": " ".join(f"kin[{n}].what" for n in range(5_000))},
    {"asked": "kin", "kin-9999-who": "x", "kin-0-who": "x", "kin-01-who": "x", "kin--1-who": "x"},
    {"asked": "kin", **{f"kin-{n}-who": "x" for n in range(1, 300)}},
    {"asked": "kin", **{f"kin-1-sub-{n}-x": "x" for n in range(1, 300)}},
    {"asked": "nick", **{f"nick-{n}": "x" for n in range(1, 300)}},
    {"asked": "odd~20name", "odd name-day": "1", "odd%20name-day": "1", "odd~2520name": "1"},
    {"~6Eame": "x", "na~6de": "x", "~": "x", "~ZZ": "x", "~_name": "x", "name[1].kin": "x"},
    {"name": ["x", "y"], "kin": "x", "kin-1": "x", "kin-1-": "x", "-": "x", "kin-1-~row": "7"},
    {"other": "x", "list": "a", "csrf_token-1": "x", "visit-1": "x", "rows-1": "x"},
    {"name": "\x00\x1b[2J\u202e\ufffe", "visit": "\x00", "return": "//example.org"},
    {"a" * 100_000: "x", "kin" + "-1-sub" * 10_000: "x"},
)


@pytest.mark.parametrize("forged", POSTS, ids=range(len(POSTS)))
def test_a_forged_page_breaks_nothing(app: Flask, forged: dict[str, Any]) -> None:
    person = stranger(app, name="Ann")
    page = person.send(first_page(person))
    assert person.at == "/form/two"
    before = draft(app)
    page = person.get("/form/one")
    again = person.post("/form/one", {**person.filled(page), **forged})
    assert again.status in {200, 409, 422}
    (visit,) = stored_visits(app)
    known = json.loads(visit.asked)
    assert not [place for place in known if "other" in place or "list" in place]
    assert all(len(place) < 30 for place in known)
    sent = dict(_answers(draft(app)["item"]))
    assert sent.keys() <= {"name", "who", "what", "x", "nick"}
    if again.status != 200:
        assert draft(app) == before, "a page with faults is not stored, and nothing is lost"


def _answers(items: list[Any]) -> Any:
    for found in items:
        for answer in found.get("answer", ()):
            yield found["linkId"], answer
        yield from _answers(found.get("item", []))


COMMANDS = (
    *("add:", "add:name", "add:other", "add:kin-7-sub", "add:kin-1-sub-1-x", "add:~6Bin"),
    *("remove:kin:9999", "remove:kin:0", "remove:kin:-1", "remove:nick:99999", "remove::1"),
    *("find:name", "find:", "find:list", "add:csrf_token", "add:asked", "x" * 9_000, "\x00", ":"),
)


def test_commands_for_what_is_not_there_change_nothing(app: Flask) -> None:
    person = stranger(app, **{"kin-1-who": SECRET, "nick-1": "Bob"})
    page = first_page(person)
    typed = person.filled(page)
    for command in COMMANDS:
        again = person.post("/form/one", {**typed, "rows": command})
        assert again.status == 200, command
        assert again.value("kin-1-who") == SECRET
        assert again.value("nick-1") == "Bob"
        assert again.value("asked") == page.value("asked")
        assert not again.errors(), command
    assert "answer" not in json.dumps(draft(app)), "a command stores nothing"


def test_more_controls_than_any_page_has_are_refused_at_once(app: Flask) -> None:
    person = stranger(app, name="Ann")
    page = first_page(person)
    many = {f"kin-{a}-sub-{b}-x": "x" for a in range(1, 142) for b in range(1, 142)}
    refused = person.post("/form/one", {**person.filled(page), **many})
    assert refused.status == 413
    person.send(person.get("/form/one"))
    assert person.at == "/form/two"


def test_a_page_never_shows_more_controls_than_can_be_sent(app: Flask) -> None:
    cells = [item(f"c{n}") for n in range(30)]
    form = questionnaire(item("page", "group", item("r", "group", *cells, repeats=True)))
    person = stranger(app, form)
    page = first_page(person)
    for number in range(1, 60):
        data = person.filled(page) | {f"r-{number}-c0": f"row {number}", "rows": "add:r"}
        page = person.post(person.at, data)
        assert page.status == 200
        if page.errors():
            break
    assert "too many entries for one page" in page.errors()[0][0]
    person.send(page)
    assert person.at == "/check", "what fits is stored"
    rows = draft(app)["item"][0]["item"]
    assert [row["item"][0]["answer"][0]["valueString"] for row in rows] == [
        f"row {number}" for number in range(1, len(rows) + 1)
    ]


def two(app: Flask) -> tuple[Stranger, Stranger]:
    """Return a person who fills in two forms in one browser, which ask the same names."""
    person = stranger(app, name=SECRET)
    twin = {**FORM, "url": "http://example.org/Questionnaire/twin", "title": "Twin"}
    other = stranger(app, twin, "twin")
    other.client = person.client
    return person, other


def test_a_page_sent_to_another_form_is_not_stored_there(app: Flask) -> None:
    person, other = two(app)
    page = first_page(person)
    shown = first_page(other)
    typed = person.filled(page)
    wrong = other.post("/form/one", typed)
    assert wrong.status == 409
    assert "not part of it" in " ".join(words for words, _ in wrong.errors())
    assert SECRET not in json.dumps(draft(app, 1))
    other.send(shown)
    person.post("/form/one", typed)
    assert SECRET in json.dumps(draft(app, 0))
    assert SECRET not in json.dumps(draft(app, 1))


def test_two_forms_in_two_tabs_are_both_sent(app: Flask) -> None:
    person, other = two(app)
    page, shown = first_page(person), first_page(other)
    page = person.post("/form/one", person.filled(page))
    shown = other.post("/form/one", other.filled(shown) | {"name": "Bob"})
    check = person.send(page)
    assert SECRET in check.text
    told = other.send(shown)
    assert SECRET not in told.text
    person.send(check)
    other.send(told)
    assert {person.at, other.at} == {"/done"}
    first, second = stored_submissions(app)
    assert first.questionnaire != second.questionnaire
    assert (SECRET in first.response) != (SECRET in second.response)


def test_a_token_with_the_name_of_a_form_opens_nothing_elsewhere(app: Flask) -> None:
    person, _ = two(app)
    first_page(person)
    cookie = person.client.get_cookie("intake_visit_any", path="/intake/q/any/")
    assert cookie is not None
    for name, path, value in (
        ("intake_visit", "/intake/", f"any|{cookie.value}"),
        ("intake_visit", "/intake/", f"any%7C{cookie.value}"),
        ("intake_visit_twin", "/intake/q/twin/", cookie.value),
        ("intake_visit_twin", "/intake/q/twin/", f"../any|{cookie.value}"),
    ):
        client = app.test_client()
        client.set_cookie(name, value, path=path)
        answer = client.get(f"{path}check")
        assert answer.location == path, (name, value)


def test_back_and_forward_show_and_store_what_they_should(app: Flask) -> None:
    person = stranger(app, name="Ann")
    old = first_page(person)
    typed = person.filled(old)
    check = person.send(person.send(old))
    person.post("/form/one", typed | {"name": "Eve"})
    late = person.post("/check", person.filled(check))
    assert late.status == 409, "the answers are not those that were shown"
    sent = person.send(late)
    assert person.at == "/done"
    assert "Eve" in stored_submissions(app)[0].response
    again = person.post("/form/one", typed | {"name": "Mallory"})
    assert again.status == 409
    assert "was not added" in again.text
    assert person.post("/check", person.filled(check)).status == 200
    assert (person.at, len(stored_submissions(app))) == ("/done", 1)
    person.begin()
    stale = person.post("/form/one", typed | {"name": "Mallory"})
    assert stale.status == 409
    assert "Mallory" not in json.dumps(draft(app, 1))
    assert sent.status == 200


SLUGS = (
    *("..", ".", "%2e%2e", "x%00", "%00", "any%00", "any%20", "any%0a", "ANY", "any.", "any|x"),
    *("%C3%A4ny", "%FF%FE", "any%2F..", "..%2Fany", "%5c", "x" * 5_000, "{{7*7}}", "<b>", "~1"),
)


def test_no_trick_with_an_address_finds_a_form_or_breaks(app: Flask) -> None:
    person = stranger(app)
    first_page(person)
    for slug in SLUGS:
        for rest in ("/", "/check", "/form/one", "/done", "/form/person"):
            address = f"/intake/q/{slug if '%' in slug else quote(slug)}{rest}"
            assert person.client.get(address).status_code == 404, address
            assert person.client.post(address, data={"name": "x"}).status_code in {400, 404, 405}
    for name in ("..", "%00", "one%00", "x" * 5_000, "one/", "~0", "~99", "kin", "name", "{{7}}"):
        address = f"/intake/q/any/form/{name if '%' in name else quote(name)}"
        assert person.client.get(address).status_code == 404, address
    assert person.client.get("/intake/q/any").status_code in {301, 308}
    assert person.client.get("/intake/q//any/").status_code in {301, 308, 404}
