"""What other form fillers make of our form and our responses, as their pages show it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from playwright.sync_api import Error as BrowserError

from fhir.intake.enablement import Enablement
from intake.content import standard_content
from intake.submission import Frame, read_submission

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.browser import Watched
    from conformance.subject import Case, Subject

Json: TypeAlias = dict[str, Any]
NO_QUESTIONS: Final = frozenset({"group", "display"})


@dataclass(frozen=True, slots=True)
class Filler:
    """A form filler's page, with a word for what it does wrong."""

    watched: Watched

    def call(self, script: str, *given: Json) -> tuple[Any, list[str]]:
        """Call a function of the page; return what it gives, and the errors of the page."""
        try:
            answer = self.watched.page.evaluate(script, [*given])
        except BrowserError as error:
            answer, told = None, [error.message.splitlines()[0][:400]]
        else:
            told = []
        return answer, [*told, *self.watched.take_errors()]


def shown_questions(subject: Subject, case: Case) -> set[str]:
    """Return the link ids of the questions that our own engine shows for a case."""
    form = standard_content().form
    path = case.given
    frame = Frame(now=subject.now, on=subject.day)
    answers = read_submission(path, form, frame).answers
    shown = Enablement(form, answers, subject.day)
    kinds = question_kinds(subject)
    return {item.link_id for item in shown.questions() if item.link_id in kinds}


def question_kinds(subject: Subject) -> dict[str, str]:
    """Return the types of the questions of the form, by link id."""
    form = json.loads(subject.questionnaire.read_bytes())
    return {
        item["linkId"]: item["type"] for item in _walk(form) if item["type"] not in NO_QUESTIONS
    }


def differences(found: Json, wanted: Json) -> Iterator[str]:
    """Say where the items of two responses differ."""
    ours = dict(_flat(wanted.get("item", [])))
    theirs = dict(_flat(found.get("item", [])))
    if [*ours] != [*theirs]:
        missing, added = ours.keys() - theirs.keys(), theirs.keys() - ours.keys()
        yield f"items in another order, without {sorted(missing)}, with {sorted(added)}"
    for path in ours.keys() & theirs.keys():
        if ours[path] != theirs[path]:
            yield f"{path}: {theirs[path]!r:.300}, not {ours[path]!r:.300}"


def _walk(node: Json) -> Iterator[Json]:
    for item in node.get("item", []):
        yield item
        yield from _walk(item)


def _flat(items: list[Json], above: str = "") -> Iterator[tuple[str, Json]]:
    """Yield each item without the items below it, by its path of link ids and numbers."""
    numbers: dict[str, int] = {}
    for item in items:
        name = item["linkId"]
        numbers[name] = numbers.get(name, 0) + 1
        path = f"{above}/{name}[{numbers[name]}]"
        yield path, {key: value for key, value in item.items() if key != "item"}
        yield from _flat(item.get("item", []), path)
