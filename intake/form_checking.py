"""Whether files work as forms here: read, linted, tried out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from intake.form_trial import TrialError, try_form
from intake.questionnaire_files import FormError, OtherKindError, read_form

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from flask import Flask

Verdict: TypeAlias = Literal["ok", "fail", "skip"]
SEEDS: Final = (0, 1)
"""Two sets of answers: one that opens what it can, one that takes other answers."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found of one file: the verdict, one sentence, and notes for the author."""

    verdict: Verdict
    told: str
    notes: tuple[str, ...] = ()


def check_file(path: Path, value_sets: Sequence[Path], app: Flask) -> Checked:
    """Read a Questionnaire, lint it, and fill it in twice on the pages of an application."""
    try:
        read = read_form(path, value_sets)
    except OtherKindError as error:
        return Checked("skip", error.reason)
    except FormError as error:
        return Checked("fail", error.reason)
    try:
        trials = [try_form(app, read.version, seed=seed) for seed in SEEDS]
    except TrialError as error:
        return Checked("fail", str(error), read.notes)
    first = trials[0]
    told = f"{first.answers} answers on {first.pages} pages, response {first.status}"
    return Checked("ok", told, read.notes)


def json_files(paths: Sequence[Path]) -> list[Path]:
    """Return the files, and of folders every ``*.json`` file in them, in order of their names."""
    found: list[Path] = []
    for path in paths:
        found += sorted(path.rglob("*.json")) if path.is_dir() else [path]
    return found
