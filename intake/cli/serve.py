"""``intake serve``: the standalone application on this computer, until it is told to stop."""

from __future__ import annotations

import ipaddress
import logging
import signal
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import click

from intake.cli.options import (
    Failure,
    configuration,
    database_failures,
    database_option,
    upgrade_command,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from intake.state import State

Sockets: TypeAlias = dict[int, Any]
"""What the server listens on and talks to, by file descriptor."""

_OPTIONS: Final = {
    "threads": 8,
    "connection_limit": 500,
    "channel_timeout": 30,  # seconds that a silent connection stays
    # Above the limit of the pages, so that they can say in their own words what is too long.
    "max_request_body_size": 1024 * 1024,
    "ident": "",
    # The application decides by INTAKE_PROXIES which of them it believes.
    "clear_untrusted_proxy_headers": False,
}
_LOOP_SECONDS: Final = 0.5
_GRACE_SECONDS: Final = 30
_OPEN: Final = (
    "DEVELOPMENT: the clinician's pages are open to everybody on this computer, and the emergency"
    " numbers are examples. Never use this with real patients."
)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="Port to listen on; 0 picks a free one.",
)
@database_option
@click.option(
    "--development",
    is_flag=True,
    help="Try it out: no configuration, no guard, example numbers.",
)
def serve(host: str, port: int, database: str | None, *, development: bool) -> None:
    """Serve the pages of patients and clinicians."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # It warns of each request that waits a moment for a thread.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    with database_failures():
        app, state = _make_app(configuration(database, development=development), host)
    sockets: Sockets = {}
    with _stop_signals() as stopping:
        port = _open_server(app, host, port, sockets)
        _announce(state, host, port)
        if state.worker is not None:
            state.worker.wake()
        _run(sockets, stopping)
        if state.worker is not None:
            state.worker.stop(_GRACE_SECONDS)
    state.storage.engine.dispose()


def _make_app(config: dict[str, Any], host: str) -> tuple[Flask, State]:
    """Make the application and the tables of its database, or fail with a sentence."""
    from intake.server import create_app
    from intake.settings import SettingsError
    from intake.state import State
    from intake.storage.schema import ensure

    try:
        app = create_app(config)
    except SettingsError as error:
        hint = "" if "INTAKE_DEVELOPMENT" in config else " (To try it out: serve --development)"
        raise Failure(f"{error}{hint}") from None
    state = app.extensions["intake"]
    assert isinstance(state, State)
    if state.settings.development and not _is_loopback(host):
        raise Failure(f"--host {host}: development is for this computer only (127.0.0.1)")
    ensure(state.storage.engine, upgrade_command(state.storage.engine))
    return app, state


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _open_server(app: Flask, host: str, port: int, sockets: Sockets) -> int:
    """Listen; return the port. Raises Failure when the address can not be had."""
    from waitress import create_server

    try:
        create_server(app, map=sockets, host=host, port=port, **_OPTIONS)
    except OSError as error:
        raise Failure(f"{host}:{port}: {error.strerror}") from None
    except ValueError:
        raise Failure(f"{host}:{port} is no address of this computer") from None
    return int(_listeners(sockets)[0].effective_port)


def _announce(state: State, host: str, port: int) -> None:
    settings = state.settings
    base = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    click.echo(f"Patients:   {base}{settings.url_prefix}/")
    click.echo(f"Clinicians: {base}{settings.clinician_url_prefix}/")
    click.echo("Press Ctrl-C to stop.")
    if settings.development:
        click.secho(_OPEN, err=True, bold=True, fg="red")


@contextmanager
def _stop_signals() -> Iterator[threading.Event]:
    """Give an event that SIGTERM and Ctrl-C set; a second Ctrl-C ends at once."""
    stopping = threading.Event()

    def stop(*_: object) -> None:
        stopping.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _run(sockets: Sockets, stopping: threading.Event) -> None:
    """Serve until told to stop, then let the requests that are under way be answered."""
    from waitress import wasyncore

    while not stopping.is_set():
        wasyncore.loop(_LOOP_SECONDS, use_poll=True, map=sockets, count=1)
    listeners = _listeners(sockets)
    for listener in listeners:
        # Only its socket: its trigger wakes this loop when a thread has an answer to send.
        wasyncore.dispatcher.close(listener)
    channels = [channel for listener in listeners for channel in listener.active_channels.values()]
    deadline = time.monotonic() + _GRACE_SECONDS
    while time.monotonic() < deadline and any(
        channel.connected and (channel.requests or channel.total_outbufs_len)
        for channel in channels
    ):
        wasyncore.loop(_LOOP_SECONDS, use_poll=True, map=sockets, count=1)
    listeners[0].task_dispatcher.shutdown()
    wasyncore.close_all(sockets)


def _listeners(sockets: Sockets) -> list[Any]:
    from waitress.server import BaseWSGIServer

    return [entry for entry in sockets.values() if isinstance(entry, BaseWSGIServer)]
