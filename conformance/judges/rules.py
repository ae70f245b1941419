"""The exported rules under fhirpath.js: true, false and unknown as our own engine has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.building import node_folder
from conformance.verdict import Findings, Judge

if TYPE_CHECKING:
    from conformance.subject import Subject


def judge_rules(_: Subject) -> Findings:
    """Compare on the public cases, cases of the rules, and generated answers."""
    from conformance import rules  # noqa: PLC0415  # it makes its cases with the tests' tools

    differences, counts = rules.run(node_folder("fhirpath"))
    return Findings(count=counts.cases, faults=tuple(differences), notes=(str(counts),))


JUDGE: Final = Judge(
    name="rules",
    title="fhirpath.js beside our rule engine",
    version="5.2.2",
    judged="every condition of the exported rules, on answer sets",
    run=judge_rules,
)
