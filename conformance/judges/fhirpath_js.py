"""fhirpath.js: every expression that we export compiles, and says what our own engine says."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from conformance.building import node_folder, run
from conformance.expressions import CONSTRAINTS, Expression, collect
from conformance.verdict import Findings, Judge, JudgeError
from fhir.intake.enablement import Enablement
from intake.content import standard_content
from intake.submission import Frame, read_submission

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.subject import Case, Subject

ENABLE_WHEN: Final = "sdc-questionnaire-enableWhenExpression"
_LOCAL: Final = frozenset(url.rsplit("/", 1)[-1] for url in CONSTRAINTS)
"""Kinds of expressions that are about the item they stand at."""
_WRONG: Final = "item.where(linkId = 'consent'"


def exported_documents(subject: Subject) -> Iterator[dict[str, Any]]:
    """Yield every document with expressions that we export."""
    for path in (subject.questionnaire, subject.rules):
        yield json.loads(path.read_bytes())


def judge_expressions(subject: Subject) -> Findings:
    """Compile each expression, evaluate it on every response, and compare what is enabled."""
    count, faults, compared = 0, [], 0
    responses = {case.id: json.loads(case.response.read_bytes()) for case in subject.cases}
    enabled = {case.id: _enabled(subject, case) for case in subject.cases}
    for document in exported_documents(subject):
        expressions = sorted(collect(document), key=lambda expression: not expression.name)
        count += len(expressions)
        said = evaluate(responses, expressions)
        faults += [f"{row['case']} {row['place']}: {row['text']}" for row in said["faults"]]
        for expression in expressions:
            if expression.kind != ENABLE_WHEN:
                continue
            for case, values in said["values"].items():
                theirs = values.get(expression.place) == [True]
                ours = expression.item in enabled[case]
                compared += 1
                if theirs is not ours:
                    faults.append(
                        f"{case} {expression.place}: {expression.item} is enabled: "
                        f"{theirs} by fhirpath.js, {ours} by ours"
                    )
    notes = (
        f"each evaluated on {len(responses)} responses",
        f"{compared} conditions compared with our own engine",
    )
    return Findings(count=count, faults=tuple(faults), notes=notes)


def evaluate(responses: dict[str, Any], expressions: Sequence[Expression]) -> dict[str, Any]:
    """Return what fhirpath.js says: ``faults``, and ``values`` by case and place.

    Variables are bound for the expressions after them. Raises JudgeError when it compiles
    nonsense.
    """
    rows = [asdict(expression) | {"local": expression.kind in _LOCAL} for expression in expressions]
    control = {"place": "control", "text": _WRONG, "name": "", "item": "", "local": False}
    given = json.dumps({"responses": responses, "expressions": [*rows, control]})
    output = run(["node", "evaluate.mjs"], node_folder("fhirpath"), given)
    said: dict[str, Any] = json.loads(output)
    kept = [row for row in said["faults"] if row["place"] != "control"]
    if len(kept) == len(said["faults"]):
        raise JudgeError(f"it compiles nonsense: {_WRONG}")
    return {**said, "faults": kept}


def _enabled(subject: Subject, case: Case) -> set[str]:
    """Return the link ids of the questions and pages that our own engine shows."""
    form = standard_content().form
    frame = Frame(now=subject.now, on=subject.day)
    answers = read_submission(case.given, form, frame).answers
    found = Enablement(form, answers, subject.day)
    return {item.link_id for item in (*found.questions(), *found.pages())}


JUDGE: Final = Judge(
    name="fhirpath",
    title="fhirpath.js with its R4 model",
    version="5.2.2",
    judged="every expression that we export",
    run=judge_expressions,
)
