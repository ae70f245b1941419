"""The red flags: present, denied, not sure and not answered, each unmistakable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fhir.intake.answers import is_blank
from intake.pdf.phrases import DOT, Phrase, clip, join
from intake.pdf.wording import is_yes, named_codes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from intake.pdf.case import Case
    from referral.assessment import Flag


@dataclass(frozen=True, slots=True)
class FlagLine:
    """A flag that is present or not sure, with what the patient said about it."""

    label: str
    words: Phrase


@dataclass(frozen=True, slots=True)
class Flags:
    """The red flags in the pack's order, by what is known of each."""

    present: tuple[FlagLine, ...]
    unsure: tuple[FlagLine, ...]
    unanswered: tuple[str, ...]
    absent: tuple[str, ...]


def flags(case: Case, detail: int) -> Flags:
    """Sort the flags; what the patient said of one is cut after `detail` characters."""
    present, unsure, unanswered, absent = [], [], [], []
    for flag in case.assessment.flags:
        if flag.present is False:
            absent.append(flag.flag.label)
        elif flag.present:
            present.append(_line(case, flag, detail))
        elif any(is_blank(answer) for answer in flag.answers.values()):
            unanswered.append(flag.flag.label)
        else:
            unsure.append(_line(case, flag, detail))
    return Flags(tuple(present), tuple(unsure), tuple(unanswered), tuple(absent))


def _line(case: Case, flag: Flag, detail: int) -> FlagLine:
    words = clip(join(_said(case, flag), DOT), detail)
    return FlagLine(flag.flag.label, words)


def _said(case: Case, flag: Flag) -> Iterator[Phrase]:
    for link_id, answer in flag.answers.items():
        alone = len(flag.answers) == 1 and (is_yes(answer) or flag.present is None)
        if not alone:
            yield case.words.brief(link_id, named_codes(answer, flag.flag.when))
    for link_id in flag.flag.details:
        if link_id in case.shown and link_id not in flag.answers:
            yield case.words.brief(link_id, case.answers.get(link_id))
