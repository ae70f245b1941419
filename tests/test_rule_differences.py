"""The judge of the exported rules tells every difference."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.rules import Counts, compare
from tests.rule_truths import Case

CASE = Case(
    "c", {}, {"rule-A": True, "rule-B": None}, {"tier": ["soon"], "drugClasses": ["a", "b"]}
)
SAME: dict[str, Any] = {
    "truths": {"rule-A": True, "rule-B": None},
    "values": {"tier": ["soon"], "drugClasses": ["b", "a"]},
}


def test_nothing_differs() -> None:
    assert [*compare(CASE, SAME)] == []


@pytest.mark.parametrize(
    ("found", "line"),
    [
        ({"fault": "x: is broken"}, "c: x: is broken"),
        ({"truths": {"rule-A": True, "rule-B": False}}, "c: rule-B is None, fhirpath.js: False"),
        ({"truths": {"rule-A": None, "rule-B": None}}, "c: rule-A is True, fhirpath.js: None"),
        (
            {"truths": {**SAME["truths"], "rule-C": True}},
            "c: the conditions are not those of the pack",
        ),
        (
            {"values": {**SAME["values"], "tier": []}},
            "c: %tier is ['soon'], fhirpath.js: []",
        ),
    ],
)
def test_what_differs(found: dict[str, Any], line: str) -> None:
    assert [*compare(CASE, SAME | found)] == [line]


def test_counts() -> None:
    counts = Counts()
    counts.add(CASE)
    assert str(counts) == (
        "1 responses, 2 conditions: true 1 (of 1 conditions), false 0 (of 0 conditions), "
        "unknown 1 (of 1 conditions)"
    )
