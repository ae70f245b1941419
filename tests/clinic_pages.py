"""The clinician's pages as a test reads them.

A module that needs its fixtures names this one in ``pytest_plugins``; as it also imports it, there
is nothing to rewrite (PYTEST_DONT_REWRITE).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from intake.processing import BUNDLE, PDF
from intake.storage import make_engine, schema
from tests.pages import Page, classes, lint, text
from tests.web import make_app, state_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from xml.etree.ElementTree import Element

    from flask import Flask
    from flask.testing import FlaskClient

CLINIC = "/intake/clinic"


NAMES = ("V01", "V11", "V14", "V22", "V31")


READY = {PDF: b"%PDF-1.7 made", BUNDLE: b'{"resourceType": "Bundle"}'}


class Bell:
    """Stands for the worker: counts how often it is woken."""

    def __init__(self) -> None:
        self.rung = 0

    def wake(self) -> None:
        self.rung += 1


@pytest.fixture(scope="module")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database without rows, to be copied: to make one takes a while."""
    file = tmp_path_factory.mktemp("empty") / "intake.db"
    engine = make_engine(f"sqlite:///{file}")
    schema.upgrade(engine)
    engine.dispose()
    return file


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def clinic_app(folder: Path, **config: Any) -> Flask:
    app = make_app(folder, INTAKE_TIME_ZONE="Europe/Madrid", **config)
    app.extensions["intake"] = replace(state_of(app), actor=lambda: "dr-1", worker=Bell())  # type: ignore[arg-type]
    return app


def page_of(client: FlaskClient, path: str = "/", status: int = 200) -> Page:
    response = client.get(CLINIC + path)
    assert response.status_code == status
    page = lint(response.get_data(as_text=True), response.status_code)
    for table in page.all("table"):
        for header in table.iter("th"):
            assert header.get("scope") in {"col", "row", "rowgroup"}, text(header)
    return page


def sections(page: Page) -> dict[str, str]:
    """Return the text of each section by the id of its heading."""
    return {
        node.get("aria-labelledby", ""): text(node)
        for node in page.all("section")
        if node.get("aria-labelledby")
    }


def rows_of(page: Page, section: str) -> list[list[str]]:
    """Return the texts of the rows of a section's tables."""
    (found,) = (n for n in page.all("section") if n.get("aria-labelledby") == section)
    return [[text(cell) for cell in row if cell.tag in {"td", "th"}] for row in found.iter("tr")]


def links(page: Page) -> dict[str, str]:
    return {text(node): node.get("href", "") for node in page.all("a")}


def tags(node: Element) -> Iterator[str]:
    return (text(part) for part in node.iter() if "nhsuk-tag" in classes(part))
