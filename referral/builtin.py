"""The built-in names of the language: each is a value and the answers it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from referral.values import NA, Codes, IncompleteCodes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from referral.case import AnswerCase
    from referral.values import Value

BIRTH: Final = "date_of_birth"
AGE: Final = "age_years"
CAFFEINE: Final = "caffeine_mg_day"
CAFFEINE_GATE: Final = "caf_any"
DRUG_CLASSES: Final = "drug_classes"
UNMATCHED: Final = "medication_unmatched"
MEDICINES: Final = "medication"
MEDICINES_GATE: Final = "takes_medicines"
ANY_TWITCH_DRUG: Final = "any_twitch_drug"


@dataclass(frozen=True, slots=True)
class Builtin:
    """How a built-in is computed from a case, and which answers it then rests on."""

    value: Callable[[AnswerCase], Value]
    cite: Callable[[AnswerCase], Iterable[str]]


def age_years(case: AnswerCase) -> int | None:
    """Count whole years from birth to the day of the form; UNKNOWN when blank."""
    birth = case.value(BIRTH)
    if not isinstance(birth, str):
        return None
    born = date.fromisoformat(birth)
    had_no_birthday = (case.on.month, case.on.day) < (born.month, born.day)
    return case.on.year - born.year - had_no_birthday


def caffeine_mg_day(case: AnswerCase) -> float | None:
    """Sum the caffeine in mg a day: 0 when none; UNKNOWN if all amounts are blank."""
    gate = case.value(CAFFEINE_GATE)
    if gate == "no":
        return 0
    if gate is None:
        return None
    amounts = [(case.value(item), mg) for item, mg in case.compiled.caffeine.items()]
    known = [value * mg for value, mg in amounts if isinstance(value, int | float)]
    return sum(known) if known else None


def cite_caffeine(case: AnswerCase) -> Iterator[str]:
    """Cite the amounts that were given; the gate where it alone decides; else the blanks."""
    if case.value(CAFFEINE_GATE) in (None, "no"):
        yield from case.cite(CAFFEINE_GATE)
        return
    given = [i for i in case.compiled.caffeine if isinstance(case.value(i), int | float)]
    for item in given or case.compiled.caffeine:
        yield from case.cite(item)


def takes_none(case: AnswerCase) -> bool:
    """Tell whether the patient said that there are no medicines to list."""
    return case.value(MEDICINES_GATE) in ("none", "supplements")


def drug_classes(case: AnswerCase) -> Codes:
    """Return the classes of the listed medicines; incomplete when one may be missing."""
    if takes_none(case):
        return Codes()
    findings = case.medicines()
    found = list(dict.fromkeys(code for finding in findings for code in finding.classes))
    if any(finding.twitch_drug for finding in findings):
        found.append(ANY_TWITCH_DRUG)
    unmatched = any(finding.matched is None for finding in findings)
    complete = findings and not unmatched and case.value(MEDICINES_GATE) in ("medicines", "both")
    return Codes(found) if complete else IncompleteCodes(found)


def medication_unmatched(case: AnswerCase) -> bool:
    """Tell whether a listed medicine is not in the formulary."""
    return not takes_none(case) and any(f.matched is None for f in case.medicines())


def cite_medicines(case: AnswerCase) -> Iterator[str]:
    """Cite the list of medicines, and the question before it where that decides."""
    rows = case.value(MEDICINES)
    if takes_none(case) or rows is NA or case.value(MEDICINES_GATE) not in ("medicines", "both"):
        yield from case.cite(MEDICINES_GATE)
    if not takes_none(case) and rows is not NA:
        yield from case.cite(MEDICINES)


BUILTINS: Final = {
    AGE: Builtin(age_years, lambda case: case.cite(BIRTH)),
    CAFFEINE: Builtin(caffeine_mg_day, cite_caffeine),
    DRUG_CLASSES: Builtin(drug_classes, cite_medicines),
    UNMATCHED: Builtin(medication_unmatched, cite_medicines),
}
