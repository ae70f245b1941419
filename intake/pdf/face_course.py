"""How the twitching runs, and what else the patient reported or denied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from intake.pdf.dates import began_words
from intake.pdf.phrases import DOT, Phrase, clip, join
from intake.pdf.wording import NOT_ANSWERED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from intake.pdf.case import Case

_WEEKS: Final = "twitch_weeks"
_COURSE: Final = (
    ("Movement", ("twitch_kind", "twitch_frequency")),
    ("Onset, course", (_WEEKS, "twitch_course")),
    ("Places", ("twitch_sites",)),
    ("Spread to", ("twitch_spread_to",)),
    ("Triggers", ("twitch_triggers",)),
    ("Self-care", ("selfcare_tried", "selfcare_weeks", "selfcare_result")),
)
_OTHER: Final = (
    "cramps",
    "muscle_signs",
    "neck_signs",
    "balance_signs",
    "breathing_signs",
    "general_signs",
    "body_signs",
    "breast_growth",
    "recent_events",
    "toxin_exposure",
    "substances",
    "diet_pattern",
    "exercise_level",
)
_EXAMINED: Final = "clin_exam_done"


@dataclass(frozen=True, slots=True)
class Line:
    """A labelled line; `open` tells that nothing, or nothing certain, was answered."""

    label: str
    words: Phrase
    open: bool = False


@dataclass(frozen=True, slots=True)
class Others:
    """Signs and habits that are no red flag: reported, denied, not answered."""

    reported: Phrase
    denied: tuple[str, ...]
    unanswered: tuple[str, ...]


def course(case: Case, detail: int) -> tuple[Line, ...]:
    """Return onset, course, frequency, places, triggers and self-care, as far as asked."""
    return tuple(_course(case, detail))


def _course(case: Case, detail: int) -> Iterator[Line]:
    for label, link_ids in _COURSE:
        asked = [name for name in link_ids if name in case.shown]
        if asked and not any(case.answered(name) for name in asked):
            yield Line(label, (NOT_ANSWERED,), open=True)
        elif asked:
            parts = (_part(case, name, first=name == asked[0]) for name in asked)
            yield Line(label, clip(join(parts, DOT), detail))


def _part(case: Case, link_id: str, *, first: bool) -> Phrase:
    answer = case.answers.get(link_id)
    if link_id == _WEEKS and isinstance(answer, int | float):
        since = began_words(answer, case.record.day)
        return (*case.words.value(link_id, answer), f" (since {since})" if since else "")
    if first and case.answered(link_id):
        return case.words.value(link_id, answer)
    return case.words.brief(link_id, answer)


def examination(case: Case) -> Phrase:
    """Return what a clinician entered about an examination; empty when nothing was."""
    group = case.form.page_of.get(_EXAMINED)
    if group is None or not case.answered(_EXAMINED):
        return ()
    asked = (item.link_id for item in group.walk() if item.link_id in case.shown)
    return join((case.words.told(name, case.answers.get(name)) for name in asked), DOT)


def others(case: Case, detail: int) -> Others:
    """Sort what is told neither as a red flag nor elsewhere on the face sheet."""
    flagged = {name for flag in case.assessment.flags if flag.present for name in flag.answers}
    asked = [name for name in _OTHER if name in case.shown and name not in flagged]
    topics = {name: case.words.topic(name) for name in asked}
    told = [name for name in asked if case.answered(name) and not case.denied(name)]
    reported = join((case.words.told(name, case.answers[name]) for name in told), DOT)
    return Others(
        reported=clip(reported, detail),
        denied=tuple(topics[name] for name in asked if case.denied(name)),
        unanswered=tuple(topics[name] for name in asked if not case.answered(name)),
    )
