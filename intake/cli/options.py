"""Options and errors that several commands share."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

import click

from fhir.intake import urls

if TYPE_CHECKING:
    from collections.abc import Callable

    from intake.content import Content
    from intake.submission import Frame


_ADDRESS: Final = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~/-]*)?")


class Day(click.ParamType[date]):
    """A date such as 2026-11-22."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the date, or fail with a usage error."""
        if isinstance(value, date):
            return value
        try:
            return datetime.strptime(str(value), "%Y-%m-%d").date()  # noqa: DTZ007  # a plain date
        except ValueError:
            self.fail(f"{value!r} is no date such as 2026-11-22", param, ctx)


def on_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--on DATE``: the day of the form, from which the age is counted."""
    return click.option(
        "--on",
        type=Day(),
        metavar="DATE",
        help="Day of the form [default: the response's authored, else today].",
    )(command)


class Failure(click.ClickException):
    """A bad input: one line on stderr and exit status 2, as for wrong use."""

    exit_code = 2


def base_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--base-url URL``: the namespace of the form and its code systems."""
    return click.option(
        "--base-url",
        default=urls.BASE,
        envvar="INTAKE_BASE_URL",
        metavar="URL",
        help="Namespace of the form and its code systems; nothing is served there.",
    )(command)


def content_for(base: str) -> Content:
    """Load form and pack under a base address. Raises a usage error for what is no address."""
    from intake.content import standard_content

    if not _ADDRESS.fullmatch(base):
        raise click.BadParameter(f"{base!r} is no http address", param_hint="--base-url")
    return standard_content(base.rstrip("/"))


def frame(on: date | None, **known: Any) -> Frame:
    """Return what the caller knows beside the file, with the present time."""
    from intake.submission import Frame

    return Frame(now=datetime.now().astimezone(), on=on, **known)


def note(text: str) -> None:
    """Write a line to stderr."""
    click.echo(" ".join(text.split()), err=True)
