"""Medicines with what the pack knows of them, and the history, each line asked or not asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fhir.intake.answers import is_blank
from intake.pdf.face_course import Line
from intake.pdf.phrases import DOT, Phrase, clip, join
from intake.pdf.wording import NONE_ASKED, NOT_ANSWERED, NOT_SURE, object_text
from referral.builtin import MEDICINES, MEDICINES_GATE
from referral.medicines import NAME, normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from intake.pdf.case import Case
    from referral.medicines import Finding

_HISTORY: Final = (
    ("Conditions", ("conditions", "nerve_conditions")),
    ("Family", ("family_history", "family_history_who")),
    ("Earlier tests", ("prior_tests", "prior_blood", "prior_emg", "prior_emg_months", "prior_mri")),
    ("Before a scan", ("mri_safety",)),
    ("Before EMG", ("emg_safety",)),
    ("Worry", ("worry_level", "worry_checking")),
)
_SUPPLEMENTS: Final = "supplements"
_BEFORE_TWITCH: Final = "med_before_twitch"


@dataclass(frozen=True, slots=True)
class MedicineLine:
    """A medicine as typed, dose and start, and what is known of it."""

    name: Phrase
    taken: Phrase
    note: Phrase
    twitch: bool


@dataclass(frozen=True, slots=True)
class Medicines:
    """The list of medicines; `state` speaks when there is no list."""

    state: Phrase
    open: bool
    lines: tuple[MedicineLine, ...]
    more: str


def medicines(case: Case, limit: int) -> Medicines:
    """Return at most `limit` medicines, those that can cause twitching first."""
    lines = medicine_lines(case)
    first = sorted(lines, key=lambda line: not line.twitch)[:limit]
    left = len(lines) - len(first)
    state = _state(case, listed=bool(lines))
    after = case.brief([_BEFORE_TWITCH])
    return Medicines(
        state=join([(state,) if state else (), after], DOT),
        open=NOT_ANSWERED in state or NOT_SURE in state,
        lines=tuple(first),
        more=f"+ {left} more, with all answers" if left else "",
    )


def _state(case: Case, *, listed: bool) -> str:
    gate = case.answers.get(MEDICINES_GATE)
    if gate in {"none", "supplements"}:
        return NONE_ASKED
    if gate is None and not listed:
        return NOT_ANSWERED
    if gate == "unsure":
        return f"{NOT_SURE} whether any are taken"
    return "" if listed else f"taken, but which is {NOT_ANSWERED}"


def medicine_lines(case: Case) -> tuple[MedicineLine, ...]:
    """Return every listed medicine in the patient's order."""
    rows = case.answers.get(MEDICINES)
    listed = rows if isinstance(rows, list | tuple) else ()
    given = (row for row in listed if any(map(_filled, row.values())))
    found = zip(given, case.assessment.medicines, strict=False)
    return tuple(_medicine(case, row, finding) for row, finding in found)


def _filled(cell: object) -> bool:
    return not is_blank(cell)


def _medicine(case: Case, row: Mapping[str, object], finding: Finding) -> MedicineLine:
    name = row.get(NAME)
    typed = object_text(name) if isinstance(name, dict) else str(name or "")
    shown: Phrase = (case.words.said(typed),) if typed else (f"name {NOT_ANSWERED}",)
    cells = [(key, cell) for key, cell in row.items() if key != NAME and _filled(cell)]
    return MedicineLine(
        name=shown,
        taken=join((case.words.brief(key, cell) for key, cell in cells), ", "),
        note=_note(case, finding),
        twitch=finding.twitch_drug,
    )


def _note(case: Case, finding: Finding) -> Phrase:
    if finding.matched is None:
        near = f"; did you mean {finding.did_you_mean}?" if finding.did_you_mean else ""
        return (f"not in our list{near}",) if finding.name else ()
    labels = {row.id: row.label for row in case.pack.tables.drug_class}
    other = finding.matched if normalise(finding.matched) != normalise(finding.name) else ""
    classes = ", ".join(labels.get(name, name) for name in finding.classes)
    effects = "; ".join(finding.effects)
    known = ", ".join(filter(None, (other, classes)))
    return (f"{known}: {effects}" if effects else known,)


def history(case: Case, detail: int) -> tuple[Line, ...]:
    """Return supplements, conditions, family, earlier tests and what to mind before tests."""
    return (*_supplements(case, detail), *_history(case, detail))


def _supplements(case: Case, detail: int) -> Iterator[Line]:
    gate = case.answers.get(MEDICINES_GATE)
    if _SUPPLEMENTS in case.shown:
        yield _line(case, "Supplements", _asked(case, (_SUPPLEMENTS, "b6_mg_day")), detail)
    elif gate in {"none", "medicines"}:
        yield Line("Supplements", (NONE_ASKED,))
    else:
        yield Line("Supplements", (NOT_ANSWERED,), open=True)


def _history(case: Case, detail: int) -> Iterator[Line]:
    for label, link_ids in _HISTORY:
        asked = _asked(case, link_ids)
        if asked:
            yield _line(case, label, asked, detail)


def _asked(case: Case, link_ids: Iterable[str]) -> list[str]:
    return [name for name in link_ids if name in case.shown]


def _line(case: Case, label: str, asked: list[str], detail: int) -> Line:
    first, *others = asked
    words = [case.state(first), *(case.words.brief(n, case.answers.get(n)) for n in others)]
    blank = not any(case.answered(name) for name in asked)
    return Line(label, clip(join(words, DOT), detail), open=blank)


def own_words(case: Case, limit: int) -> tuple[Phrase, bool]:
    """Return the patient's own words on one line, at most `limit` characters, and if cut."""
    text = case.answers.get("your_words")
    if not isinstance(text, str) or is_blank(text):
        return (), False
    one_line = " ".join(text.split())
    head, *dots = clip((one_line,), limit)
    return (case.words.said(str(head)), *dots), bool(dots)
