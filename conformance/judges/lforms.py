"""LHC-Forms: our form opens, our responses load, and a person who types gets the same answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from playwright.sync_api import Error as BrowserError

from conformance.browser import watching
from conformance.building import node_folder
from conformance.fillers import Filler, differences, question_kinds, shown_questions
from conformance.typist import type_response
from conformance.verdict import Findings, Judge, JudgeError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.subject import Case, Subject

Json: TypeAlias = dict[str, Any]
TYPED: Final = "V11"
"""The case that is typed in: its answers open the pages that depend on many answers."""
_READY: Final = "() => window.LForms?.Util?.addFormToPage && window.LForms?.FHIR?.R4"
_LOAD: Final = "async ([form, sent]) => { await fill(form, sent); return [answers(), shown()]; }"
_FRAME: Final = (
    "LHC-Forms writes a frame of its own, which is not compared: meta, identifier, subject, "
    "author, source, authored, language, and always the status completed"
)


def judge_forms(subject: Subject) -> Findings:
    """Open the form, load each response and take it out, and type one in."""
    folder = node_folder("lforms")
    form = json.loads(subject.questionnaire.read_bytes())
    with watching(folder, "page.html") as watched:
        filler = Filler(watched)
        watched.page.wait_for_function(_READY)
        _check_it_objects(filler, form)
        _, told = filler.call("([form]) => fill(form)", form)
        faults = [f"the form: {message}" for message in told]
        for case in subject.cases:
            sent = json.loads(case.response.read_bytes())
            found, told = filler.call(_LOAD, form, sent)
            faults += [f"{case.id}: {message}" for message in told]
            faults += [f"{case.id}: {line}" for line in _compare(subject, case, found)]
        typed = next((case for case in subject.cases if case.id == TYPED), subject.cases[0])
        faults += [f"{typed.id} typed in: {line}" for line in _type(filler, subject, typed, form)]
    notes = (f"{len(subject.cases)} loaded, {typed.id} typed in", _FRAME)
    return Findings(count=len(subject.cases) + 2, faults=tuple(faults), notes=notes)


def _type(filler: Filler, subject: Subject, case: Case, form: Json) -> Iterator[str]:
    """Type a case into the empty form; say what differs from its response."""
    filler.call("([form]) => fill(form)", form)
    try:
        type_response(filler.watched.page, json.loads(case.response.read_bytes()))
    except BrowserError as error:
        yield f"can not be typed: {error.message.splitlines()[0]}"
        return
    found, told = filler.call("() => [answers(), shown()]")
    yield from told
    yield from _compare(subject, case, found)


def _compare(subject: Subject, case: Case, found: tuple[Json, list[str]] | None) -> Iterator[str]:
    """Say where answers and shown questions are not those of the case."""
    if found is None:
        return
    response, seen = found
    sent = json.loads(case.response.read_bytes())
    if response["questionnaire"] != sent["questionnaire"]:
        yield f"questionnaire: {response['questionnaire']}"
    yield from differences(response, sent)
    theirs = set(seen) & question_kinds(subject).keys()
    ours = shown_questions(subject, case)
    if theirs != ours:
        yield f"shows {sorted(theirs - ours)} besides, and not {sorted(ours - theirs)}"


def _check_it_objects(filler: Filler, form: Json) -> None:
    """Raise JudgeError when a condition on a question that is not there is no trouble to it."""
    condition = {"question": "no_such_item", "operator": "exists", "answerBoolean": True}
    first = {**form["item"][0], "enableWhen": [condition]}
    _, told = filler.call("([form]) => fill(form)", {**form, "item": [first, *form["item"][1:]]})
    if not told:
        raise JudgeError("it opens a form that was spoiled on purpose")


JUDGE: Final = Judge(
    name="lforms",
    title="LHC-Forms (lforms) in Chromium",
    version="40.1.3",
    judged="the Questionnaire, each response loaded and taken out again, and one typed in",
    run=judge_forms,
)
