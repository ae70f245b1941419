"""``intake questionnaire check``: tells authors whether their forms work here."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import click

from intake.cli.options import Failure

_FILE: Final = click.Path(path_type=Path)
_VERDICTS: Final = ("ok", "fail", "skip")


@click.command()
@click.argument("files", type=_FILE, nargs=-1, required=True, metavar="FILE...|FOLDER...")
@click.option(
    "--value-set",
    "value_sets",
    multiple=True,
    type=_FILE,
    help="A ValueSet or CodeSystem that they need, or a Bundle of them; may be repeated.",
)
@click.option("--notes", is_flag=True, help="Tell also what is not supported, below each file.")
def check(files: tuple[Path, ...], value_sets: tuple[Path, ...], *, notes: bool) -> None:
    """Tell whether FHIR R4 Questionnaires (JSON) work as forms here.

    Each is linted, filled in page by page with made-up answers, and its response is validated.
    One line for each file: ok, fail with the reason, or skip for what is no R4 Questionnaire.
    Exit status 1 if any failed.
    """
    from intake.form_checking import check_file, json_files
    from intake.form_trial import trial_app

    paths = json_files(files)
    if not paths:
        raise Failure("there is no *.json file to check")
    count: Counter[str] = Counter()
    with TemporaryDirectory(prefix="intake-check-") as folder:
        app = trial_app(Path(folder))
        for path in paths:
            found = check_file(path, value_sets, app)
            count[found.verdict] += 1
            more = f" ({len(found.notes)} notes)" if found.notes and not notes else ""
            click.echo(" ".join(f"{found.verdict} {path}: {found.told}{more}".split()))
            for line in found.notes if notes else ():
                click.echo(f"     {' '.join(line.split())}")
    click.echo(", ".join(f"{count[verdict]} {verdict}" for verdict in _VERDICTS))
    if count["fail"]:
        raise click.exceptions.Exit(1)
