"""What in the answers speaks for a test, in few words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fhir.intake.answers import is_blank
from intake.pdf.face_banner import age, partial_birth
from intake.pdf.face_history import medicine_lines
from intake.pdf.phrases import Phrase, clip, join, plain
from intake.pdf.wording import NOT_ANSWERED, is_no, named_codes
from referral.builtin import BIRTH, MEDICINES

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from intake.pdf.case import Case
    from referral.assessment import FiredRule

_TWITCHING: Final = "twitching"
_LONGEST_ANSWER: Final = 44


def why(case: Case, fired: Sequence[FiredRule], limit: int) -> Phrase:
    """Return as many whole reasons as `limit` characters hold, at least one."""
    return _within(reasons_in_words(case, fired), limit)


def reasons_in_words(case: Case, fired: Sequence[FiredRule]) -> tuple[Phrase, ...]:
    """Return what in the answers speaks for a row: flags by name, other answers in words."""
    answers = {name: (answer, rule) for rule in fired for name, answer in rule.answers.items()}
    flagged, details = _present_flags(case)
    parts: dict[str, Phrase] = {}
    for name, (answer, rule) in answers.items():
        if name in flagged:
            parts[flagged[name]] = (flagged[name],)
        elif name not in details and not is_no(answer):
            parts[name] = _in_words(case, name, named_codes(answer, rule.rule.when))
    if not parts:
        parts = {name: case.words.told(name, answer) for name, (answer, _) in answers.items()}
    return tuple(sorted(parts.values(), key=lambda part: _weight(part, flagged.values())))


def _weight(part: Phrase, flags: Collection[object]) -> int:
    """Order flags first and what is true of most patients last."""
    return 0 if part[0] in flags else 2 if part == (_TWITCHING,) else 1


def _present_flags(case: Case) -> tuple[dict[str, str], set[str]]:
    labels: dict[str, str] = {}
    details: set[str] = set()
    for flag in case.assessment.flags:
        if flag.present:
            details |= set(flag.flag.details)
            for name, answer in flag.answers.items():
                if not is_blank(answer) and not is_no(answer):
                    labels.setdefault(name, flag.flag.label)
    return labels, details - set(labels)


def _in_words(case: Case, link_id: str, answer: object) -> Phrase:
    if link_id == BIRTH and (partial := partial_birth(case)):
        return partial
    if is_blank(answer):
        return (f"{case.words.topic(link_id)}: {NOT_ANSWERED}",)
    if link_id == BIRTH and age(case) is not None:
        return (f"age {age(case)}",)
    if link_id == "twitch_kind":
        return (_TWITCHING,)
    if link_id == MEDICINES:
        return join((line.name for line in medicine_lines(case)), ", ")
    return clip(case.words.brief(link_id, answer), _LONGEST_ANSWER)


def _within(parts: Sequence[Phrase], limit: int) -> Phrase:
    """Join parts up to `limit` characters and mark that others are left out."""
    chosen: list[Phrase] = []
    for part in parts:
        if chosen and len(plain(join([*chosen, part], "; "))) > limit:
            return (*join(chosen, "; "), "; …")
        chosen.append(part)
    return join(chosen, "; ")
