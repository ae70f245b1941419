"""Headless Chromium before a page of a Node judge, cut off from every address but loopback."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from flask import Flask

from conformance.verdict import UnavailableError
from scripts.chromium import chromium, find_chromium, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page, Route

PATIENCE_MS: Final = 120_000


@dataclass
class Watched:
    """A page, the errors that it had, and the hosts outside that it asked for in vain."""

    page: Page
    errors: list[str] = field(default_factory=list)
    outside: set[str] = field(default_factory=set)

    def take_errors(self) -> list[str]:
        """Return the errors since the last call."""
        taken, self.errors = self.errors, []
        return taken

    def keep_inside(self, route: Route) -> None:
        """Let a request pass to loopback only."""
        host = urlsplit(route.request.url).hostname or ""
        if host == "127.0.0.1":
            route.continue_()
        else:
            self.outside.add(host)
            route.abort()


@contextmanager
def watching(folder: Path, name: str) -> Iterator[Watched]:
    """Open a page of a folder. Raises UnavailableError where there is no Chromium."""
    try:
        find_chromium()
    except FileNotFoundError as error:
        raise UnavailableError(str(error)) from None
    app = Flask(__name__, static_folder=str(folder), static_url_path="/files")
    with serving(app) as address, chromium() as browser:
        page = browser.new_page()
        page.set_default_timeout(PATIENCE_MS)
        watched = Watched(page)
        page.on("pageerror", lambda error: watched.errors.append(f"page error: {error}"))
        page.route("**/*", watched.keep_inside)
        page.goto(f"{address}/files/{name}")
        yield watched
