"""The documentation of the validator is that of its code."""

from __future__ import annotations

import re

from fhir.intake.issue_codes import CODES, code_table
from tests.cases import ROOT

DOCS = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")


def test_the_table_of_codes_is_that_of_the_code() -> None:
    assert code_table() in DOCS


def test_each_code_is_used() -> None:
    folders = (ROOT / "fhir/intake/validation", ROOT / "fhir/intake/values")
    files = [path for folder in folders for path in folder.glob("*.py")]
    files.append(ROOT / "intake/cli/validate.py")
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    used = set(re.findall(r'"([a-z]+(?:-[a-z]+)*)"', text))
    assert set(CODES) <= used
