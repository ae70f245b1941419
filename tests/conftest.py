from __future__ import annotations

import importlib.util
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from intake.content import Content, standard_content
from intake.pdf.renderer import Renderer
from intake.storage import schema
from tests import corpus
from tests.cases import TEST_DATA, VIGNETTES
from tests.patients import Patient
from tests.web import make_app, state_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import ModuleType

    from flask import Flask


settings.register_profile(
    "default", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
settings.load_profile("default")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how far others agree, if their files were read in this run."""
    passed = {report.nodeid for report in terminalreporter.getreports("passed")}
    lines = []
    if any("test_validation_oracle" in name for name in passed):
        from tests.test_validation_oracle import figures

        lines += figures()
    if any("test_corpus" in name for name in passed):
        lines += corpus.figures(passed)
    if lines:
        terminalreporter.section("public forms and verdicts")
        for line in lines:
            terminalreporter.line(line)


@pytest.fixture(scope="session")
def content() -> Content:
    return standard_content()


@pytest.fixture(scope="session")
def mark() -> dict[str, Any]:
    answers: dict[str, Any] = VIGNETTES["V11"]["answers"]
    return answers


@pytest.fixture(scope="session")
def calm() -> dict[str, Any]:
    answers: dict[str, Any] = VIGNETTES["V01"]["answers"]
    return answers


@pytest.fixture(scope="session")
def renderer() -> Iterator[Renderer]:
    with Renderer() as running:
        yield running


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    made = make_app(tmp_path)
    schema.upgrade(state_of(made).storage.engine)
    return made


@pytest.fixture
def patient(app: Flask, content: Content) -> Patient:
    return Patient(app.test_client(), content)


@pytest.fixture(scope="session")
def reference() -> ModuleType:
    """The reference evaluator of the clinical content, judged against; not part of this tree."""
    path = TEST_DATA / "clinical" / "check_pack.py"
    if not path.is_file():
        pytest.skip(f"the reference evaluator is not at {path} (set INTAKE_TEST_DATA)")
    spec = importlib.util.spec_from_file_location("check_pack", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["check_pack"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def clinical() -> Path:
    """The folder of the clinical content from which form and pack were made."""
    path = TEST_DATA / "clinical"
    if not path.is_dir():
        pytest.skip(f"the clinical content is not at {path} (set INTAKE_TEST_DATA)")
    return path
