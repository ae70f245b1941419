"""``intake process``: files to PDF, response, Bundle and assessment."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from fhir.intake.record import Identifier
from fhir.intake.strict_json import JsonError, strict_loads
from fhir.intake.text_rules import text_fault
from intake.cli.options import Failure, base_option, content_for, frame, note, on_option
from intake.setting_values import read_uri
from intake.settings import VARIANTS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from fhir.intake.receivers import Receiver
    from intake.pdf.summary import Paper

MAX_BUNDLE: Final = 20_000_000


class ReceiverName(click.ParamType["Receiver"]):
    """The name of a receiver; the table of them is read when a command needs it."""

    name = "name"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Receiver:
        """Return the receiver, or fail with a usage error."""
        from fhir.intake.receivers import receivers

        known = receivers()
        if value not in known:
            self.fail(f"{value!r} is none of {', '.join(known)}", param, ctx)
        return known[value]


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Folder to write to.")
@on_option
@click.option(
    "--pdf-variant",
    type=click.Choice([*VARIANTS]),
    default="ua",
    show_default=True,
    help="Tagged for reading (ua), or an archive with the response attached (a3).",
)
@click.option("--paper", type=click.Choice(["A4", "Letter"]), default="A4", show_default=True)
@click.option("--patient-name", metavar="TEXT", help="Name of the patient (one FILE only).")
@click.option(
    "--record-number", metavar="TEXT", help="The patient's record number (one FILE only)."
)
@click.option(
    "--record-system",
    metavar="URI",
    envvar="INTAKE_RECORD_SYSTEM",
    help="Identifier system of record numbers.",
)
@click.option(
    "--previous",
    type=click.Path(path_type=Path),
    help="bundle.json sent before for this response: what it made is updated (one FILE only).",
)
@click.option(
    "--receiver",
    type=ReceiverName(),
    default="generic",
    show_default=True,
    help="Write what this receiver takes too: hapi, medplum, openemr, oracle, epic, canvas.",
)
@click.option(
    "--dry-run",
    is_flag=True,
    help="Write nothing; say what would be sent to the receiver, what not, and why.",
)
@base_option
def process(  # noqa: PLR0913, PLR0917  # one argument for each option
    files: tuple[Path, ...],
    out: Path | None,
    on: date | None,
    pdf_variant: str,
    paper: Paper,
    patient_name: str | None,
    record_number: str | None,
    record_system: str | None,
    previous: Path | None,
    receiver: Receiver,
    dry_run: bool,  # noqa: FBT001  # click passes by name
    base_url: str,
) -> None:
    """Assess FILES and write summary.pdf and FHIR files to --out.

    For a receiver other than generic there is one file more: receiver-bundle.json, the
    transaction, or receiver-requests.json, the single requests in their order.

    A FILE is a QuestionnaireResponse, an object of answers by link id, or a case with its
    answers. Several FILES, or a folder, give one folder each, named by the file.
    """
    from intake.batch import Job, run_many, run_one
    from intake.processing import Layout

    if out is None and not dry_run:
        raise click.UsageError("Missing option '--out'.")
    inputs, several = expand(files)
    if several and (patient_name or record_number or previous):
        raise click.UsageError("--patient-name, --record-number and --previous need a single FILE")
    job = Job(
        content=content_for(base_url),
        frame=frame(
            on,
            patient=patient(record_number, record_system),
            patient_name=patient_name and plain_text("--patient-name", patient_name),
        ),
        layout=Layout(variant=VARIANTS[pdf_variant], paper=paper),
        receiver=receiver,
        dry=dry_run,
        previous=read_bundle(previous) if previous else None,
    )
    folder = out or Path()
    if several:
        code = run_many(job, [(path, folder / path.stem) for path in inputs], note=note)
    else:
        code = run_one(job, inputs[0], folder, note=note)
    raise click.exceptions.Exit(code)


def expand(files: Sequence[Path]) -> tuple[list[Path], bool]:
    """Return the input files, and whether each gets a folder of its own."""
    inputs: list[Path] = []
    for path in files:
        found = sorted(path.glob("*.json")) if path.is_dir() else [path]
        if not found:
            raise click.UsageError(f"{path}: the folder holds no *.json file")
        inputs += found
    several = len(files) > 1 or files[0].is_dir()
    seen: dict[str, Path] = {}
    for path in inputs if several else ():
        if path.stem in {".", ".."}:
            raise click.UsageError(f"{path} has no name for a folder of its own")
        other = seen.setdefault(path.stem.casefold(), path)
        if other is not path:
            raise click.UsageError(f"{path} and {other} would write to the same folder")
    return inputs, several


def patient(number: str | None, system: str | None) -> Identifier | None:
    """Return the patient's identifier, None when no record number was given."""
    if number is None:
        return None
    try:
        uri = read_uri(system)
    except ValueError:
        raise click.UsageError("--record-number needs the URI of its --record-system") from None
    return Identifier(system=uri, value=plain_text("--record-number", number))


def plain_text(option: str, text: str) -> str:
    """Return an option's text without blanks around it, or fail with a usage error."""
    fault = text_fault(text)
    if fault:
        raise click.UsageError(f"{option} {fault}")
    return text.strip()


def read_bundle(path: Path) -> dict[str, Any]:
    """Read a Bundle of an earlier run. Raises Failure when the file is none."""
    from intake.files import read_bounded

    try:
        bundle = strict_loads(read_bounded(path, MAX_BUNDLE), max_bytes=MAX_BUNDLE)
    except OSError as error:
        raise Failure(f"{path}: {error.strerror or 'can not be read'}") from None
    except JsonError as error:
        raise Failure(f"{path}: {error}") from None
    if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
        raise Failure(f"{path}: is no Bundle")
    return bundle
