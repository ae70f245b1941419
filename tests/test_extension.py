"""The plugin in a host application: what it adds, what it refuses, and what it leaves alone."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
from functools import partial, wraps
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask, Response, abort, redirect, request
from flask_wtf import CSRFProtect
from sqlalchemy import create_engine, text

from intake import Intake
from intake.settings import SettingsError
from intake.state import State, get_state
from intake.storage import make_engine, schema
from tests.cases import ROOT
from tests.pages import lint
from tests.web import NUMBERS

if TYPE_CHECKING:
    from collections.abc import Callable
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


def decorator(view: Callable[..., Any]) -> Callable[..., Any]:
    """Guard as login_required does."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if request.headers.get("X-User") != "ana":
            return redirect("/login")
        return view(*args, **kwargs)

    return guarded


def bare_decorator(view: Callable[..., Any]) -> Callable[..., Any]:
    """Guard without functools.wraps, and look at the answer."""

    def guarded(**kwargs: Any) -> Any:
        if request.headers.get("X-User") != "ana":
            abort(401, response=Response("sign in", 302, {"Location": "/login"}))
        answer = view(**kwargs)
        answer.headers["X-Seen"] = "yes"
        return answer

    return guarded


def asynchronous(view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    async def guarded(*args: Any, **kwargs: Any) -> Any:
        return redirect("/login") if "X-User" not in request.headers else view(*args, **kwargs)

    return guarded


def before_request() -> Any:
    return None if "X-User" in request.headers else redirect("/login")


class Wall:
    """A guard that is an object; its method guards too."""

    def __call__(self, *, role: str = "clinician") -> Any:
        assert role
        return before_request()

    def required(self, view: Callable[..., Any] | None = None, role: str = "any") -> Any:
        assert role
        return decorator(view) if view else self.required


GUARDS = [decorator, bare_decorator, before_request, Wall(), Wall().required]


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: getattr(guard, "__name__", "object"))
def test_guards(tmp_path: Path, guard: Callable[..., Any]) -> None:
    app = host(tmp_path)
    Intake(app, guard=guard)
    client = app.test_client()
    paths = [rule.rule for rule in app.url_map.iter_rules() if "clinician" in rule.endpoint]
    paths.remove("/intake/clinic/static/<path:filename>")
    assert len(paths) >= 4
    for path in paths:
        address = re.sub("<[^>]+>", "x", path)
        for answer in (client.get(address), client.post(address, data={"a": "b"})):
            assert answer.status_code in {302, 405}, path
            assert "Muscle" not in answer.text
    assert client.get("/intake/clinic/").headers["Location"] == "/login"
    assert client.get("/intake/clinic/", headers={"X-User": "ana"}).status_code == 200
    assert client.get("/intake/clinic/x", headers={"X-User": "ana"}).status_code == 404
    assert client.get("/intake/clinic/static/intake.css").status_code == 200
    assert client.get("/intake/").status_code == 200


def test_an_asynchronous_guard_is_awaited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = host(tmp_path)
    monkeypatch.setattr(app, "ensure_sync", lambda function: partial(_finish, function))
    Intake(app, guard=asynchronous)
    assert status(app, "/intake/clinic/") == 302
    page = app.test_client().get("/intake/clinic/", headers={"X-User": "ana"})
    assert page.status_code == 200


def _finish(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Do without asgiref what Flask does with it: run a coroutine that waits for nothing."""
    result = function(*args, **kwargs)
    if not hasattr(result, "send"):
        return result
    with pytest.raises(StopIteration) as done:
        result.send(None)
    return done.value.value


def test_a_guard_that_forgets_to_answer_admits_nobody(tmp_path: Path) -> None:
    def forgetful(view: Callable[..., Any]) -> Callable[..., Any]:
        return lambda **kwargs: view(**kwargs) if "X-User" in request.headers else None

    app = host(tmp_path)
    Intake(app, guard=forgetful)
    assert status(app, "/intake/clinic/") == 403
    page = app.test_client().get("/intake/clinic/", headers={"X-User": "ana"})
    assert page.status_code == 200


@pytest.mark.parametrize(
    ("answer", "expected"),
    [(True, 200), (None, 200), (False, 403), ("", 200), (("no", 401), 401), ({"no": 1}, 200)],
)
def test_what_a_guard_may_answer(tmp_path: Path, answer: Any, expected: int) -> None:
    app = host(tmp_path)
    Intake(app, guard=lambda: answer)
    page = app.test_client().get("/intake/clinic/")
    assert page.status_code == expected
    assert ("Submissions" in page.text) is (answer in (True, None))


@pytest.mark.parametrize("answer", [1, 403, 0.0, object(), (None, 200)])
def test_what_a_guard_may_not_answer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, answer: Any
) -> None:
    app = host(tmp_path, TESTING=True)
    Intake(app, guard=lambda: answer)
    page = app.test_client().get("/intake/clinic/")
    assert page.status_code == 500
    assert "Submissions" not in page.text
    assert f"the guard answers with {type(answer).__name__}" in caplog.text


@pytest.mark.parametrize("answer", [None, True, False])
def test_a_decorator_that_does_not_call_its_view_admits_nobody(
    tmp_path: Path, answer: bool | None
) -> None:
    app = host(tmp_path)
    Intake(app, guard=lambda _view: lambda **_: answer)
    assert status(app, "/intake/clinic/") == 403


def maker(*methods: str) -> Callable[..., Any]:
    assert methods
    return decorator


def two(_first: object, _second: object) -> None: ...


def keyword(_view: object, *, _role: str) -> None: ...


def returns_nothing(_view: object) -> None: ...


@pytest.mark.parametrize("guard", [maker, two, keyword, returns_nothing, "login", 1, print])
def test_what_is_no_guard(tmp_path: Path, guard: Any) -> None:
    app = host(tmp_path)
    with pytest.raises(SettingsError, match="guard must be a view decorator"):
        Intake(app, guard=guard)
    assert app.extensions == {}


def test_a_guard_that_fails_admits_nobody(tmp_path: Path) -> None:
    def failing() -> None:
        raise KeyError("user")

    app = host(tmp_path)
    Intake(app, guard=failing)
    assert status(app, "/intake/clinic/") == 500


@pytest.mark.parametrize("prefix", ["/intake", "/a/b-c"])
@pytest.mark.parametrize("root", ["", "/clinic-app"])
def test_addresses_hold_prefix_and_root(tmp_path: Path, prefix: str, root: str) -> None:
    app = host(tmp_path, INTAKE_URL_PREFIX=prefix)
    Intake(app, guard=admit)
    page = app.test_client().get(f"{prefix}/", base_url=f"http://localhost{root}")
    assert page.status_code == 200
    addresses = re.findall(r'(?:href|action|src)="(/[^"]*)"', page.text)
    assert any("intake.css" in address for address in addresses)
    for address in addresses:
        assert address.startswith(f"{root}{prefix}/")


def test_nothing_is_made_before_the_database_is_used(tmp_path: Path) -> None:
    app = host(tmp_path / "instance")
    Intake(app, guard=admit)
    assert status(app, "/") == status(app, "/intake/static/intake.css") == 200
    assert list(tmp_path.iterdir()) == []
    assert status(app, "/intake/") == 200
    assert (tmp_path / "instance" / "intake.db").stat().st_mode & 0o777 == 0o600


def test_the_schema_waits_for_the_first_request(tmp_path: Path) -> None:
    app = host(tmp_path)
    Intake(app, guard=admit)
    engine = app.extensions["intake"].storage.engine
    assert schema.state(engine) == "empty"
    assert status(app, "/") == 200
    assert status(app, "/intake/static/intake.css") == 200
    assert schema.state(engine) == "empty"
    assert status(app, "/intake/") == 200
    assert schema.state(engine) == "current"


def test_another_schema_is_an_error_page_until_it_is_upgraded(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app = host(tmp_path)
    Intake(app, guard=admit)
    engine = app.extensions["intake"].storage.engine
    schema.upgrade(engine)
    with engine.begin() as connection:
        current = connection.scalar(text("SELECT version_num FROM intake_alembic_version"))
        connection.execute(text("UPDATE intake_alembic_version SET version_num = 'other'"))
    for path in ("/intake/", "/intake/clinic/"):
        page = app.test_client().get(path)
        assert page.status_code == 503
        assert page.headers["Retry-After"]
        assert "Something went wrong on our side" in page.text
        assert "flask" not in page.text
    assert "flask intake db upgrade" in caplog.text
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE intake_alembic_version SET version_num = :v"), {"v": current}
        )
    assert status(app, "/intake/") == 200


def test_a_stranger_is_refused_before_the_database_is_asked(tmp_path: Path) -> None:
    app = host(tmp_path)
    Intake(app, guard=before_request)
    (tmp_path / "intake.db").write_bytes(b"no database" * 1000)
    assert status(app, "/intake/clinic/") == 302
    assert status(app, "/intake/") == 503


def test_an_engine_of_the_host(tmp_path: Path) -> None:
    app = host(tmp_path / "none", INTAKE_DATABASE_URL="postgresql://nobody@localhost:1/none")
    engine = make_engine(f"sqlite:///{tmp_path / 'theirs.db'}")
    Intake(app, guard=admit, engine=engine)
    assert app.extensions["intake"].storage.engine is engine
    assert status(app, "/intake/") == 200
    assert schema.state(engine) == "current"


def test_an_engine_of_the_host_is_made_safe(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'theirs.db'}")
    engine.connect().close()
    Intake(host(tmp_path), guard=admit, engine=engine)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    engine.dispose()


def test_an_engine_that_can_not_be_safe_is_refused(tmp_path: Path) -> None:
    app = host(tmp_path)
    engine = create_engine(f"sqlite:///{tmp_path / 'theirs.db'}", isolation_level="AUTOCOMMIT")
    with pytest.raises(SettingsError, match=r"^init_app\(engine=\.\.\.\): .*AUTOCOMMIT"):
        Intake(app, guard=admit, engine=engine)
    assert app.extensions == {}


@pytest.mark.parametrize("url", ["mysql://u:hunter2@h/d", "no url", "sqlite://"])
def test_a_wrong_database_is_named_without_its_password(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match=r"^INTAKE_DATABASE_URL") as raised:
        Intake(host(tmp_path, INTAKE_DATABASE_URL=url), guard=admit)
    assert "hunter2" not in str(raised.value)


def test_state(tmp_path: Path) -> None:
    app = host(tmp_path, INTAKE_CLINIC_ID="north")
    Intake(app, guard=admit, actor=lambda: "ana")
    with app.app_context():
        state = get_state()
    assert isinstance(state, State)
    assert state is app.extensions["intake"]
    assert (state.actor(), state.storage.clinic_id, state.worker) == ("ana", "north", None)
    assert state.settings.emergency_number == NUMBERS["INTAKE_EMERGENCY_NUMBER"]
    anonymous = host(tmp_path)
    Intake(anonymous, guard=admit)
    assert anonymous.extensions["intake"].actor() is None


@pytest.mark.parametrize("name", ["csrf_token", "_token"])
def test_forms_under_a_host_with_csrf_protection(tmp_path: Path, name: str) -> None:
    app = host(tmp_path, WTF_CSRF_FIELD_NAME=name)
    CSRFProtect(app)
    Intake(app, guard=admit)
    client = app.test_client()
    token = lint(client.get("/intake/").text).value(name)
    begun = client.post("/intake/", data={name: token})
    assert (begun.status_code, client.post("/intake/", data={}).status_code) == (303, 400)
    page = lint(client.get(begun.location).text)
    fields = {key: page.value(key) for key in (name, "visit", "asked")}
    assert client.post(begun.location, data=fields).status_code == 422  # read, and incomplete


def test_pages_know_the_state_and_not_the_extension() -> None:
    for path in (ROOT / "intake").glob("web/*.py"):
        assert "intake.extension" not in path.read_text(encoding="utf-8"), path
    source = (ROOT / "intake" / "extension.py").read_text(encoding="utf-8")
    assert re.search(r"^ +(from|import) ", source.split("class Options")[1], re.MULTILINE) is None


def test_no_state_without_the_extension(tmp_path: Path) -> None:
    with host(tmp_path).app_context(), pytest.raises(RuntimeError, match="not set up"):
        get_state()


def test_the_worker_wakes_with_the_first_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[str] = []
    monkeypatch.setattr("intake.worker.Worker.wake", lambda _: woken.append("yes"))
    app = host(tmp_path, INTAKE_WORKER=True)
    Intake(app, guard=admit)
    assert woken == []
    assert status(app, "/intake/static/intake.css") == 200
    assert woken == []
    assert status(app, "/intake/") == status(app, "/intake/clinic/") == 200
    assert woken == ["yes"]
    assert app.extensions["intake"].worker is not None


def test_no_worker_under_test_unless_asked_for(tmp_path: Path) -> None:
    for config, expected in (({}, False), ({"INTAKE_WORKER": True}, True)):
        app = host(tmp_path, TESTING=True)
        del app.config["INTAKE_WORKER"]
        app.config.update(config)
        Intake(app)
        assert (app.extensions["intake"].worker is not None) is expected


def test_serving_the_form_loads_nothing_heavy(tmp_path: Path) -> None:
    code = f"""
import sys
from flask import Flask
from intake import Intake
app = Flask("a_host", instance_path={str(tmp_path)!r})
app.config.update(SECRET_KEY={KEY!r}, INTAKE_DEVELOPMENT=True, INTAKE_WORKER=False)
Intake(app)
client = app.test_client()
print([client.get(path).status_code for path in ("/intake/", "/intake/clinic/")])
print({{"weasyprint", "fontTools", "fhir.resources", "pydantic"}} & set(sys.modules))
"""
    run = subprocess.run(  # noqa: S603  # our own interpreter
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert run.stdout.splitlines() == ["[200, 200]", "set()"]
