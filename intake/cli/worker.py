"""``intake worker``: make the files of submissions in a process of its own."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource
from flask.cli import ScriptInfo

from intake.cli.options import (
    NO_EXTENSION,
    Failure,
    configuration,
    database_failures,
    database_option,
    note,
    upgrade_command,
)

if TYPE_CHECKING:
    from flask import Flask


@click.command()
@database_option
@click.option("--development", is_flag=True, help="With the settings of `serve --development`.")
@click.option("--once", is_flag=True, help="Do what is due and end.")
@click.pass_context
def worker(ctx: click.Context, database: str | None, *, development: bool, once: bool) -> None:
    """Make PDF and Bundle of the forms that were sent, until stopped.

    Run it beside servers that have INTAKE_WORKER=false. Under flask it serves the application's
    database.
    """
    from intake.pdf.renderer import Renderer
    from intake.worker import Worker, work

    with database_failures():
        host = ctx.find_object(ScriptInfo)
        app = _host_app(ctx, host) if host else _own_app(database, development=development)
        if once:
            with Renderer() as renderer:
                while work(app, renderer):
                    pass
            return
    loop = Worker(app)
    signal.signal(signal.SIGTERM, lambda *_: loop.stop(0))
    note("waiting for forms; stop with Ctrl-C")
    try:
        loop.run()
    except KeyboardInterrupt:
        loop.stop(0)


def _own_app(database: str | None, *, development: bool) -> Flask:
    """Make the standalone application and the tables of its database."""
    from intake.server import create_app
    from intake.settings import SettingsError
    from intake.storage.schema import ensure

    try:
        app = create_app(configuration(database, development=development))
    except SettingsError as error:
        raise Failure(str(error)) from None
    engine = app.extensions["intake"].storage.engine
    ensure(engine, upgrade_command(engine))
    return app


def _host_app(ctx: click.Context, host: ScriptInfo) -> Flask:
    """Load the application of a host and make the tables of its database."""
    from intake.extension import UPGRADE
    from intake.storage.schema import ensure

    if ctx.get_parameter_source("database") is ParameterSource.COMMANDLINE:
        raise click.UsageError("--database: under flask, it is that of the application")
    app: Flask = host.load_app()
    state = app.extensions.get("intake")
    if state is None:
        raise Failure(f"{NO_EXTENSION}.")
    ensure(state.storage.engine, UPGRADE)
    return app
