"""What a judge is, what it found, and the verdict that follows."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from conformance.subject import Subject


class Result(StrEnum):
    """The verdict in a word."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not run"


class UnavailableError(Exception):
    """A judge that can not be had on this machine; the text is the reason."""


class JudgeError(Exception):
    """A judge that was there and broke, or did not answer as it should."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """How many things a judge looked at, the faults it found, and what a reader should know."""

    count: int
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """A judge: its name in ``--only``, its title with the version, and what it judges.

    ``run`` raises UnavailableError when the judge can not be had, with the reason.
    """

    name: str
    title: str
    version: str
    judged: str
    run: Callable[[Subject], Findings]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of a judge; ``seconds`` is the time that it took, with any installing."""

    judge: Judge
    result: Result
    count: int = 0
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0


def hear(judge: Judge, subject: Subject) -> Verdict:
    """Let a judge judge. One that breaks, or looks at nothing, has failed: never passed."""
    began = time.monotonic()
    try:
        found = judge.run(subject)
    except UnavailableError as error:
        return Verdict(judge=judge, result=Result.NOT_RUN, notes=(str(error),))
    except Exception as error:  # noqa: BLE001  # the other judges are still to be heard
        fault = str(error) if isinstance(error, JudgeError) else f"{type(error).__name__}: {error}"
        found = Findings(count=0, faults=(f"the judge broke: {fault}",))
    faults = found.faults or (() if found.count else ("nothing was judged",))
    return Verdict(
        judge=judge,
        result=Result.FAILED if faults else Result.PASSED,
        count=found.count,
        faults=faults,
        notes=found.notes,
        seconds=time.monotonic() - began,
    )


def exit_status(verdicts: Iterable[Verdict]) -> int:
    """Return 1 when any judge failed, else 0."""
    return int(any(verdict.result is Result.FAILED for verdict in verdicts))


def choose(judges: Sequence[Judge], names: Sequence[str]) -> list[Judge]:
    """Return the judges of these names, in their own order; all without names.

    Raises ValueError that names the first unknown one.
    """
    known = {judge.name for judge in judges}
    for name in names:
        if name not in known:
            raise ValueError(f"no judge is named {name!r}; there are {', '.join(sorted(known))}")
    return [judge for judge in judges if not names or judge.name in names]
