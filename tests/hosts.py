"""Applications of a host, for tests of what the extension does to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Flask, redirect, request

from tests.web import NUMBERS

if TYPE_CHECKING:
    from pathlib import Path

KEY = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0"


def host(folder: Path, **config: Any) -> Flask:
    """Return an application as a clinic might have it, in production unless told otherwise."""
    app = Flask("a_host", instance_path=str(folder), root_path=str(folder))
    app.config.update({"SECRET_KEY": KEY, **NUMBERS, "INTAKE_WORKER": False, **config})
    app.add_url_rule("/", "home", lambda: "home")
    return app


def admit(**_: object) -> None:
    """Guard nothing."""


def status(app: Flask, path: str) -> int:
    return app.test_client().get(path).status_code


def before_request() -> Any:
    return None if "X-User" in request.headers else redirect("/login")
