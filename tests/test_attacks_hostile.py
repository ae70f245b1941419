"""Hostile inputs through HTTP: refused, or kept to the character and shown as text."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from fhir.intake.conformance import validate
from intake.person import BIRTH_DATE, NAME, RECORD_NUMBER
from intake.processing import BUNDLE, FILES, PDF
from intake.worker import work
from tests.attacks import (
    CALM,
    FILE,
    FORM_DATA,
    LONGEST,
    app_of,
    database,
    entries,
    must_refuse,
    stored,
    value_of,
    values_in,
)
from tests.cases import VIGNETTES
from tests.pages import lint, parse
from tests.patients import Patient
from tests.web import make_app, stored_submissions

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from intake.pdf.renderer import Renderer

pytest_plugins = ["tests.attacks"]


@pytest.mark.parametrize("row", entries("form:text", "form:name"))
def test_hostile_text(filled: Patient, row: dict[str, Any]) -> None:
    text = value_of(row)
    app = app_of(filled)
    before = database(app)
    data = filled.filled(filled.get("/form/g_end"), {"your_words": text})
    answer = filled.post("/form/g_end", data, follow=False)
    if must_refuse(row):
        assert answer.status_code in {413, 422}
        assert database(app) == before
        if answer.status_code == 422:
            page = lint(answer.text, 422)
            assert [target for _, target in page.errors()] == ["#your_words"]
            (control,) = page.named("your_words")
            # HTML has no way to write a NUL; its line ends are LF.
            kept = (control.text or "").replace("\ufffd", "")
            assert kept == text.replace("\0", "").replace("\r\n", "\n")
        return
    assert answer.status_code == 303
    assert stored(app)["your_words"] == [text]
    check = lint(filled.client.get("/intake/check").text)
    shown = ["".join(node.itertext()) for node in check.all("p")]
    assert text.replace("\r\n", "\n").replace("\r", "\n") in shown


@pytest.mark.parametrize("row", entries("form:number"))
def test_hostile_number(filled: Patient, row: dict[str, Any]) -> None:
    app = app_of(filled)
    before = stored(app)
    data = filled.filled(filled.get("/form/g_mind"), CALM) | {"stress_level": value_of(row)}
    answer = filled.post("/form/g_mind", data, follow=False)
    if answer.status_code == 303:
        assert row["id"] == "num-octal"
        assert stored(app)["stress_level"] == [10]
        return
    assert answer.status_code == 422
    page = lint(answer.text, 422)
    assert [target for _, target in page.errors()] == ["#stress_level"]
    assert page.value("stress_level") == value_of(row)
    assert stored(app) == before


@pytest.mark.parametrize("row", entries("form:date"))
def test_hostile_date(filled: Patient, row: dict[str, Any]) -> None:
    app = app_of(filled)
    before = database(app)
    year, month, day = (*value_of(row).split("-", 2), "", "")[:3]
    parts = {f"{BIRTH_DATE}-day": day, f"{BIRTH_DATE}-month": month, f"{BIRTH_DATE}-year": year}
    data = filled.filled(filled.get("/form/person"), CALM) | parts
    answer = filled.post("/form/person", data, follow=False)
    if answer.status_code == 303:
        assert row["id"] in {"date-29feb", "date-unpadded"}
        return
    assert answer.status_code == 422
    page = lint(answer.text, 422)
    assert {name: page.value(name) for name in parts} == parts
    assert database(app) == before


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'x'>]><a>&b;</a>", "application/xml", 415),
        (b'{"your_words": "x"}', "application/json", 415),
        (b"x", "multipart/form-data", 400),
        (b"--b\r\n\r\n" + b"a" * 500_000, "multipart/form-data; boundary=b", 413),
        (b"your_words=" + b"a" * 3_000_000, FORM_DATA, 413),
        (b"your_words=a&" * 10_000, FORM_DATA, 413),
        (b"&".join(b"f%d=1" % n for n in range(5000)), FORM_DATA, 413),
        (b"=&&&=%00%ff&%", FORM_DATA, 400),
    ],
)
def test_hostile_bodies(filled: Patient, body: bytes, kind: str, status: int) -> None:
    app = app_of(filled)
    before = database(app, but="")
    answer = filled.client.post("/intake/form/g_end", data=body, content_type=kind)
    assert answer.status_code == status
    assert database(app, but="") == before


@pytest.mark.parametrize("field", ["stress_level", "your_words", "cramps"])
def test_an_answer_that_is_sent_twice(filled: Patient, field: str) -> None:
    app = app_of(filled)
    page = {"stress_level": "g_mind", "your_words": "g_end", "cramps": "g_muscles"}[field]
    before = database(app)
    data = filled.filled(filled.get(f"/form/{page}"), CALM) | {field: ["1", "2"]}
    assert filled.post(f"/form/{page}", data).status_code == 422
    assert database(app) == before


def test_the_query_is_no_part_of_what_is_sent(filled: Patient) -> None:
    data = filled.filled(filled.get("/form/g_end"), {"your_words": "from the body"})
    path = (
        "/form/g_end?your_words=query&asked=consent&consent=no&csrf_token=x&return=//evil.example"
    )
    answer = filled.post(path, data, follow=False)
    assert (answer.status_code, answer.location) == (303, "/intake/check")
    assert stored(app_of(filled))["your_words"] == ["from the body"]


@pytest.mark.parametrize("value", ["https://evil.example", "//evil.example", "x'\"><script>"])
def test_queries_lead_nowhere_else(filled: Patient, value: str) -> None:
    for path in ("/", "/form/g_end", "/check", "/help/g_emergency", "/done", "/stopped"):
        for name in ("return", "next", "page", "q", "sort"):
            answer = filled.client.get(f"/intake{path}", query_string={name: value})
            assert answer.status_code in {200, 303}
            assert (answer.location or "/intake/").startswith("/intake/")
            assert "evil" not in answer.text + (answer.location or "")
            assert "<script" not in answer.text


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory, renderer: Renderer) -> tuple[Flask, str]:
    """An application with a form that says every accepted hostile text, and its files; the id."""
    from intake.content import standard_content

    app = make_app(tmp_path_factory.mktemp("hostile"))
    texts = hostile_texts()
    rows = [
        {"med_name": name, "med_dose": dose}
        for name, dose in zip(texts[:20], texts[20:40], strict=True)
    ]
    answers = {
        **VIGNETTES["V11"]["answers"],
        "takes_medicines": "medicines",
        "medication": rows,
        "your_words": "\r\n".join(texts),
        "occupation": texts[-1],
        "family_history": ["ms"],
        "family_history_who": texts[-2],
        "med_before_twitch": "no",
    }
    answers["your_words"] = answers["your_words"][:LONGEST]
    patient = Patient(app.test_client(), standard_content())
    patient.who |= {NAME: "</textarea><script>alert(1)</script>", RECORD_NUMBER: "{{7*7}}<b>"}
    patient.submit(patient.fill_in(answers))
    (sent,) = stored_submissions(app)
    assert work(app, renderer) == 1
    found = values_in(json.loads(sent.response))
    assert found["med_name"] == texts[:20]
    assert found["med_dose"] == texts[20:40]
    assert found["your_words"] == [answers["your_words"]]
    return app, sent.id


def hostile_texts() -> list[str]:
    if not FILE.is_file():
        pytest.skip(f"the hostile inputs are not at {FILE} (set INTAKE_TEST_DATA)")
    rows = [entry.values[0] for entry in entries("form:text", "form:name")]
    return [value_of(row) for row in rows if not must_refuse(row) and len(value_of(row)) <= 100]


def test_hostile_texts_are_text_to_the_clinician(hostile: tuple[Flask, str]) -> None:
    app, name = hostile
    client = app.test_client()
    listed = lint(client.get("/intake/clinic/").text)
    page = lint(client.get(f"/intake/clinic/{name}").text)
    assert "</textarea><script>alert(1)</script>" in listed.text
    body = "".join(page.one("body").itertext())
    for text in hostile_texts()[:40]:
        assert text.replace("\r\n", "\n").replace("\r", "\n") in body
    outside = {"script", "svg", "img", "iframe", "embed", "object", "noscript", "base"}
    assert not [*page.all(*outside), *listed.all(*outside)]


def test_hostile_texts_are_text_in_the_files(hostile: tuple[Flask, str], tmp_path: Path) -> None:
    app, name = hostile
    client = app.test_client()
    for file in FILES:
        answer = client.get(f"/intake/clinic/{name}/{file}")
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    bundle = json.loads(client.get(f"/intake/clinic/{name}/{BUNDLE}").data)
    assert validate(bundle) == []
    for entry in bundle["entry"]:
        narrative = entry["resource"].get("text", {}).get("div", "")
        assert not [*parse(narrative).all("script", "img", "svg", "link", "style", "base")]
    pdf = client.get(f"/intake/clinic/{name}/{PDF}").data
    tool = shutil.which("pdftotext")
    if tool is None:
        pytest.skip("pdftotext (poppler) is not installed")
    (tmp_path / PDF).write_bytes(pdf)
    run = [tool, "-raw", str(tmp_path / PDF), "-"]
    printed = subprocess.run(run, capture_output=True, check=True).stdout.decode()  # noqa: S603
    bare = "".join(printed.split())
    for text in hostile_texts()[:40]:
        if text.isascii():
            assert "".join(text.split()) in bare, text
