"""HL7's validator has judged these responses; we come to the same verdict.

The same check runs on any further files of this form.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from fhir.intake.validation import check_response
from fhir.intake.validation.sources import Sources
from tests.cases import TEST_DATA

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER: Final = Path(os.environ.get("INTAKE_ORACLE", TEST_DATA / "fhir" / "qr_oracle"))
FILES: Final = sorted(FOLDER.glob("*.json"))
NOW: Final = datetime(2026, 11, 22, tzinfo=UTC)
OUT_OF_SCOPE: Final[Mapping[str, str]] = {}
"""Cases that can not be decided here, by name, each with its reason: none so far."""
needs_oracle = pytest.mark.skipif(not FILES, reason="the oracle's files are not at hand")


def verdict(case: dict[str, Any]) -> bool:
    form = Sources([case]).form_of(case["response"])
    issues = check_response(case["response"], form, now=NOW)
    return all(issue.severity != "error" for issue in issues)


def figures() -> list[str]:
    """Return the agreement in lines for the end of a test run; none without the files."""
    if not FILES:
        return []
    cases = [json.loads(path.read_text(encoding="utf-8")) for path in FILES]
    decided = [case for case in cases if case["name"] not in OUT_OF_SCOPE]
    pairs = Counter((case["valid"], verdict(case)) for case in decided)
    agreed = pairs[True, True] + pairs[False, False]
    line = (
        f"HL7's verdicts on {len(cases)} responses: {agreed} of {len(decided)} decided agree "
        f"({pairs[False, False]} both reject, {pairs[True, True]} both accept, "
        f"{pairs[False, True]} only HL7 rejects, {pairs[True, False]} only we reject)"
    )
    return [line, *(f"  out of scope: {name}: {why}" for name, why in OUT_OF_SCOPE.items())]


@needs_oracle
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_verdict(path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    if case["name"] in OUT_OF_SCOPE:
        pytest.skip(OUT_OF_SCOPE[case["name"]])
    assert verdict(case) is case["valid"], case["issues"]


@needs_oracle
def test_figures() -> None:
    line = figures()[0]
    assert " 0 only HL7 rejects, 0 only we reject)" in line
    sys.stdout.write(f"{line}\n")
