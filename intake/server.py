"""The standalone application: the plugin alone, configured by environment variables."""

from __future__ import annotations

import logging
import os
import re
import secrets
import sys
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from intake.extension import NEW_KEY, Intake
from intake.setting_values import read_truth
from intake.settings import (
    STANDALONE,
    Settings,
    SettingsError,
    read_environment,
    read_standalone,
)
from intake.web.headers import protect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from flask.typing import ResponseReturnValue

_LOG: Final = logging.getLogger(__name__)
_PATHS: Final = {"INTAKE_URL_PREFIX": "", "INTAKE_CLINICIAN_URL_PREFIX": "/clinic"}
_SHORTEST_KEY: Final = 32
_FEWEST_LETTERS: Final = 10
_FAMILIAR: Final = ("change", "secret", "password", "default", "example")


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """Make the application: patients at ``/``, clinicians at ``/clinic``, and ``/healthz``.

    SECRET_KEY and the ``INTAKE_*`` keys are read from the environment; ``config`` goes before
    it. Raises SettingsError, which names all that is missing or not safe at once.
    """
    values, warnings = _configuration(config or {})
    for warning in warnings:
        _LOG.warning("%s", warning)
    app = Flask(
        __name__,
        static_folder=None,
        template_folder=None,
        instance_path=str(Path("instance").absolute()),
    )
    alone = {key.name for key in STANDALONE}
    app.config.update({name: value for name, value in values.items() if name not in alone})
    development = _is_development(values)
    _set_session(app, development=development)
    chosen = _check(app, values, development=development)
    Intake().init_app(app, guard=chosen["guard"], actor=chosen["actor"])
    protect(app)
    app.add_url_rule("/healthz", "healthz", _tell_health)
    if chosen["trusted_hosts"]:
        app.config["TRUSTED_HOSTS"] = re.split(r"[\s,]+", chosen["trusted_hosts"].strip(", "))
    hops: int = chosen["proxies"]
    if hops:
        proxied = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops, x_prefix=hops)
        app.wsgi_app = proxied  # type: ignore[method-assign]
    return app


def _configuration(config: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    found, warnings = read_environment(os.environ)
    key = os.environ.get("SECRET_KEY")
    return {**_PATHS, **({"SECRET_KEY": key} if key else {}), **found, **config}, warnings


def _is_development(values: Mapping[str, Any]) -> bool:
    try:
        return read_truth(values.get("INTAKE_DEVELOPMENT", False))
    except ValueError:
        return False  # the settings will name it


def _set_session(app: Flask, *, development: bool) -> None:
    ours = {
        "SESSION_COOKIE_NAME": "intake_session",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": not development,
    }
    app.config.update(ours)
    if not app.secret_key and (development or app.testing):
        app.secret_key = secrets.token_hex()


def _check(app: Flask, values: Mapping[str, Any], *, development: bool) -> dict[str, Any]:
    """Return guard, actor and proxies, or name everything that is wrong or missing."""
    faults: list[str] = []
    chosen: dict[str, Any] = {}
    is_open = development or app.testing
    with _noting(faults):
        is_open |= Settings.from_config(
            app.config, testing=app.testing, instance_path=app.instance_path
        ).public
    with _noting(faults):
        chosen = read_standalone(values)
        chosen |= {field: _load(field, chosen[field]) for field in ("guard", "actor")}
    if not (is_open or values.get("INTAKE_GUARD")):
        faults.append(
            "INTAKE_GUARD is not set: name what admits clinicians, as package.module:name, or set"
            " INTAKE_PUBLIC=1 if something in front of the server admits clinicians only."
        )
    if not (development or app.testing):
        faults += _key_faults(app.secret_key)
        if app.debug:
            faults.append("FLASK_DEBUG is set, which lets visitors run code: unset it.")
    if faults:
        raise SettingsError(*faults)
    return chosen


@contextmanager
def _noting(faults: list[str]) -> Iterator[None]:
    try:
        yield
    except SettingsError as error:
        faults += error.faults


def _key_faults(key: str | bytes | None) -> list[str]:
    if not key:
        return [f"SECRET_KEY is not set; make one with: {NEW_KEY}"]
    text = (key.decode("latin-1") if isinstance(key, bytes) else key).lower()
    is_guessed = len(set(text)) < _FEWEST_LETTERS or any(word in text for word in _FAMILIAR)
    if len(key) < _SHORTEST_KEY or is_guessed:
        return [f"SECRET_KEY is short or easy to guess; make one with: {NEW_KEY}"]
    return []


def _load(field: str, name: str | None) -> Callable[..., Any] | None:
    """Return what a setting such as INTAKE_GUARD names. Raises SettingsError."""
    if name is None:
        return None
    key = f"INTAKE_{field.upper()}"
    module, _, path = name.partition(":")
    if not module or not path:
        raise SettingsError(f"{key} must look like package.module:name.")
    folder = str(Path.cwd())
    if folder not in sys.path:
        sys.path.append(folder)  # where `flask` and gunicorn look for modules too
    try:
        found: Any = import_module(module)
    except Exception as error:  # noqa: BLE001  # whatever the module of the clinic does
        raise SettingsError(
            f"{key}: {module} can not be imported ({type(error).__name__}: {error})."
        ) from None
    for part in path.split("."):
        found = getattr(found, part, None)
    if not callable(found):
        raise SettingsError(f"{key}: {module} has nothing to call that is named {path}.")
    return found  # type: ignore[no-any-return]


def _tell_health() -> ResponseReturnValue:
    return {"status": "ok"}
