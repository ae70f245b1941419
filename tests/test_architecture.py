"""The boundaries of the architecture: who may import whom, and how large things grow."""

from __future__ import annotations

import ast
import subprocess
import sys
from statistics import median
from typing import TYPE_CHECKING

import pytest

from tests.cases import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PACKAGES = ("referral", "fhir/intake", "intake")
FILES = [path for name in PACKAGES for path in sorted((ROOT / name).rglob("*.py"))]


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("path", sorted((ROOT / "referral").glob("*.py")), ids=lambda p: p.name)
def test_referral_imports_the_standard_library_only(path: Path) -> None:
    for module in imported(path):
        top = module.split(".")[0]
        assert top in sys.stdlib_module_names or top == "referral", module


@pytest.mark.parametrize("path", sorted((ROOT / "fhir/intake").rglob("*.py")), ids=lambda p: p.name)
def test_fhir_does_not_import_the_plugin(path: Path) -> None:
    for module in imported(path):
        assert module.split(".")[0] not in {
            *("intake", "flask", "wtforms", "sqlalchemy", "weasyprint")
        }, module
        assert not module.startswith("fhir.resources") or "R4B" in module, module


def test_pure_parts_read_no_clock() -> None:
    for path in FILES:
        if any(folder in path.parents for folder in (ROOT / "referral", ROOT / "fhir/intake")):
            text = path.read_text(encoding="utf-8")
            assert ".now(" not in text, path
            assert ".today()" not in text, path
            assert "uuid4" not in text, path


def test_sizes() -> None:
    lines = [len(path.read_text(encoding="utf-8").splitlines()) for path in FILES]
    assert max(lines) <= 300
    assert median(lines) <= 120
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                size = (node.end_lineno or node.lineno) - node.lineno + 1
                assert size <= 60, f"{path.name}: {node.name} has {size} lines"


PURE = ("journey", "drafts", "person", "submission", "processing", "documents", "content")


@pytest.mark.parametrize("name", PURE)
def test_the_middle_knows_no_web_framework(name: str) -> None:
    for module in imported(ROOT / "intake" / f"{name}.py"):
        top = module.split(".")[0]
        assert top not in {"flask", "wtforms", "flask_wtf"}, module
        assert not module.startswith("intake.web"), module


@pytest.mark.parametrize(
    "module",
    [
        *("intake", "intake.cli", "intake.submission", "referral"),
        *("intake.extension", "intake.server", "intake.web.patient", "intake.web.clinician"),
    ],
)
def test_start_loads_nothing_heavy(module: str) -> None:
    heavy = "{'weasyprint', 'fontTools', 'fhir.resources', 'pydantic', 're2', 'ucumvert', 'pint'}"
    code = f"import sys, {module}; print({heavy} & set(sys.modules))"
    run = subprocess.run(  # noqa: S603  # our own interpreter
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert run.stdout.strip() == "set()"
