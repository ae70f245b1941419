"""Responses to the public forms of other people, made with generated answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from fhir.intake.loading import load_form
from fhir.intake.record import Identifier, Patient, Record
from fhir.intake.response import build_response
from fhir.intake.samples import sample_answers
from fhir.intake.strict_json import dump_json
from tests import corpus

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

_SOMEONE: Final = Identifier(system="http://example.org/sid/person", value="1")
_UNNAMED: Final = "http://example.org/Questionnaire/unnamed"
SEEDS: Final = (0, 1)


def write_form_responses(folder: Path, now: datetime) -> tuple[Path, ...]:
    """Write a response for each sound form and seed; none where the forms are not at hand."""
    sound = [path for path in corpus.files("Q") if corpus.fault_of(path) is None]
    return tuple(_write(path, folder, now, seed) for path in sound for seed in SEEDS)


def _write(path: Path, folder: Path, now: datetime, seed: int) -> Path:
    form = load_form({"url": _UNNAMED} | json.loads(path.read_text(encoding="utf-8")), ruled=False)
    record = Record(
        identifier=_SOMEONE,
        patient=Patient(identifier=_SOMEONE),
        authored=now.isoformat(timespec="seconds"),
        status="in-progress",
    )
    answers = sample_answers(form, now.date(), seed=seed)
    target = folder / f"{path.stem}-{seed}.json"
    target.write_bytes(dump_json(build_response(answers, form, record)))
    return target
