"""The exported rules are true, false and unknown exactly where the rules are."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.rule_constructs import constructs
from tests.rule_paths import Applied
from tests.rule_truths import (
    exported,
    generated,
    medicine_lists,
    standard_bundle,
    thinned,
    vignettes,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.rule_truths import Case, Json


@cache
def applied() -> Applied:
    return Applied(exported(standard_bundle()))


@pytest.mark.parametrize(
    "cases",
    [
        vignettes,
        lambda: generated(100),
        lambda: thinned(60),
        lambda: medicine_lists(60),
    ],
    ids=["vignettes", "generated", "thinned", "medicines"],
)
def test_same_truths(cases: Callable[[], Iterator[Case]]) -> None:
    assert [difference for case in cases() for difference in applied().differences(case)] == []


def test_every_construct_has_the_same_truth() -> None:
    bundle, cases = constructs()
    rules = Applied(exported(bundle))
    assert [difference for case in cases for difference in rules.differences(case)] == []
    seen = defaultdict(set)
    for case in cases:
        for name, truth in case.truths.items():
            seen[name].add(truth)
    plan = bundle["entry"][0]["resource"]
    words = {a["id"]: a["condition"][0]["expression"]["description"] for a in actions(plan)}
    settled = {words[name] for name, truths in seen.items() if len(truths) == 1}
    assert settled == {"three == 3", "answered(sign)", "answered(flags)", "three > 9999999999"}
    open_ends = {words[name] for name, truths in seen.items() if len(truths) == 3}
    assert len(open_ends) > len(words) / 2


def actions(plan: Json) -> list[Json]:
    return [action for group in plan["action"] for action in group["action"]]
