"""The standalone application: what it needs to start, and what it then serves."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request

from intake.server import create_app
from intake.settings import SettingsError
from intake.web.headers import HEADERS
from tests.web import NUMBERS

KEY = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0"
READY = {"SECRET_KEY": KEY, "INTAKE_GUARD": "doors:door", "INTAKE_WORKER": "0", **NUMBERS}
DOORS = """
from functools import wraps
from flask import abort, request

def door():
    if request.headers.get("X-User") != "ana":
        abort(403)

def login_required(view):
    @wraps(view)
    def guarded(*args, **kwargs):
        door()
        return view(*args, **kwargs)
    return guarded

class Staff:
    @staticmethod
    def door():
        door()

def actor():
    return request.headers.get("X-User")

nothing = 1
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder that holds guards, with no configuration in the environment."""
    for name in [*os.environ]:
        if name.startswith(("INTAKE_", "FLASK_")) or name == "SECRET_KEY":
            monkeypatch.delenv(name)
    (tmp_path / "doors.py").write_text(DOORS)
    (tmp_path / "broken_doors.py").write_text("import no_such_module")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "doors", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refusal(config: dict[str, Any]) -> str:
    with pytest.raises(SettingsError) as raised:
        create_app(config)
    return str(raised.value)


def test_from_the_environment(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in READY.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("INTAKE_CLINIC_NAME", "North Clinic")
    app = create_app()
    assert app.secret_key == KEY
    client = app.test_client()
    page = client.get("/")
    assert page.status_code == 200
    assert "North Clinic" in page.text
    assert client.get("/static/intake.css").status_code == 200
    assert client.get("/clinic/").status_code == 403
    assert client.get("/clinic/", headers={"X-User": "ana"}).status_code == 200
    assert client.get("/clinic").status_code == 308
    assert (folder / "instance/intake.db").is_file()


def test_what_is_passed_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTAKE_CLINIC_NAME", "North Clinic")
    app = create_app({**READY, "INTAKE_CLINIC_NAME": "South Clinic", "INTAKE_URL_PREFIX": "/ask"})
    assert "South Clinic" in app.test_client().get("/ask/").text


def test_health() -> None:
    answer = create_app(READY).test_client().get("/healthz")
    assert (answer.status_code, answer.get_json()) == (200, {"status": "ok"})
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/nowhere", "/form", "/clinic/a/b/c", "/%00", "/..%2fetc"])
def test_unknown_addresses_show_our_page(path: str) -> None:
    answer = create_app(READY).test_client().get(path)
    assert answer.status_code == 404
    assert "We cannot find this page" in answer.text
    assert "intake.css" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_each_header_once() -> None:
    client = create_app(READY).test_client()
    page = client.get("/")
    address = page.text.split('rel="stylesheet" href="', 1)[1].split('"', 1)[0]
    style = client.get(address)
    for answer, kept in ((page, "no-store"), (style, "public, max-age=31536000, immutable")):
        assert answer.headers.getlist("Cache-Control") == [kept]
        for name, value in HEADERS.items():
            assert answer.headers.getlist(name) == [value]


def test_a_wrong_method_shows_our_page() -> None:
    answer = create_app(READY).test_client().put("/")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
    assert "</html>" in answer.text


def test_all_that_is_missing_at_once() -> None:
    said = refusal({})
    for part in (
        "INTAKE_EMERGENCY_NUMBER, INTAKE_CRISIS_NUMBER, INTAKE_CLINIC_PHONE are not set",
        "INTAKE_GUARD is not set",
        "INTAKE_PUBLIC=1",
        "SECRET_KEY is not set",
        'python -c "import secrets; print(secrets.token_hex())"',
    ):
        assert part in said
    assert not (Path.cwd() / "instance").exists()


def test_all_that_is_wrong_at_once() -> None:
    said = refusal({"INTAKE_PAPER": "A5", "INTAKE_PROXIES": "x", "INTAKE_PUBLC": 1})
    for name in ("INTAKE_PAPER", "INTAKE_PROXIES", "INTAKE_PUBLC", "INTAKE_GUARD", "SECRET_KEY"):
        assert name in said


@pytest.mark.parametrize(
    "key",
    [
        *("", "dev", "secret", "changeme", KEY[:31]),
        *("changeme" * 8, "your-secret-key-for-production-use", "0123456789abcdef-Password-xyz-42"),
        *("0" * 64, "ab" * 32, b"dev", b"x" * 64),
    ],
)
def test_keys_that_can_be_guessed(key: str | bytes) -> None:
    said = refusal({**READY, "SECRET_KEY": key})
    assert said.startswith("SECRET_KEY is ")
    assert "token_hex" in said
    assert len(key) < 8 or str(key) not in said


@pytest.mark.parametrize(
    "key", [KEY, KEY[:32], bytes.fromhex(KEY), "Jz8-pQ_4vWx9Lm2Rt7Yk5Bn3Hs6Dg1Fc"]
)
def test_good_keys(key: str | bytes) -> None:
    assert create_app({**READY, "SECRET_KEY": key}).secret_key == key


def test_debugging_is_for_development(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLASK_DEBUG", "1")
    assert refusal({**READY}).startswith("FLASK_DEBUG is set")
    assert create_app({"INTAKE_DEVELOPMENT": True}).debug is True


def test_development_needs_nothing() -> None:
    apps = [create_app({"INTAKE_DEVELOPMENT": True, "INTAKE_WORKER": False}) for _ in range(2)]
    keys = {app.secret_key for app in apps}
    assert len(keys) == 2
    client = apps[0].test_client()
    assert client.get("/").status_code == 200
    assert client.get("/clinic/").status_code == 200


def test_development_may_have_a_guard() -> None:
    app = create_app({"INTAKE_DEVELOPMENT": True, "INTAKE_GUARD": "doors:door"})
    assert app.test_client().get("/clinic/").status_code == 403


def test_public() -> None:
    config = {**READY, "INTAKE_PUBLIC": "yes"}
    del config["INTAKE_GUARD"]
    assert create_app(config).test_client().get("/clinic/").status_code == 200


@pytest.mark.parametrize("guard", ["doors:door", "doors:login_required", "doors:Staff.door"])
def test_guards(guard: str) -> None:
    client = create_app({**READY, "INTAKE_GUARD": guard}).test_client()
    assert client.get("/clinic/").status_code == 403
    assert client.get("/clinic/", headers={"X-User": "ana"}).status_code == 200


@pytest.mark.parametrize(
    ("guard", "said"),
    [
        ("doors", "must look like package.module:name"),
        (":door", "must look like"),
        ("doors:", "must look like"),
        ("no_such_doors:door", "can not be imported (ModuleNotFoundError: No module named"),
        ("broken_doors:door", "can not be imported (ModuleNotFoundError: No module named"),
        ("..doors:door", "can not be imported"),
        ("doors:window", "has nothing to call that is named window"),
        ("doors:nothing", "has nothing to call"),
        ("doors:Staff.window", "has nothing to call"),
        ("doors:door.x.y", "has nothing to call"),
    ],
)
@pytest.mark.parametrize("key", ["INTAKE_GUARD", "INTAKE_ACTOR"])
def test_guards_that_can_not_be_found(key: str, guard: str, said: str) -> None:
    found = refusal({**READY, key: guard})
    assert found.startswith(key)
    assert said in found


def test_a_guard_of_another_kind() -> None:
    assert "guard must be" in refusal({**READY, "INTAKE_GUARD": "os.path:relpath"})


def test_the_actor_for_the_audit() -> None:
    app = create_app({**READY, "INTAKE_ACTOR": "doors:actor"})
    with app.test_request_context(headers={"X-User": "ana"}):
        assert app.extensions["intake"].actor() == "ana"


@pytest.mark.parametrize(("development", "secure"), [(False, True), (True, False)])
def test_the_session_cookie(*, development: bool, secure: bool) -> None:
    app = create_app({**READY, "INTAKE_DEVELOPMENT": development})
    cookie = app.test_client().get("/").headers["Set-Cookie"]
    assert cookie.startswith("intake_session=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert ("Secure" in cookie) is secure


def whereabouts(app: Flask) -> dict[str, Any]:
    app.add_url_rule(
        "/whereabouts",
        "whereabouts",
        lambda: {"base": request.root_url, "from": request.remote_addr},
    )
    headers = {
        "X-Forwarded-For": "203.0.113.9, 198.51.100.7",
        "X-Forwarded-Proto": "http, https",
        "X-Forwarded-Host": "evil.example, clinic.example",
        "X-Forwarded-Prefix": "/evil, /forms",
    }
    found: dict[str, Any] = app.test_client().get("/whereabouts", headers=headers).get_json()
    return found


def test_proxies_are_not_believed_unless_counted() -> None:
    nobody = {"base": "http://localhost/", "from": "127.0.0.1"}
    assert whereabouts(create_app(READY)) == nobody
    assert whereabouts(create_app({**READY, "INTAKE_PROXIES": 0})) == nobody
    one = whereabouts(create_app({**READY, "INTAKE_PROXIES": "1"}))
    assert one == {"base": "https://clinic.example/forms/", "from": "198.51.100.7"}


def test_links_behind_a_proxy_hold_its_prefix() -> None:
    app = create_app({**READY, "INTAKE_PROXIES": 1})
    page = app.test_client().get("/", headers={"X-Forwarded-Prefix": "/forms"})
    assert 'href="/forms/static/intake.css' in page.text


def test_an_unknown_variable_is_a_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("INTAKE_CLINIC_NAM", "x")
    monkeypatch.setenv("INTAKE_TEST_DATA", "/x")
    assert create_app(READY)
    (message,) = caplog.messages
    assert "INTAKE_CLINIC_NAM is no setting; did you mean INTAKE_CLINIC_NAME?" in message


def test_under_test_nothing_is_needed() -> None:
    app = create_app({"TESTING": True})
    assert app.secret_key
    assert app.extensions["intake"].worker is None
    assert app.test_client().get("/clinic/").status_code == 200
