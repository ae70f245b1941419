"""The command ``intake validate`` tells whether a file holds answers to its form."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from intake.cli.options import Failure, base_option, content_for, frame

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fhir.intake.issue_codes import Issue
    from fhir.intake.validation.sources import Sources
    from intake.submission import Submission

Json: TypeAlias = dict[str, Any]
INVALID = 1


@click.command()
@click.argument("file", metavar="RESPONSE", type=click.Path(path_type=Path))
@click.option(
    "--questionnaire",
    "questionnaires",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A Questionnaire, ValueSet or CodeSystem, or a Bundle of them [default: our form].",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="One line for each issue, or a FHIR OperationOutcome.",
)
@base_option
def validate(file: Path, questionnaires: tuple[Path, ...], form: str, base_url: str) -> None:
    """Check RESPONSE against the Questionnaire that it names.

    RESPONSE is a QuestionnaireResponse, or for our own form also an object of answers by link id
    or a case with its answers. Exit status 0: valid, perhaps with warnings; 1: invalid; 2: can
    not be read, or the Questionnaire can not be used.
    """
    from fhir.intake.strict_json import dump_json
    from fhir.intake.validation.outcome import operation_outcome

    issues = _issues(file, questionnaires, base_url)
    is_valid = all(issue.severity != "error" for issue in issues)
    if form == "json":
        click.echo(dump_json(operation_outcome(issues)), nl=False)
    else:
        for issue in issues:
            click.echo(_printable(f"{file}: {_line(issue)}"))
        if is_valid:
            click.echo(_printable(f"{file}: valid"))
    if not is_valid:
        raise click.exceptions.Exit(INVALID)


def _issues(file: Path, questionnaires: Sequence[Path], base_url: str) -> Sequence[Issue]:
    from fhir.intake.loading import QuestionnaireError
    from fhir.intake.validation import check_response
    from fhir.intake.validation.sources import Sources

    content = content_for(base_url)
    data = _read(file)
    response = data.get("response", data)
    if "resourceType" not in data and response is data and not questionnaires:
        return [*_answer_issues(file, base_url)]
    given = [data] if response is not data else []
    sources = Sources([*given, *map(_read_resource, questionnaires)], [content.form])
    if not isinstance(response, dict):
        return check_response(response, None, now=frame(None).now)
    try:
        form = sources.form_of(response)
    except QuestionnaireError as error:
        name = response.get("questionnaire") or _only(sources)
        raise Failure(f"{file}: the Questionnaire {name!r:.120} {error}") from None
    return check_response(response, form, now=frame(None).now)


def _only(sources: Sources) -> object:
    return sources.questionnaires[0].get("url") if sources.questionnaires else None


def _read(path: Path) -> Json:
    from fhir.intake.strict_json import JsonError, strict_loads
    from intake.files import read_bounded

    try:
        data = strict_loads(read_bounded(path))
    except OSError as error:
        raise Failure(f"{path}: {error.strerror or 'can not be read'}") from None
    except JsonError as error:
        raise Failure(f"{path}: {error}") from None
    if not isinstance(data, dict):
        raise Failure(f"{path}: holds no JSON object")
    return data


def _read_resource(path: Path) -> Json:
    data = _read(path)
    kinds = {"Questionnaire", "ValueSet", "CodeSystem", "Bundle"}
    if data.get("resourceType") not in kinds and not isinstance(data.get("supporting"), list):
        raise Failure(f"{path}: holds no Questionnaire, ValueSet, CodeSystem or Bundle")
    return data


def _answer_issues(file: Path, base_url: str) -> Iterator[Issue]:
    """Yield what is wrong with answers to our form that are no response yet."""
    from fhir.intake.issue_codes import Issue
    from intake.submission import InputError, UnreadableError, read_submission

    try:
        submission = read_submission(file, content_for(base_url).form, frame(None))
    except UnreadableError as error:
        raise Failure(str(error)) from None
    except InputError as error:
        for problem in error.problems:
            place, _, message = problem.partition(": ") if ": " in problem else ("", "", problem)
            yield Issue("error", "answer", place, None, message)
        return
    yield from _answer_warnings(submission)


def _answer_warnings(submission: Submission) -> Iterator[Issue]:
    from fhir.intake.issue_codes import Issue

    for place in submission.missing:
        yield Issue("warning", "required-missing", place, None, "is required and not answered")
    for name in submission.dropped:
        yield Issue("warning", "not-enabled", name, None, "is answered but does not apply")


def _line(issue: Issue) -> str:
    link = f" ({issue.link_id})" if issue.link_id else ""
    place = f" {issue.place}" if issue.place else ""
    return f"{issue.severity}{place}{link}: {issue.message} [{issue.code}]"


def _printable(line: str) -> str:
    """Return a line without what would break it or move the cursor."""
    text = " ".join(line.split())
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
