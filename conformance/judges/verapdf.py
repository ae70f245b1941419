"""The summary as PDF: veraPDF by its profiles, and qpdf for the structure of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.building import BUILD, find, java_command, run
from conformance.controls import check_refused
from conformance.messages import read_messages
from conformance.subject import draw_pdfs
from conformance.verdict import Findings, Judge, JudgeError
from intake.settings import VARIANTS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from conformance.messages import Message
    from conformance.subject import Subject

CASES: Final = 5
PROFILES: Final = {"ua": "ua1", "a3": "3a"}
"""The variants that we draw, by the option's names, with veraPDF's names of their profiles."""


def judge_profiles(subject: Subject) -> Findings:
    """Judge the PDFs of some cases, each variant by its own profile."""
    command = java_command("verapdf", "JudgePdf")
    drawn = _draw(subject)
    faults: list[str] = []
    for variant, paths in drawn.items():
        messages = _judge(command, PROFILES[variant], paths)
        faults += [f"{VARIANTS[variant]} {message}" for message in messages]
    no_archive = drawn["ua"][:1]
    check_refused(no_archive, _judge(command, PROFILES["a3"], no_archive))
    variants = " and ".join(VARIANTS[variant] for variant in PROFILES)
    notes = (f"{variants} of {', '.join(case.id for case in subject.cases[:CASES])}",)
    return Findings(count=sum(map(len, drawn.values())), faults=tuple(faults), notes=notes)


def judge_structure(subject: Subject) -> Findings:
    """Let qpdf check the PDFs of all cases, and of both variants of some."""
    find("qpdf")
    paths = [case.pdf for case in subject.cases]
    paths += [path for drawn in _draw(subject).values() for path in drawn]
    faults = []
    for path in paths:
        try:
            run(["qpdf", "--check", str(path)], path.parent)
        except JudgeError as error:
            faults.append(f"{path.parent.parent.name}/{path.parent.name}: {error}")
    torn = subject.folder / "torn.pdf"
    torn.write_bytes(paths[0].read_bytes()[:-2000])
    try:
        run(["qpdf", "--check", str(torn)], subject.folder)
    except JudgeError:
        version = run(["qpdf", "--version"], subject.folder).splitlines()[0]
        return Findings(count=len(paths), faults=tuple(faults), notes=(version,))
    raise JudgeError("it accepts a file that was cut short on purpose")


def _draw(subject: Subject) -> dict[str, list[Path]]:
    """Draw the PDFs of the first cases, by variant."""
    cases = subject.cases[:CASES]
    return {variant: draw_pdfs(subject, cases, variant) for variant in PROFILES}


def _judge(command: Sequence[str], profile: str, paths: Sequence[Path]) -> list[Message]:
    return read_messages(run([*command, profile], BUILD, "".join(f"{path}\n" for path in paths)))


VERAPDF: Final = Judge(
    name="verapdf",
    title="veraPDF validation model",
    version="1.30.2",
    judged="the PDF of five cases by its profile, pdf/ua-1 and pdf/a-3a",
    run=judge_profiles,
)
QPDF: Final = Judge(
    name="qpdf",
    title="qpdf --check",
    version="as installed",
    judged="the PDF of each case, and both variants of five",
    run=judge_structure,
)
