"""The verdicts as a table, and that table in ``docs/conformance.md``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.verdict import Result

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from conformance.verdict import Verdict

START: Final = "<!-- conformance: start; written by `make conformance` -->"
END: Final = "<!-- conformance: end -->"
MOST_FAULTS: Final = 50
_HEAD: Final = (
    "| judge | version | what was judged | count | result | notes |",
    "|---|---|---|---|---|---|",
)


def table(verdicts: Iterable[Verdict]) -> str:
    """Return the verdicts as a table in Markdown, and below it the faults of each judge."""
    heard = list(verdicts)
    lines = [*_HEAD, *map(_row, heard)]
    for verdict in heard:
        if verdict.faults:
            lines += ["", f"Faults found by {verdict.judge.title}:", "", *_faults(verdict)]
    return "\n".join(lines)


def summary(verdicts: Sequence[Verdict]) -> str:
    """Return the counts of results in one line."""
    counts = [(kind, sum(v.result is kind for v in verdicts)) for kind in Result]
    return ", ".join(f"{count} {kind}" for kind, count in counts)


def write_report(path: Path, verdicts: Sequence[Verdict], day: date, subject: str) -> None:
    """Put the table between the markers of a file; ``subject`` says what was judged in all.

    Raises ValueError when the file has not both markers, in order.
    """
    text = path.read_text(encoding="utf-8")
    before, start, rest = text.partition(START)
    _, end, after = rest.partition(END)
    if not start or not end:
        raise ValueError(f"{path}: has no place for the report between its two markers")
    own = f"Run on {day}: {subject}. {summary(verdicts).capitalize()}.\n\n{table(verdicts)}"
    path.write_text(f"{before}{START}\n\n{own}\n\n{END}{after}", encoding="utf-8")


def _row(verdict: Verdict) -> str:
    judge = verdict.judge
    count = "" if verdict.result is Result.NOT_RUN else str(verdict.count)
    cells = (judge.title, judge.version, judge.judged, count, verdict.result, _notes(verdict))
    return f"| {' | '.join(map(_cell, cells))} |"


def _notes(verdict: Verdict) -> str:
    faults = f"faults: {len(verdict.faults)}, listed below" if verdict.faults else ""
    return "; ".join(filter(None, (faults, *verdict.notes)))


def _faults(verdict: Verdict) -> Iterator[str]:
    for fault in verdict.faults[:MOST_FAULTS]:
        yield f"- {_cell(fault)}"
    if len(verdict.faults) > MOST_FAULTS:
        yield f"- and {len(verdict.faults) - MOST_FAULTS} more"


def _cell(text: str) -> str:
    """Return a text that can not end its cell or line, and is no markup."""
    plain = " ".join(text.split()).replace("\\", "\\\\")
    for sign in "|<>*_[":
        plain = plain.replace(sign, f"\\{sign}")
    return plain
