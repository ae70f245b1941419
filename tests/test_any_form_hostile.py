"""Hostile Questionnaires: what an author writes is read, and does nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.any_forms import item, questionnaire
from tests.command_line import one_line, run, write
from tests.pages import lint_answer
from tests.parsed import text
from tests.stored_forms import Stranger, add_form
from tests.web import make_app, stored_submissions

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from tests.pages import Page

HOSTILE = (
    "<script>alert(1)</script>",
    "</title></legend><img src=x onerror=alert(1)>",
    "{{7*7}}{% include 'x' %}{# x #}",
    "\u202eevil\u202d \u2066x \u0645\u0631\u062d\u0628\u0627",
    "' onfocus=alert(1) x='",
    '" autofocus onfocus="alert(1)',
    "javascript:alert(1)",
    "W" * 300,
)


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return make_app(tmp_path)


def first_page(person: Stranger) -> Page:
    """Return the first page of the form itself."""
    return person.send(person.begin())


def clinic(app: Flask, submission: str) -> Page:
    answer = app.test_client().get(f"/intake/clinic/{submission}")
    return lint_answer(answer.text, answer.status_code)


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_of_an_author_does_anything_but_be_read(app: Flask, hostile: str) -> None:
    value = {"valueCoding": {"system": "http://example.org", "code": "x", "display": hostile}}
    told = item("told", "display", text=hostile)
    cells = (item("cell", text=hostile), item("say", "display", text=hostile))
    form = questionnaire(
        item("page", "group", item("q", "string", told, text=hostile, prefix=hostile),
             item("g", "group", item("pick", "choice", answerOption=[value], text=hostile),
                  item("words", "display", text=hostile), text=hostile),
             item("r", "group", *cells, repeats=True, text=hostile),
             item("file", "attachment", text=hostile),
             item("many", repeats=True, text=hostile),
             item("n", "integer", text=hostile), text=hostile),
        title=hostile, description=hostile,
    )  # fmt: skip
    person = Stranger(
        app.test_client(),
        add_form(app, form),
        {"q": "x", "r-1-cell": hostile, "pick": "x", "n": "no"},
    )
    shown = [person.get("/"), first_page(person)]
    shown.append(person.send(shown[-1]))
    person.answers = {**person.answers, "n": "1"}
    shown.append(person.send(shown[-1]))
    assert person.at == "/check"
    person.send(shown[-1])
    (sent,) = stored_submissions(app)
    shown.append(clinic(app, sent.id))
    flat = " ".join(hostile.split())
    for page in shown:
        assert flat in page.text or flat in text(page.one("body"))
        assert "49" not in page.text
        assert not [*page.all("img", "script", "iframe", "object")]
        assert not [n for n in page.root.iter() for key in n.attrib if key.startswith("on")]


def test_a_text_of_a_million_characters_is_not_repeated_with_every_question(app: Flask) -> None:
    long = "word " * 100_000
    asked = [item(f"q{n}") for n in range(20)]
    rows = item("r", "group", item("c"), repeats=True, text=long)
    form = questionnaire(item("page", "group", item("g", "group", *asked, rows, text=long)))
    person = Stranger(
        app.test_client(), add_form(app, form), {f"r-{n}-c": "x" for n in range(1, 30)}
    )
    page = first_page(person)
    for _ in range(28):
        page = person.post(person.at, person.filled(page) | {"rows": "add:r"})
    size = len(page.text)
    assert size < 4 * len(long), "each long text stands on the page once"
    check = person.send(page)
    assert person.at == "/check"
    assert len(check.text) < len(long)


@pytest.mark.parametrize("sign", ["\x00", "\x85"])
def test_control_characters_are_refused_when_a_form_is_added(tmp_path: Path, sign: str) -> None:
    file = write(tmp_path, "form.json", questionnaire(item("a", text=f"a{sign}b")))
    database = f"sqlite:///{tmp_path / 'x.db'}"
    added = run("questionnaire", "add", file, "--database", database)
    assert added.returncode == 2
    one_line(added.stderr, "control character", f"U+{ord(sign):04X}")
    assert run("questionnaire", "list", "--database", database).stdout == ""
