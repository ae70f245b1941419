"""The plugin in a host application: what it adds, what it refuses, and what it leaves alone."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask, request

from intake import Intake
from intake.settings import SettingsError
from tests.hosts import (
    KEY,
    admit,
    host,
    status,
)
from tests.web import NUMBERS

if TYPE_CHECKING:
    from pathlib import Path


def test_pages_appear_where_they_should(tmp_path: Path) -> None:
    app = host(tmp_path)
    Intake(app, guard=admit)
    assert status(app, "/intake/") == 200
    assert status(app, "/intake/clinic/") == 200
    assert status(app, "/intake/static/intake.css") == 200
    assert app.test_client().get("/").text == "home"


def test_two_applications_in_one_process(tmp_path: Path) -> None:
    intake = Intake()
    apps = []
    for name in ("north", "south"):
        (tmp_path / name).mkdir()
        app = host(tmp_path / name, INTAKE_URL_PREFIX=f"/{name}", INTAKE_CLINIC_NAME=f"Of {name}")
        intake.init_app(app, guard=admit)
        apps.append(app)
    north, south = apps
    for app, own, other in ((north, "north", "south"), (south, "south", "north")):
        page = app.test_client().get(f"/{own}/")
        assert page.status_code == 200
        assert f"Of {own}" in page.text
        assert f"/{own}/static/" in page.text
        assert other not in page.text
        assert status(app, f"/{other}/") == 404
        assert (tmp_path / own / "intake.db").is_file()
    assert vars(intake) == {}


def test_a_second_call_is_refused(tmp_path: Path) -> None:
    app = host(tmp_path)
    Intake(app, guard=admit)
    with pytest.raises(SettingsError, match="already"):
        Intake(app, guard=admit)


def snapshot(app: Flask) -> dict[str, Any]:
    """Return all of a host that a plugin could change, beside what it adds under its own name."""
    return {
        "config": dict(app.config),
        "before": dict(app.before_request_funcs).get(None),
        "after": dict(app.after_request_funcs).get(None),
        "teardown": dict(app.teardown_request_funcs).get(None),
        "appcontext": list(app.teardown_appcontext_funcs),
        "errors": [dict(found) for found in app.error_handler_spec[None].values() if found],
        "context": list(app.template_context_processors[None]),
        "url_value": dict(app.url_value_preprocessors).get(None),
        "url_default": dict(app.url_default_functions).get(None),
        "build_errors": list(app.url_build_error_handlers),
        "shell": list(app.shell_context_processors),
        "jinja_options": dict(app.jinja_options),
        "extensions": {k: v for k, v in app.extensions.items() if k != "intake"},
        "session": app.session_interface,
        "json": app.json,
        "wsgi": app.wsgi_app,
        "cli": sorted(app.cli.commands),
        "routes": [rule.rule for rule in app.url_map.iter_rules() if "intake" not in rule.endpoint],
        "blueprints": [name for name in app.blueprints if not name.startswith("intake")],
        "root logger": (list(logging.getLogger().handlers), logging.getLogger().level),
        "our logger": list(logging.getLogger("intake").handlers),
    }


def environment(app: Flask) -> dict[str, Any]:
    jinja = app.jinja_env
    return {
        "globals": dict(jinja.globals),
        "filters": dict(jinja.filters),
        "tests": dict(jinja.tests),
        "extensions": sorted(jinja.extensions),
        "undefined": jinja.undefined,
        "policies": {k: getattr(v, "__name__", v) for k, v in jinja.policies.items()},
        "loader": type(jinja.loader),
        "autoescape": getattr(jinja.autoescape, "__name__", jinja.autoescape),
    }


def test_the_host_stays_as_it_was(tmp_path: Path) -> None:
    app = host(tmp_path)
    before = snapshot(app)
    Intake(app, guard=admit)
    assert snapshot(app) == before
    # Not made yet: the host may still choose the options of its environment.
    assert "jinja_env" not in vars(app)
    for path in ("/intake/", "/intake/nowhere", "/intake/clinic/", "/intake/form/consent"):
        app.test_client().get(path)
    assert snapshot(app) == before
    theirs = environment(app)
    untouched = environment(host(tmp_path))
    for name in ("globals", "filters", "tests"):
        assert theirs.pop(name).keys() == untouched.pop(name).keys()
    assert theirs == untouched


def test_pages_of_the_host_get_no_headers_of_ours(tmp_path: Path) -> None:
    plain = host(tmp_path)
    app = host(tmp_path)
    Intake(app, guard=admit)
    for path in ("/", "/nowhere"):
        ours = app.test_client().get(path).headers
        assert list(ours.keys()) == list(plain.test_client().get(path).headers.keys())


def test_a_page_of_the_host_may_be_large(tmp_path: Path) -> None:
    app = host(tmp_path)
    app.add_url_rule("/upload", "upload", lambda: str(len(request.data)), methods=["POST"])
    Intake(app, guard=admit)
    assert app.test_client().post("/upload", data=b"x" * 2_000_000).text == "2000000"


@pytest.mark.parametrize(
    ("patient", "clinician", "expected"),
    [(True, False, (200, 404)), (False, True, (404, 200)), (False, False, (404, 404))],
)
def test_each_part_alone(
    tmp_path: Path, *, patient: bool, clinician: bool, expected: tuple[int, int]
) -> None:
    app = host(tmp_path)
    Intake(app, guard=admit, patient=patient, clinician=clinician)
    assert (status(app, "/intake/"), status(app, "/intake/clinic/")) == expected


def test_no_guard_no_clinician_pages(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"init_app\(app, guard=login_required\)"):
        Intake(host(tmp_path))
    Intake(host(tmp_path), clinician=False)
    Intake(host(tmp_path, INTAKE_PUBLIC=True))
    Intake(host(tmp_path, INTAKE_DEVELOPMENT=True))
    Intake(host(tmp_path, TESTING=True))


@pytest.mark.parametrize("config", [{}, {"INTAKE_DEVELOPMENT": True}, {"INTAKE_PUBLIC": True}])
def test_no_key_no_start(tmp_path: Path, config: dict[str, Any]) -> None:
    for key in (None, ""):
        app = host(tmp_path, SECRET_KEY=key, **config)
        with pytest.raises(SettingsError, match=r"^SECRET_KEY is not set.*token_hex"):
            Intake(app, guard=admit)
        assert app.config["SECRET_KEY"] == key
        assert app.extensions == {}
        assert app.blueprints == {}
    Intake(host(tmp_path, SECRET_KEY=None, TESTING=True))


def test_a_key_of_digits_that_was_read_as_a_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^SECRET_KEY must be a text"):
        Intake(host(tmp_path, SECRET_KEY=12345678), guard=admit)


def test_all_that_the_host_lacks_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as raised:
        Intake(host(tmp_path, SECRET_KEY=None, INTAKE_URL_PREFIX=""))
    words = (("SECRET_KEY",), ("no guard",), ("INTAKE_URL_PREFIX", "/static"))
    for fault, parts in zip(raised.value.faults, words, strict=True):
        assert all(part in fault for part in parts)


def test_at_the_root_of_a_host_without_static_files(tmp_path: Path) -> None:
    app = Flask("a_host", instance_path=str(tmp_path), static_folder=None)
    app.config.update({"SECRET_KEY": KEY, **NUMBERS, "INTAKE_URL_PREFIX": ""})
    Intake(app, clinician=False)
    assert status(app, "/") == 200
    assert status(app, "/static/intake.css") == 200
