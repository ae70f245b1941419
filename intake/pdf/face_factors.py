"""The modifiable factors against their limits, as a bar, a value and words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from intake.pdf.phrases import plain
from intake.pdf.wording import NOT_ANSWERED, NOT_SURE, is_unsure
from referral.builtin import CAFFEINE, CAFFEINE_GATE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from intake.pdf.case import Case
    from referral.assessment import FactorFinding
    from referral.records import Factor

_ASKED_BY: Final = {CAFFEINE: CAFFEINE_GATE}


@dataclass(frozen=True, slots=True)
class FactorLine:
    """A factor; `fill` and `mark` are where the bar and its limit end, in percent."""

    label: str
    value: str
    verdict: str
    state: Literal["beyond", "within", "unknown"]
    fill: int | None
    mark: int | None


def factors(case: Case) -> tuple[FactorLine, ...]:
    """Return the factors in the pack's order, those that were not asked left out."""
    return tuple(_lines(case))


def _lines(case: Case) -> Iterator[FactorLine]:
    for finding in case.assessment.factors:
        asked_by = _ASKED_BY.get(finding.factor.reads, finding.factor.reads)
        if asked_by in case.shown:
            yield _line(case, finding, asked_by)


def _line(case: Case, finding: FactorFinding, asked_by: str) -> FactorLine:
    factor = finding.factor
    if finding.beyond is None:
        unsure = is_unsure(case.answers.get(asked_by))
        value = NOT_SURE if unsure else NOT_ANSWERED
        return FactorLine(factor.label, value, "not known", "unknown", None, None)
    number = finding.value if isinstance(finding.value, int | float) else None
    drawn = factor.scale if number is not None else None
    return FactorLine(
        label=factor.label,
        value=_value(case, finding, number),
        verdict=_verdict(finding, number),
        state="beyond" if finding.beyond else "within",
        fill=_percent(number, drawn),
        mark=_percent(_limit(factor), drawn),
    )


def _value(case: Case, finding: FactorFinding, number: float | None) -> str:
    if number is None:
        return plain(case.words.value(finding.factor.reads, finding.value))
    return f"{number:g} {finding.factor.unit}".strip()


def _verdict(finding: FactorFinding, number: float | None) -> str:
    factor = finding.factor
    low = f"at least {factor.at_least:g}" if factor.at_least is not None else ""
    high = f"at most {factor.at_most:g}" if factor.at_most is not None else ""
    limits = " and ".join(filter(None, (low, high)))
    if not finding.beyond:
        return f"within: {limits}" if limits else "within"
    under = number is not None and factor.at_least is not None and number < factor.at_least
    word = "below" if under else "beyond"
    return f"{word}: {limits}" if limits else word


def _limit(factor: Factor) -> float | None:
    return factor.at_most if factor.at_most is not None else factor.at_least


def _percent(number: float | None, scale: float | None) -> int | None:
    if number is None or not scale:
        return None
    return round(100 * min(max(number / scale, 0), 1))
