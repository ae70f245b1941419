"""``intake worker``: make the files of submissions in a process of its own."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import click
from flask.cli import ScriptInfo

from intake.cli.options import Failure, note

if TYPE_CHECKING:
    from flask import Flask


@click.command()
@click.option("--database", metavar="URL", help="Database [default: that of `intake serve`].")
@click.option("--development", is_flag=True, help="With the settings of `serve --development`.")
@click.option("--once", is_flag=True, help="Do what is due and end.")
@click.pass_context
def worker(ctx: click.Context, database: str | None, *, development: bool, once: bool) -> None:
    """Make PDF and Bundle of the forms that were sent, until stopped.

    Run it beside servers that have INTAKE_WORKER=false.
    """
    from intake.pdf.renderer import Renderer
    from intake.storage import StorageError
    from intake.worker import Worker, work

    app = _app(ctx, database, development=development)
    if once:
        try:
            with Renderer() as renderer:
                while work(app, renderer):
                    pass
        except StorageError as error:
            raise Failure(str(error)) from None
        return
    loop = Worker(app)
    signal.signal(signal.SIGTERM, lambda *_: loop.stop(0))
    note("waiting for forms; stop with Ctrl-C")
    try:
        loop.run()
    except KeyboardInterrupt:
        loop.stop(0)


def _app(ctx: click.Context, database: str | None, *, development: bool) -> Flask:
    """Return the host's application under ``flask intake``, else our own."""
    from intake.server import create_app
    from intake.settings import SettingsError

    host = ctx.find_object(ScriptInfo)
    if host is not None:
        app: Flask = host.load_app()
        return app
    given = {"INTAKE_DATABASE_URL": database} if database else {}
    try:
        return create_app(given | ({"INTAKE_DEVELOPMENT": True} if development else {}))
    except SettingsError as error:
        raise Failure(str(error)) from None
