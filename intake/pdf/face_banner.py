"""Who it is about, who filled in the form, and how urgent it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fhir.intake.record import PERSON_SYSTEM
from intake.pdf.dates import day_words, later_words, moment_words
from intake.pdf.phrases import DOT, Phrase, clip, join, unbroken
from intake.pdf.wording import NOT_ANSWERED
from intake.reference import short_reference
from referral.builtin import BIRTH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from intake.pdf.case import Case
    from referral.assessment import FiredRule

NO_NAME: Final = "Name not given"
MAX_NAME: Final = 60
_SEXES: Final = ("female", "male", "intersex")
_PREGNANT: Final = "pregnancy_status"
_UNFINISHED: Final = {"in-progress", "stopped"}
_PEOPLE: Final = {
    "self": "by the patient",
    "interpreter": "by an interpreter with the patient",
}
_CONSENTS: Final = {
    "all": "answers may be saved in the record",
    "visit_only": "for this visit only, not in the record",
}
_LANGUAGES: Final = {"en": "English", "es": "Spanish"}


@dataclass(frozen=True, slots=True)
class Header:
    """The patient in a line or two, and where the answers come from."""

    name: Phrase
    person: Phrase
    made: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Because:
    """A rule that set the urgency."""

    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class Banner:
    """The urgency with its target and its reasons; `tier` is the id, "" when there is none."""

    tier: str
    label: str
    when: str
    target: str
    flags: str
    because: tuple[Because, ...]
    more: str


def header(case: Case) -> Header:
    """Return name, sex, age, birth and number, and who completed the form and when."""
    person = join(map(unbroken, _person(case)), DOT)
    return Header(name(case), person, tuple(_made(case)))


def name(case: Case) -> Phrase:
    """Return the patient's name, shortened when it is longer than a line."""
    given = case.record.patient.name
    return clip((case.words.said(given),), MAX_NAME) if given else (NO_NAME,)


def reference(case: Case) -> str:
    """Return a short form of the response's identifier, to quote on the phone."""
    return short_reference(case.record.identifier)


def _person(case: Case) -> Iterator[Phrase]:
    sex = case.words.value("sex_at_birth", case.answers.get("sex_at_birth"))
    plainly = case.answers.get("sex_at_birth") in _SEXES
    yield (*sex, " at birth") if plainly else ("Sex at birth: ", *sex)
    yield from _birth(case)
    identifier = case.record.patient.identifier
    if identifier.system != PERSON_SYSTEM:
        yield clip(("record no. ", case.words.said(identifier.value)), 40)
    if case.answered("dominant_hand"):
        yield case.words.told("dominant_hand", case.answers["dominant_hand"])
    if _PREGNANT in case.shown:
        yield case.words.told(_PREGNANT, case.answers.get(_PREGNANT))


def _birth(case: Case) -> Iterator[Phrase]:
    born = case.answers.get(BIRTH)
    if not isinstance(born, str):
        yield ("age and date of birth: not answered",)
        return
    years = age(case)
    if years is not None:
        yield (f"{years} y",)
    yield (f"born {day_words(born)}",)


def age(case: Case) -> int | None:
    """Return the age in whole years on the day of the form; None when it is not known."""
    born = case.answers.get(BIRTH)
    if not isinstance(born, str) or len(born) != len("1980-03-27"):
        return None
    year, month, day = (int(part) for part in born.split("-"))
    on = case.record.day
    return on.year - year - ((on.month, on.day) < (month, day))


def partial_birth(case: Case) -> Phrase:
    """Return a date of birth that gives no age, as a year alone, in words; else nothing."""
    born = case.answers.get(BIRTH)
    if not isinstance(born, str) or age(case) is not None:
        return ()
    return (f"{case.words.topic(BIRTH)}: only {day_words(born)} (no age)",)


def _made(case: Case) -> Iterator[str]:
    done = "Not completed, state of" if case.record.status in _UNFINISHED else "Form completed"
    yield f"{done} {moment_words(case.record.authored)}"
    yield f"{_by(case)}, in {_language(case)}"
    consent = str(case.answers.get("consent") or "")
    yield f"Consent: {_CONSENTS.get(consent) or case.words.value('consent', consent)[0]}"


def _by(case: Case) -> str:
    by = str(case.answers.get("completed_by") or "")
    item = case.form.items.get("completed_by")
    option = item.option(by) if item and by else None
    if by in _PEOPLE or option is None:
        return _PEOPLE.get(by, f"by whom: {NOT_ANSWERED}")
    return f"by {option.display[:1].lower()}{option.display[1:]}"


def _language(case: Case) -> str:
    code = case.record.language or case.form.language
    return _LANGUAGES.get(code.partition("-")[0], code)


def banner(case: Case, reasons: int) -> Banner:
    """Return the urgency with its `reasons` most important reasons."""
    assessment = case.assessment
    tier = assessment.tier
    count = f"{assessment.article_flags} of the article\u2019s 7 red flags{_open_flags(case)}"
    if tier is None:
        return Banner("", "Urgency not set", "no rule of the pack holds", "", count, (), "")
    rules = sorted(assessment.tier_rules(), key=_days)
    left = rules[reasons:]
    return Banner(
        tier=tier.id,
        label=tier.label,
        when=_when(case),
        target=tier.target,
        flags=count,
        because=tuple(
            Because(fired.rule.id, fired.rule.because.rstrip(".")) for fired in rules[:reasons]
        ),
        more=f"+ {len(left)} more: {', '.join(f.rule.id for f in left)}, page 2" if left else "",
    )


def _open_flags(case: Case) -> str:
    """Say how many signs are not known, lest a low count be taken for a good sign."""
    count = sum(flag.present is None for flag in case.assessment.flags)
    return f"; {count} sign{'s' * (count != 1)} not known" if count else ""


def _days(fired: FiredRule) -> int:
    return 10_000 if fired.rule.target_days is None else fired.rule.target_days


def _when(case: Case) -> str:
    assert case.assessment.tier is not None
    days = case.assessment.target_days
    days = case.assessment.tier.target_days if days is None else days
    last = later_words(case.record.day, days)
    if days == 0:
        return f"today, {last}"
    return f"within {days} day{'s' * (days != 1)}" + (f", by {last}" if last else "")
