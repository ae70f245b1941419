"""HAPI FHIR's instance validator: HL7's own Java validator, offline, with our Questionnaire."""

from __future__ import annotations

import json
import re
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from conformance.building import BUILD, java_command, run
from conformance.controls import check_refused, spoiled_answers, spoiled_responses
from conformance.messages import Message, count_resources, kinds, read_messages
from conformance.variables import written_out
from conformance.verdict import Findings, Judge

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from conformance.subject import Subject

SDC_PROFILE: Final = "profiles of SDC not checked: they are in no package that the registries have"
MIN_QUANTITY: Final = (
    "refusals of a quantity above its minimum: the validator compares the wrong way round "
    "(org.hl7.fhir.core issue 2374, mended after this version)"
)
NOT_ENABLED: Final = (
    "refusals as not enabled of items whose condition uses SDC variables, which this validator "
    "takes as empty; it accepts them when the variables are written out in the condition"
)
_NOT_ENABLED: Final = re.compile(r"not enabled \(item id = '([^']+)'\)")
_BELOW: Final = re.compile(
    r"The quantity (\S+) .*\(([^)]+)\) is less than the allowed minimum of (\S+) .*\(([^)]+)\)"
)


def judge_files(subject: Subject) -> Findings:
    """Validate every response, and every Bundle with all that it holds."""
    command = java_command("hapi_validator", "Validate")
    files = [path for case in subject.cases for path in (case.response, case.bundle)]
    files.append(subject.rules)
    spoiled = [*spoiled_responses(subject), *spoiled_answers(subject)]
    messages = _validate(command, subject.questionnaire, [*spoiled, *files])
    check_refused(spoiled, (m for m in messages if not excuse_for(m, ())))
    names = {str(path) for path in files}
    messages = [message for message in messages if message.file in names]
    errors = [message for message in messages if message.is_error]
    accepted = _accepted_written_out(command, subject, errors)
    excuses: Counter[str] = Counter()
    faults = []
    for message in errors:
        excuse = excuse_for(message, accepted)
        if excuse:
            excuses[excuse] += 1
        else:
            faults.append(str(message))
    notes = [f"{count} {excuse}" for excuse, count in excuses.items()]
    notes.append(f"besides: {kinds(m for m in messages if not m.is_error) or 'nothing'}")
    return Findings(count=count_resources(files), faults=tuple(faults), notes=tuple(notes))


def excuse_for(message: Message, accepted: Iterable[tuple[str, str]]) -> str | None:
    """Return why an error is none of ours: a known fault of the judge, or what it can not have.

    ``accepted`` are pairs of case and link id that it accepts with the variables written out.
    """
    if message.code == "Validation_VAL_Profile_Unknown":
        return SDC_PROFILE if "http://hl7.org/fhir/uv/sdc/" in message.text else None
    below = _BELOW.search(message.text)
    if below:
        value, unit, least, unit_of_least = below.groups()
        is_above = unit == unit_of_least and Decimal(value) >= Decimal(least)
        return MIN_QUANTITY if is_above else None
    refused = _refused(message)
    return NOT_ENABLED if refused and refused in accepted else None


def _accepted_written_out(
    command: Sequence[str], subject: Subject, errors: Iterable[Message]
) -> set[tuple[str, str]]:
    """Return what is refused as not enabled, by case and link id, but not without variables."""
    refused = {refused for message in errors if (refused := _refused(message))}
    if not refused:
        return set()
    form = json.loads(subject.questionnaire.read_bytes())
    path = subject.folder / "questionnaire-written-out.json"
    path.write_text(json.dumps(written_out(form)), encoding="utf-8")
    cases = {case for case, _ in refused}
    files = [case.response for case in subject.cases if case.id in cases]
    again = _validate(command, path, files)
    return refused - {still for message in again if (still := _refused(message))}


def _refused(message: Message) -> tuple[str, str] | None:
    """Return the case and the link id of an item that is refused as not enabled."""
    found = _NOT_ENABLED.search(message.text)
    return (message.case, found[1]) if found else None


def _validate(command: Sequence[str], form: Path, files: Sequence[Path]) -> list[Message]:
    given = "".join(f"{path}\n" for path in files)
    return read_messages(run([*command, str(form)], BUILD, given))


JUDGE: Final = Judge(
    name="hapi-validator",
    title="HAPI FHIR FhirInstanceValidator",
    version="8.8.1 (org.hl7.fhir.core 6.7.9)",
    judged=(
        "each response against our Questionnaire; each Bundle with its resources, and the "
        "exported rules"
    ),
    run=judge_files,
)
