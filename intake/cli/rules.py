"""``intake rules``: the rule pack for clinicians and authors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fhir.intake import urls
from intake.cli.options import Day, Failure, base_option, content_for
from intake.setting_values import read_address

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from referral import Pack

BUILT_IN = "built-in"
CASES = "cases.json"


class _CaseError(ValueError):
    """A file of cases that is not laid out as one; the message says where."""


@click.group()
def rules() -> None:
    """Show, compare and check rule packs.

    A PACK is a folder of TOML files, or "built-in" for the pack of the product.
    """


@rules.command()
@click.argument("pack", default=BUILT_IN)
def show(pack: str) -> None:
    """Print the rules of PACK as Markdown tables, the conditions in words."""
    from intake import rule_tables

    content = content_for(urls.BASE)
    for line in rule_tables.show(load(pack), content.form):
        click.echo(line)


@rules.command()
@click.option("--fhir", is_flag=True, help="As FHIR R4; there is no other format.")
@click.argument("pack", default=BUILT_IN)
@click.option(
    "--out",
    type=click.Path(path_type=Path, allow_dash=True),
    default="-",
    metavar="FILE",
    help="File to write [default: -, standard output].",
)
@base_option
def export(pack: str, out: Path, base_url: str, *, fhir: bool) -> None:
    """Write PACK as a FHIR transaction: plan, variables, and what the rules suggest."""
    from fhir.intake.conformance import validate
    from fhir.intake.rules.export import rule_bundle
    from fhir.intake.rules.fhirpath_text import UnwritableError
    from fhir.intake.strict_json import dump_json

    if not fhir:
        raise click.UsageError("say --fhir: there is no other format")
    form = content_for(base_url).form
    found = load(pack, base=base_url)
    try:
        bundle = rule_bundle(found, form, read_address(base_url))
    except UnwritableError as error:
        raise Failure(f"{pack}: {error}") from None
    problems = validate(bundle)
    if problems:
        raise Failure(f"{pack}: would be no valid FHIR: {problems[0]}")
    _write(dump_json(bundle), out)


def _write(content: bytes, out: Path) -> None:
    if str(out) == "-":
        click.echo(content, nl=False)
        return
    try:
        out.write_bytes(content)
    except OSError as error:
        raise Failure(f"{out}: {error.strerror or 'can not be written'}") from None


@rules.command()
@click.argument("old")
@click.argument("new", default=BUILT_IN)
@click.option(
    "--cases",
    type=click.Path(path_type=Path),
    help="File of cases to compare, instead of those of the product.",
)
@click.option("--on", type=Day(), default="2026-11-22", show_default=True, metavar="DATE")
def diff(old: str, new: str, cases: Path | None, on: date) -> None:
    """Tell which records differ between two packs, rules first, and which cases change."""
    from intake.rule_changes import diff_cases, diff_records

    packs = load(old), load(new)
    lines = [
        *diff_records(*packs),
        *diff_cases(*packs, read_cases(cases, on), on=on),
    ]
    for line in lines or ["no difference"]:
        click.echo(line)


@rules.command()
@click.argument("pack", default=BUILT_IN)
def check(pack: str) -> None:
    """Check PACK: unknown names, codes, sources, duplicate ids. Exit status 1 for a fault."""
    from referral import PackError

    try:
        found = load(pack, report=False)
    except PackError as error:
        for problem in error.problems:
            click.echo(str(problem))
        raise click.exceptions.Exit(1) from None
    count = len(found.tables.rule)
    click.echo(f"{found.name} {found.version}: {count} rules, no fault")


def load(name: str, *, report: bool = True, base: str = urls.BASE) -> Pack:
    """Load a pack by folder or name; with ``report``, a faulty pack is a command line error."""
    from referral import PackError, load_pack

    content = content_for(base)
    if name == BUILT_IN:
        return content.pack
    if not _is_folder(name):
        raise click.UsageError(f"{name} is no folder and not {BUILT_IN!r}")
    try:
        return load_pack(Path(name), content.form.questions)
    except PackError as error:
        if not report:
            raise
        raise Failure(f"{name}: {error}") from None


def _is_folder(name: str) -> bool:
    try:
        return Path(name).is_dir()
    except OSError:
        return False


def read_cases(path: Path | None, on: date) -> dict[str, dict[str, Any]]:
    """Read cases (a JSON object with "vignettes") and return their checked answers by id."""
    from fhir.intake.answers import check_answers
    from fhir.intake.strict_json import JsonError, strict_loads
    from intake.files import read_bounded
    from referral.pack import default_folder

    file = path or default_folder() / CASES
    try:
        content = read_bounded(path) if path else file.read_bytes()
        cases = dict(_cases(strict_loads(content)))
    except OSError as error:
        raise Failure(f"{file}: {error.strerror or 'can not be read'}") from None
    except (JsonError, _CaseError) as error:
        raise Failure(f"{file}: {error}") from None
    form = content_for(urls.BASE).form
    for name, answers in cases.items():
        _, problems = check_answers(answers, form, on=on)
        if problems:
            raise Failure(f"{file}: {name}: {problems[0]}")
    return cases


def _cases(document: object) -> Iterator[tuple[str, dict[str, Any]]]:
    rows = document.get("vignettes") if isinstance(document, dict) else None
    if not isinstance(rows, list):
        raise _CaseError('holds no list "vignettes"')
    seen: set[str] = set()
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict) or not isinstance(row.get("id"), str):
            raise _CaseError(f'vignette {number}: is no object with an "id"')
        if not isinstance(row.get("answers"), dict):
            raise _CaseError(f'{row["id"]}: needs an object of "answers"')
        if row["id"] in seen:
            raise _CaseError(f"{row['id']}: is there already")
        seen.add(row["id"])
        yield row["id"], row["answers"]
