"""What the extension does with the host's database, forms and worker."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from flask_wtf import CSRFProtect
from sqlalchemy import create_engine, text

from intake import Intake
from intake.settings import SettingsError
from intake.state import State, get_state
from intake.storage import make_engine, schema
from tests.cases import ROOT
from tests.hosts import (
    KEY,
    admit,
    before_request,
    host,
    status,
)
from tests.pages import lint
from tests.web import NUMBERS

if TYPE_CHECKING:
    from pathlib import Path


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
