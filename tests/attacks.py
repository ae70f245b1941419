"""What tests of attacks share: a ready application, a filled form, and a look at all tables.

A module that needs the filled form names this one in ``pytest_plugins``; as it also imports it,
there is nothing to rewrite (PYTEST_DONT_REWRITE).
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from intake.processing import FILES, PDF
from intake.storage import audit, schema
from tests.cases import TEST_DATA, VIGNETTES
from tests.patients import Patient
from tests.web import make_app, state_of, stored_visits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from werkzeug.routing import Rule

    from fhir.intake.items import Form, Item

FILE = TEST_DATA / "security" / "bad_inputs.json"
FORM_DATA = "application/x-www-form-urlencoded"
CALM: dict[str, Any] = VIGNETTES["V01"]["answers"]
CANARY = "Zebra4711"
READING = {"GET", "HEAD", "OPTIONS"}
DANGER = {"emergency_signs": ["self_harm"]}
LONGEST = 1000


def entries(*where: str) -> list[Any]:
    """Return the hostile inputs for some kind of field that are a value or a repeated text."""
    if not FILE.is_file():
        reason = f"the hostile inputs are not at {FILE} (set INTAKE_TEST_DATA)"
        return [pytest.param({}, marks=pytest.mark.skip(reason=reason))]
    rows = json.loads(FILE.read_text(encoding="utf-8"))["inputs"]
    return [
        pytest.param(row, id=row["id"])
        for row in rows
        if row["where"].startswith(where) and row["id"] != "uni-lone-lo"  # no bytes of UTF-8
    ]


def value_of(row: dict[str, Any]) -> str:
    if "value" in row:
        return str(row["value"])
    return str(row["generator"]["s"] * row["generator"]["n"])


def must_refuse(row: dict[str, Any]) -> bool:
    """Tell whether a text is refused; one of the form's fields takes a thousand characters."""
    return row["expected"].startswith(("422", "413")) or len(value_of(row)) > LONGEST


def database(app: Flask, *, but: str = "intake_audit") -> dict[str, list[Any]]:
    """Return all rows of all tables but one, past everything that could hide any."""
    file = str(state_of(app).storage.engine.url.database)
    with closing(sqlite3.connect(file)) as connection:
        master = "SELECT name FROM sqlite_master WHERE type = 'table'"
        names = [name for (name,) in connection.execute(master) if name != but]
        kept = [name for name in names if not name.startswith("sqlite_")]
        return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in kept}  # noqa: S608


def make_ready(folder: Path, **config: Any) -> Flask:
    """Make an application whose tables are there, so that a test can store rows."""
    made = make_app(folder, **config)
    schema.upgrade(state_of(made).storage.engine)
    return made


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Patient:
    """A patient who has answered everything and sent nothing; shared by tests that refuse."""
    from intake.content import standard_content

    shared = make_app(tmp_path_factory.mktemp("filled"))
    known = Patient(shared.test_client(), standard_content())
    known.fill_in(CALM)
    return known


def app_of(patient: Patient) -> Flask:
    return patient.client.application


def actions(app: Flask) -> list[str]:
    (visit,) = stored_visits(app)
    with state_of(app).storage.read() as session:
        return [event.action for event in audit.events(session, ("visit", visit.id))]


def stored(app: Flask) -> dict[str, Any]:
    """Return the answers of the only draft by link id: lists of what FHIR calls the values."""
    (visit,) = stored_visits(app)
    return values_in(json.loads(visit.response or "{}"))


def values_in(item: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "answer" in item:
        found[item["linkId"]] = [*(next(iter(answer.values())) for answer in item["answer"])]
    for child in item.get("item", ()):
        for name, values in values_in(child).items():
            found[name] = found.get(name, []) + values
    return found


def path_of(rule: Rule, submission: str, file: str = PDF) -> str:
    """Return a path of a route; a route with an argument of another name must be added here."""
    known = {"submission_id": submission, "filename": "intake.css", "slug": "any"}
    known["name"] = file if "submission_id" in rule.arguments else "g_emergency"
    return str(rule.build({name: known[name] for name in rule.arguments})[1])  # type: ignore[index]


def routes(app: Flask, methods: set[str], submission: str = "x") -> Iterator[tuple[str, str, str]]:
    """Yield endpoint, method and path of all routes of ours."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) & methods):
            for file in FILES if rule.endpoint.endswith(".file") else (PDF,):
                yield rule.endpoint, method, path_of(rule, submission, file)


UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


def changed_form(form: Form, **changes: dict[str, Any]) -> Form:
    """Return the next version of a form, with some questions changed."""

    def change(item: Item) -> Item:
        children = tuple(map(change, item.children))
        return replace(item, children=children, **changes.get(item.link_id, {}))

    pages = tuple(map(change, form.roots))
    return replace(form, version="99", roots=pages, pages=pages)


def upgrade(app: Flask, **changes: dict[str, Any]) -> None:
    """Restart the application with another version of the form."""
    state = state_of(app)
    content = replace(state.content, form=changed_form(state.content.form, **changes))
    app.extensions["intake"] = replace(state, content=content)
