"""Constructed cases and where to find the test data that is not part of the repository."""

from __future__ import annotations

import json
import os
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from referral.pack import default_folder

ROOT = Path(__file__).parents[1]
TEST_DATA = Path(os.environ.get("INTAKE_TEST_DATA", ROOT.parent / "shared"))
FORM_DAY = date(2026, 11, 22)


def _vignettes() -> dict[str, dict[str, Any]]:
    rows = json.loads((default_folder() / "cases.json").read_text(encoding="utf-8"))["vignettes"]
    return {row["id"]: row for row in rows}


def _rule_cases() -> tuple[dict[str, Any], list[dict[str, Any]]]:
    bases: dict[str, Any] = {}
    cases: list[dict[str, Any]] = []
    for path in sorted((Path(__file__).parent / "rule_cases").glob("*.toml")):
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        bases |= document.get("base", {})
        cases += document.get("case", [])
    return bases, cases


VIGNETTES = _vignettes()
BASES, RULE_CASES = _rule_cases()


def base_answers(name: str) -> dict[str, Any]:
    base = BASES[name]
    answers = base_answers(base["like"]) if "like" in base else {}
    kept = {k: v for k, v in answers.items() if k not in base.get("blank", [])}
    return {**kept, **base["answers"]}


def firing(case: dict[str, Any]) -> dict[str, Any]:
    answers = base_answers(case["base"])
    kept = {k: v for k, v in answers.items() if k not in case.get("blank", [])}
    return {**kept, **case.get("fires", {})}


def near_miss(case: dict[str, Any]) -> dict[str, Any]:
    kept = {k: v for k, v in firing(case).items() if k not in case.get("near_miss_blank", [])}
    return {**kept, **case.get("near_miss", {})}
