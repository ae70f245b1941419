"""Options and errors that several commands share."""

from __future__ import annotations

import logging
import shlex
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

import click

from fhir.intake import urls
from intake.setting_values import read_address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine

    from intake.content import RuledContent
    from intake.submission import Frame

DATABASE: Final = "sqlite:///instance/intake.db"
"""The database where nothing else is said; `create_app` comes to the same by itself."""
NO_EXTENSION: Final = "The Flask application has no intake extension"


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


def database_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--database URL``."""
    return click.option(
        "--database",
        envvar="INTAKE_DATABASE_URL",
        metavar="URL",
        help=f"sqlite:///file or postgresql://... [default: {DATABASE}]",
    )(command)


def configuration(database: str | None, *, development: bool) -> dict[str, Any]:
    """Return what the options of a command say to `create_app`."""
    given: dict[str, Any] = {"INTAKE_DATABASE_URL": database} if database else {}
    return given | ({"INTAKE_DEVELOPMENT": True} if development else {})


def upgrade_command(engine: Engine) -> str:
    """Return the command that upgrades a database; a password in it is for the reader to fill."""
    url = engine.url.render_as_string(hide_password=True)
    return f"intake db upgrade --database {shlex.quote(url)}"


@contextmanager
def database_failures() -> Iterator[None]:
    """Let the database fail with one line: what its logger would add is the same once more."""
    from intake.storage import StorageError

    logger = logging.getLogger("intake.storage")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    except StorageError as error:
        raise Failure(str(error)) from None
    finally:
        logger.setLevel(level)


def content_for(base: str) -> RuledContent:
    """Load form and pack under a base address. Raises a usage error for what is no address."""
    from intake.content import standard_content

    try:
        address = read_address(base)
    except ValueError:
        hint = "--base-url"
        raise click.BadParameter(f"{base!r} is no http address", param_hint=hint) from None
    return standard_content(address)


def frame(on: date | None, **known: Any) -> Frame:
    """Return what the caller knows beside the file, with the present time."""
    from intake.submission import Frame

    return Frame(now=datetime.now().astimezone(), on=on, **known)


def note(text: str) -> None:
    """Write a line to stderr."""
    click.echo(" ".join(text.split()), err=True)
