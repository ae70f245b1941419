"""The exported rules under fhirpath.js: the same truths as our engine, case by case."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from conformance.building import SOURCES, find, get
from conformance.building import run as run_command
from tests.rule_constructs import constructs
from tests.rule_truths import (
    VALUES,
    Case,
    exported,
    generated,
    medicine_lists,
    rule_cases,
    standard_bundle,
    thinned,
    vignettes,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from tests.rule_truths import Exported

VERSION: Final = "5.2.2"
GENERATED: Final = 1_000
"""Answer sets of the generator; the other numbers are beside it."""
THINNED: Final = 500
MEDICINES: Final = 300
_SCRIPT: Final = SOURCES / "rules_differential.mjs"
_SHOWN: Final = 20


@dataclass
class Counts:
    """How much was compared, and how often each truth came up in how many conditions."""

    cases: int = 0
    truths: dict[bool | None, int] = field(default_factory=lambda: {True: 0, False: 0, None: 0})
    seen: dict[bool | None, set[str]] = field(
        default_factory=lambda: {True: set(), False: set(), None: set()}
    )

    def add(self, case: Case) -> None:
        """Count what our engine found in a case."""
        self.cases += 1
        kind = case.id.split("-")[0] == "constructs"
        for name, truth in case.truths.items():
            self.truths[truth] += 1
            self.seen[truth].add(f"{kind} {name}")

    def __str__(self) -> str:
        """Say it in a line."""
        words = {True: "true", False: "false", None: "unknown"}
        truths = ", ".join(
            f"{word} {self.truths[truth]:,} (of {len(self.seen[truth])} conditions)"
            for truth, word in words.items()
        )
        conditions = len(set().union(*self.seen.values()))
        return f"{self.cases:,} responses, {conditions} conditions: {truths}"


def judge(work: Path) -> tuple[bool, str, str]:
    """Return whether nothing differs, what was compared, and the first differences."""
    differences, counts = run(work)
    more = len(differences) - _SHOWN
    shown = [*differences[:_SHOWN], *([f"and {more} more"] if more > 0 else [])]
    return not differences, str(counts), "\n".join(shown)


def run(folder: Path) -> tuple[list[str], Counts]:
    """Compare in a folder in which fhirpath.js is, or will be installed; return differences.

    Raises UnavailableError when Node or the package can not be had, JudgeError when it breaks.
    """
    counts = Counts()
    differences: list[str] = []
    for bundle, cases in ((standard_bundle(), [*answer_sets()]), constructs()):
        found = {row["id"]: row for row in evaluate(folder, exported(bundle), cases)}
        for case in cases:
            counts.add(case)
            differences += compare(case, found[case.id])
    return differences, counts


def answer_sets() -> Iterable[Case]:
    """Return all responses to compare on: public cases, cases of the rules, generated ones."""
    parts = (vignettes(), rule_cases(), generated(GENERATED), thinned(THINNED))
    return chain(*parts, medicine_lists(MEDICINES))


def evaluate(folder: Path, rules: Exported, cases: Iterable[Case]) -> list[dict[str, Any]]:
    """Return what fhirpath.js makes of the cases."""
    node = find("node")
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "node_modules" / "fhirpath" / "package.json").is_file():
        options = ("--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund")
        get([find("npm"), "install", *options, f"fhirpath@{VERSION}"], folder)
    given, wanted = folder / "rules-given.json", folder / "rules-found.json"
    content = {
        "variables": rules.variables,
        "conditions": rules.conditions,
        "values": [name for name, _ in rules.variables if name in VALUES],
        "cases": [(case.id, case.response) for case in cases],
    }
    given.write_text(json.dumps(content), encoding="utf-8")
    run_command([node, str(_SCRIPT), str(given), str(wanted)], folder)
    found: list[dict[str, Any]] = json.loads(wanted.read_text(encoding="utf-8"))
    return found


def compare(case: Case, found: dict[str, Any]) -> Iterator[str]:
    """Yield what differs in a case."""
    if "fault" in found:
        yield f"{case.id}: {found['fault']}"
        return
    if found["truths"].keys() != case.truths.keys():
        yield f"{case.id}: the conditions are not those of the pack"
    for name, truth in case.truths.items():
        other = found["truths"].get(name)
        if other is not truth:
            yield f"{case.id}: {name} is {truth}, fhirpath.js: {other}"
    for name, value in case.values.items():
        other = found["values"][name]
        if (sorted(other) if name == "drugClasses" else other) != value:
            yield f"{case.id}: %{name} is {value}, fhirpath.js: {other}"
