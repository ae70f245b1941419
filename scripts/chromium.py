"""The system's Chromium, and an application on loopback for it to look at."""

from __future__ import annotations

import shutil
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from playwright.sync_api import sync_playwright
from waitress import create_server, wasyncore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from playwright.sync_api import Browser

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS: Final = (
    "--no-sandbox",  # which root, as in a container, can not have
    *("--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
_LOOP_SECONDS: Final = 0.1
"""How long the server may take to see that it is to end."""


def find_chromium() -> str:
    """Return the path of the system's Chromium. Raises FileNotFoundError where there is none."""
    path = next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None:
        raise FileNotFoundError("Chromium is not installed (on Debian: apt install chromium)")
    return path


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the system's Chromium, without a window. Raises FileNotFoundError without one."""
    path = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*_ARGUMENTS])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def serving(app: Flask, *, threads: int = 4) -> Iterator[str]:
    """Serve an application on a free port of loopback; give its address, without a last slash."""
    sockets: dict[int, object] = {}
    server = create_server(app, map=sockets, host="127.0.0.1", port=0, threads=threads)
    stopping = threading.Event()

    def run() -> None:
        while not stopping.is_set():
            wasyncore.loop(_LOOP_SECONDS, use_poll=True, map=sockets, count=1)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        stopping.set()
        thread.join()
        server.task_dispatcher.shutdown()
        wasyncore.close_all(sockets)  # a browser keeps connections open
