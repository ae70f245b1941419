"""What is judged: the files that our main job makes of the public cases."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from conformance.forms import write_form_responses
from fhir.intake.strict_json import dump_json
from intake.content import standard_content
from intake.processing import BUNDLE, PDF, RESPONSE
from intake.settings import VARIANTS
from referral.pack import default_folder

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

Json: TypeAlias = dict[str, Any]
AMENDED_AFTER: Final = "T23:59:59Z"
"""The time of day of an amendment; cases are authored at the beginning of the day."""


class SubjectError(Exception):
    """What is to be judged can not be made: our main job failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A public case: the file that is processed, and the folder of what comes of it."""

    id: str
    given: Path
    folder: Path

    @property
    def bundle(self) -> Path:
        """The transaction Bundle."""
        return self.folder / BUNDLE

    @property
    def response(self) -> Path:
        """The QuestionnaireResponse."""
        return self.folder / RESPONSE

    @property
    def pdf(self) -> Path:
        """The summary as PDF."""
        return self.folder / PDF


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The cases with their files, the Questionnaire that they answer, and the rules as FHIR."""

    folder: Path
    day: date
    questionnaire: Path
    rules: Path
    cases: tuple[Case, ...]
    forms: tuple[Path, ...] = ()
    """Responses to forms of other people."""

    @property
    def now(self) -> datetime:
        """The moment at which the cases are authored: the beginning of their day."""
        return datetime.combine(self.day, datetime.min.time(), UTC)

    def __str__(self) -> str:
        """Say what was judged, for the report."""
        form = json.loads(self.questionnaire.read_text(encoding="utf-8"))
        return f"{len(self.cases)} public cases of {form['name']} {form['version']}"


def make_subject(folder: Path, ids: Collection[str] = ()) -> Subject:
    """Process the public cases, or those of these ids, into a folder.

    Raises ValueError for an unknown id, and SubjectError when the main job fails.
    """
    document = json.loads((default_folder() / "cases.json").read_text(encoding="utf-8"))
    rows = {row["id"]: row["answers"] for row in document["vignettes"]}
    for name in ids:
        if name not in rows:
            raise ValueError(f"no case is named {name!r}")
    chosen = [name for name in rows if not ids or name in ids]
    subject = Subject(
        folder=folder,
        day=date.fromisoformat(document["meta"]["form_date"]),
        questionnaire=folder / "form" / "questionnaire.json",
        rules=folder / "rules" / "bundle.json",
        cases=tuple(
            Case(id=name, given=folder / "given" / f"{name}.json", folder=folder / "cases" / name)
            for name in chosen
        ),
    )
    for place in ("given", "form", "rules", "amended", "forms"):
        (folder / place).mkdir()
    subject.questionnaire.write_bytes(dump_json(standard_content().questionnaire))
    for case in subject.cases:
        case.given.write_text(json.dumps(rows[case.id]), encoding="utf-8")
    _intake("rules", "export", "--fhir", "--out", str(subject.rules))
    _process([folder / "given"], folder / "cases", "--on", str(subject.day))
    return replace(subject, forms=write_form_responses(folder / "forms", subject.now))


def amend(subject: Subject, case: Case) -> Case:
    """Return the case as its response is sent again, amended, after what was sent before."""
    response = json.loads(case.response.read_text(encoding="utf-8"))
    response |= {"status": "amended", "authored": f"{subject.day}{AMENDED_AFTER}"}
    folder = subject.folder / "amended"
    amended = Case(id=case.id, given=folder / f"{case.id}.json", folder=folder / case.id)
    amended.given.write_text(json.dumps(response), encoding="utf-8")
    _process([amended.given], amended.folder, "--previous", str(case.bundle))
    return amended


def draw_pdfs(subject: Subject, cases: Sequence[Case], variant: str) -> list[Path]:
    """Return the summaries of cases as PDFs of a variant, as the option names it."""
    folder = subject.folder / VARIANTS[variant].replace("/", "-")
    given = [case.given for case in cases]
    # A single file gets no folder of its own.
    out = folder if len(cases) > 1 else folder / cases[0].id
    _process(given, out, "--on", str(subject.day), "--pdf-variant", variant)
    return [folder / case.id / PDF for case in cases]


def _process(given: Sequence[Path], folder: Path, *options: str) -> None:
    _intake("process", *map(str, given), "--out", str(folder), *options)


def _intake(*arguments: str) -> None:
    """Run our command line. Raises SubjectError with what it says when it fails."""
    done = subprocess.run(  # noqa: S603  # our own command, without a shell
        [sys.executable, "-m", "intake", *arguments],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["nothing"]
        raise SubjectError(f"intake {arguments[0]} ended with {done.returncode}: {said[-1]}")
