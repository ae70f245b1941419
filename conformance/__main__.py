"""``python -m conformance``: hear the judges, print the table, keep the report."""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from conformance.building import ROOT
from conformance.judges import JUDGES
from conformance.report import summary, table, write_report
from conformance.subject import SubjectError, make_subject
from conformance.verdict import choose, exit_status, hear

REPORT: Final = ROOT / "docs" / "conformance.md"


@click.command()
@click.option("--only", multiple=True, metavar="NAME", help="Hear this judge only (repeatable).")
@click.option("--case", "ids", multiple=True, metavar="ID", help="Judge this case only.")
@click.option("--list", "listed", is_flag=True, help="List the judges and end.")
def main(only: tuple[str, ...], ids: tuple[str, ...], *, listed: bool) -> None:
    """Hear the judges. Exit status 1 when any failed.

    A whole run keeps its report in docs/conformance.md; one with --only or --case only prints.
    """
    if listed:
        for judge in JUDGES:
            click.echo(f"{judge.name:16} {judge.title} {judge.version}")
        return
    try:
        judges = choose(JUDGES, only)
        with tempfile.TemporaryDirectory() as folder:
            subject = make_subject(Path(folder), ids)
            verdicts = []
            for judge in judges:
                verdict = hear(judge, subject)
                verdicts.append(verdict)
                took = f"{verdict.seconds:.0f} s"
                click.echo(f"{judge.name}: {verdict.result} ({verdict.count}, {took})", err=True)
            judged = str(subject)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    except SubjectError as error:
        click.echo(f"nothing can be judged: {error}", err=True)
        sys.exit(1)
    click.echo(f"{judged}\n\n{table(verdicts)}\n\n{summary(verdicts)}")
    if not only and not ids:
        write_report(REPORT, verdicts, datetime.now(UTC).date(), judged)
    sys.exit(exit_status(verdicts))


if __name__ == "__main__":
    main()
