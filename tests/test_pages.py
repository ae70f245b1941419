"""The lint of pages: it passes a good page, and refuses each fault that it is there for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flask import Flask, Response, redirect

from tests.pages import RULES, SENT_RULES, lint, lint_answer
from tests.web import PageClient, make_app

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.wrappers import Response as Answer

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"><title>Error: About you – The form</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><link rel="stylesheet" href="/static/style.css">
</head>
<body>
<a href="#main">Skip to the form</a>
<nav aria-label="Back"><a href="/back?page=1">Back</a></nav>
<main id="main">
<div class="nhsuk-error-summary"><h2>There is a problem</h2>
<a href="#cramps">Select an answer</a></div>
<h1>About you</h1>
<form method="post" action="/form/about">
<input type="hidden" name="csrf_token" value="token"><input type="hidden" name="visit" value="1">
<input type="hidden" name="asked" value="cramps born words">
<fieldset aria-describedby="cramps-error"><legend>Do you get cramps?</legend>
<span class="nhsuk-error-message" id="cramps-error">Error: Select an answer</span>
<input type="radio" id="cramps" name="cramps" value="yes"><label for="cramps">Yes</label>
<input type="radio" id="cramps-2" name="cramps" value="no"><label for="cramps-2">No</label>
</fieldset>
<fieldset id="born"><legend>When were you born?</legend>
<label for="born-day">Day</label>
<input type="text" id="born-day" name="born-day" autocomplete="bday-day">
</fieldset>
<label for="words">Your words</label>
<textarea id="words" name="words">{clinic_phone} &amp;amp;</textarea>
<button>Continue</button>
</form>
<section aria-labelledby="answers"><h2 id="answers">Answers</h2>
<dl><div><dt>Age</dt><dd>42</dd></div></dl>
<dl><dt>Sex</dt><dt>Gender</dt><dd>F</dd><dd>M</dd></dl>
<p class="intake-answer">Undefined</p>
<a href="/form/a">Change<span class="nhsuk-u-visually-hidden">: Age</span></a>
<a href="/form/a">Change<span class="nhsuk-u-visually-hidden">: Sex</span></a>
</section>
<table aria-labelledby="answers"><tr><th scope="col">Name</th></tr>
<tr><td><a href="/1">Ana</a></td></tr><tr><td><a href="/2">Ana</a></td></tr></table>
<p>Call <a href="tel:+15550123">555-0123</a></p>
</main>
</body>
</html>
"""
LEVEL = ('<h2 id="answers">Answers</h2>', '<h3 id="answers">Answers</h3>', "level of headings")
LONE = '<input type="radio" id="x" name="born"><label for="x">x</label>'
FAULTS = {
    # the frame
    "doctype": ("<!DOCTYPE html>\n", "", "expected-doctype"),
    "markup": ("<h1>About you</h1>", "<h1>About <b>you</h1>", "end-tag"),
    "attribute twice": ('<main id="main">', '<main id="main" id="main">', "duplicate-attribute"),
    "lang": ('lang="en"', 'lang="English"', "lang"),
    "no title": ("About you – The form", "", "title"),
    "title of three parts": ("The form", "The – form", "title"),
    "error twice": ("Error: About", "Error: Error: About", "title"),
    "zoom": ("initial-scale=1", "initial-scale=1, user-scalable=no", "no zoom"),
    "two mains": ("</main>", "</main><main></main>", "one main"),
    "two h1": ("</h1>", "</h1><h1>More</h1>", "one h1"),
    "no h1": ("h1>", "h2>", "one h1"),
    "no skip link": ('href="#main"', 'href="#cramps"', "first link"),
    # the policy
    "script": ("</main>", "<script></script></main>", "policy"),
    "frame": ("</main>", "<iframe></iframe></main>", "policy"),
    "refresh": ("<meta charset", '<meta http-equiv="refresh" content="1"><meta charset', "policy"),
    "style": ("<h1>", '<h1 style="color: red">', "h1"),
    "handler": ("<h1>", '<h1 onclick="go()">', "h1"),
    "https": ("/static/style.css", "https://cdn.example/style.css", "leads out"),
    "other host": ("/static/style.css", "//cdn.example/style.css", "leads out"),
    "backslash": ("/back?page=1", "/\\cdn.example", "leads out"),
    "javascript": ("/back?page=1", "javascript:alert(1)", "leads out"),
    "data": ("data:,", "data:text/html,x", "leads out"),
    "form to elsewhere": ('action="/form/about"', 'action="http://x.example/form/about"', "leads"),
    # ids
    "id twice": ('id="cramps-2"', 'id="cramps"', "ids"),
    "empty id": ('id="born"', 'id=""', "ids"),
    "id of two words": ('id="born"', 'id="born on"', "ids"),
    "described by nothing": ('by="cramps-error"', 'by="gone"', "leads nowhere"),
    "empty description": ('by="cramps-error"', 'by=""', "is empty"),
    "label of nothing": ('for="words"', 'for="word"', "leads nowhere"),
    "place that is gone": ('href="#cramps"', 'href="#gone"', "leads nowhere"),
    # the outline
    "level left out": LEVEL,
    "nav without a name": (' aria-label="Back"', "", "nav without a label"),
    "section without a name": ('section aria-labelledby="answers"', "section", "section without"),
    "nav twice": ("<main", '<nav aria-label="Back"></nav><main', "nav twice"),
    # links and buttons
    "empty link": (">Back<", "><", "empty"),
    "empty button": (">Continue<", "> <", "empty"),
    "link to nowhere": (' href="/back?page=1"', "", "leads nowhere"),
    "same hidden words": (": Sex", ": Age", "not told apart"),
    "same words": ("</nav>", '<a href="/other">Back</a></nav>', "same words"),
    # controls
    "empty label": (">Your words<", "><", "empty"),
    "empty legend": ("Do you get cramps?", "", "empty"),
    "no legend": ("<legend>When were you born?</legend>", "", "no legend"),
    "no name": ('name="born-day"', "", "no name"),
    "autocomplete": ('"bday-day"', '"birthday"', "autocomplete"),
    "no label": ('<label for="words">Your words</label>', "", "not one label"),
    "two labels": ("<textarea", '<label for="words">Again</label><textarea', "not one label"),
    "no group": ("</form>", f"{LONE}</form>", "not in a group"),
    # tables and lists
    "table without a name": ('<table aria-labelledby="answers">', "<table>", "no name"),
    "table without headers": ('<th scope="col">Name</th>', "<td>Name</td>", "no headers"),
    "header without scope": (' scope="col"', "", "scope"),
    "term without words": ("<dd>42</dd>", "", "in a dl"),
    "words without term": ("<dt>Age</dt>", "", "in a dl"),
    "stray in a list": ("<dl><div>", "<dl><dt>Age</dt><div>", "only groups"),
    "empty list": ("<div><dt>Age</dt><dd>42</dd></div>", "", "in a dl"),
    # errors
    "error not in the title": ("Error: About", "About", "About you"),
    "error without a summary": ("nhsuk-error-summary", "other", "About you"),
    "error to elsewhere": ('href="#cramps"', 'href="/form/a"', "an error leads to"),
    "error without the word": (">Error: Select", ">Select", "cramps-error"),
    # words
    "number not filled in": ("Call ", "Call {clinic_phone} or ", "clinic_phone"),
    "escaped twice": ("<h1>About", "<h1>Me &amp;amp; about", "amp"),
    "nothing": ("<h1>About", "<h1>Undefined", "Undefined"),
    "an object": ("</h1>", " at 0x7f11</h1>", "at 0x"),
}
SENT_FAULTS = {
    "get": ('method="post"', 'method="get"', "form"),
    "no token": ('name="csrf_token"', 'name="token"', "no token"),
    "empty token": ('value="token"', 'value=""', "no token"),
    "asked elsewhere": ('action="/form/about"', 'action="/check"', "asked"),
    "not asked": ('name="asked"', 'name="ask"', "asked"),
    "no visit": ('name="visit"', 'name="visitor"', "no visit"),
    "asked and not shown": ("cramps born words", "cramps born words twitch", "not on the page"),
    "shown and not asked": ("cramps born words", "cramps words", "born-day is not asked"),
    "empty heading": ("<h1>About you", "<h1>", "empty"),
}


def test_a_good_page_passes() -> None:
    page = lint_answer(PAGE, 422)
    assert (page.heading, page.status) == ("About you", 422)
    assert page.errors() == [("Select an answer", "#cramps")]


@pytest.mark.parametrize("fault", FAULTS)
def test_faults(fault: str) -> None:
    right, wrong, said = FAULTS[fault]
    assert right in PAGE
    for _ in range(2):  # what is wrong is not remembered as right
        with pytest.raises(AssertionError, match=said):
            lint(PAGE.replace(right, wrong))


@pytest.mark.parametrize("fault", SENT_FAULTS)
def test_faults_of_what_is_sent(fault: str) -> None:
    right, wrong, said = SENT_FAULTS[fault]
    assert right in PAGE
    bad = PAGE.replace(right, wrong)
    lint(bad)
    with pytest.raises(AssertionError, match=said):
        lint_answer(bad)


def test_every_rule_refuses_something() -> None:
    refusing = set()
    for lists, check in ((FAULTS, lint), (SENT_FAULTS, lint_answer)):
        for right, wrong, _ in lists.values():
            with pytest.raises(AssertionError) as raised:
                check(PAGE.replace(right, wrong))
            refusing |= {entry.name for entry in raised.traceback}
    assert {rule.__name__ for rule in (*RULES, *SENT_RULES)} <= refusing


def test_a_form_without_questions_asks_nothing() -> None:
    form = PAGE[PAGE.index("<form") : PAGE.index("</form>")]
    hidden = '<input type="hidden" name="csrf_token" value="x">'
    plain = f'<form method="post">{hidden}<button id="cramps">Send</button>'
    lint_answer(PAGE.replace(form, plain))


def test_what_a_person_typed_is_no_fault() -> None:
    typed = "\ufdd0\u0001 {emergency_number} &amp;amp; Undefined at 0x0"
    for right in ("{clinic_phone} &amp;amp;", ">Undefined"):
        lint_answer(PAGE.replace(right, right[:1].strip("{") + typed))
    lint_answer(PAGE.replace("Ana<", f"<bdi>{typed}</bdi><", 1))


# The client that every test of an application has


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    app = make_app(tmp_path)
    bad = PAGE.replace(*LEVEL[:2])
    app.add_url_rule("/bad", endpoint="bad", view_func=lambda: bad)
    app.add_url_rule("/moved", endpoint="moved", view_func=moved)
    app.add_url_rule("/text", endpoint="text", view_func=lambda: Response(bad, mimetype="text/css"))
    return app.test_client()


def moved() -> Answer:
    return redirect("/bad")


def test_no_page_escapes_the_lint(client: FlaskClient) -> None:
    with pytest.raises(AssertionError, match="level of headings"):
        client.get("/bad")
    with pytest.raises(AssertionError, match="level of headings"):
        client.get("/moved", follow_redirects=True)
    assert client.get("/moved").status_code == 302
    assert client.get("/text").status_code == 200
    assert client.head("/bad").status_code == 200
    assert client.get("/nowhere").status_code == 404, "a page of the host, which has no words"


def test_pages_are_of_one_encoding(client: FlaskClient) -> None:
    page = Response(PAGE.encode("latin-1", "replace"), content_type="text/html; charset=latin-1")
    client.application.add_url_rule("/old", endpoint="old", view_func=lambda: page)
    with pytest.raises(AssertionError, match="latin-1"):
        client.get("/old")


def test_a_host_can_have_its_pages_linted() -> None:
    host = Flask("host")
    host.test_client_class = PageClient
    host.add_url_rule("/", view_func=lambda: "<h1>Hello</h1>")
    with pytest.raises(AssertionError, match="doctype"):
        host.test_client().get("/")
