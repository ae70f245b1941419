"""The example host: its login guards the clinician's pages, and the form wears its frame."""

from __future__ import annotations

import importlib.util
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask_wtf import CSRFProtect
from jinja2 import TemplateNotFound, Undefined
from werkzeug.security import generate_password_hash

from intake.settings import SettingsError
from tests.browser import Reader, chromium, serving
from tests.cases import ROOT
from tests.clinic import audited
from tests.pages import Page, classes, lint, parse, text
from tests.patients import Patient
from tests.web import state_of, stored_submissions, stored_visits

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from intake.content import Content

HOST = ROOT / "examples/host"
PASSWORD = "wet grass, 7 larks"  # noqa: S105
HASH = generate_password_hash(PASSWORD, method="pbkdf2:sha256:1000")
KEY = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0"
LIST = "/intake/clinic/"


@pytest.fixture(scope="module")
def site() -> ModuleType:
    spec = importlib.util.spec_from_file_location("example_host", HOST / "app.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def make_host(site: ModuleType, folder: Path, **config: Any) -> Flask:
    app: Flask = site.create_app(
        {
            "SECRET_KEY": KEY,
            "PASSWORD_HASH": HASH,
            "SESSION_COOKIE_SECURE": False,
            "INTAKE_DATABASE_URL": f"sqlite:///{folder / 'intake.db'}",
            "INTAKE_WORKER": False,
            **config,
        }
    )
    return app


@pytest.fixture
def app(site: ModuleType, tmp_path: Path) -> Flask:
    return make_host(site, tmp_path)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def look(client: FlaskClient, path: str, status: int = 200) -> Page:
    response = client.get(path)
    assert response.status_code == status
    return lint(response.text, status)


def sign_in(
    client: FlaskClient, path: str = "/login", *, name: str = "clinician", password: str = PASSWORD
) -> TestResponse:
    token = look(client, path).value("csrf_token")
    return client.post(path, data={"csrf_token": token, "name": name, "password": password})


def heads(page: Page) -> list[str]:
    return [text(node) for node in page.all("header") if "site-header" in classes(node)]


def styles(page: Page) -> list[str]:
    return [str(node.get("href")) for node in page.all("link") if node.get("rel") == "stylesheet"]


def test_clinicians_must_sign_in_and_get_where_they_wanted(client: FlaskClient) -> None:
    away = client.get(f"{LIST}?page=1")
    assert (away.status_code, away.location) == (302, "/login?next=/intake/clinic/?page%3D1")
    back = sign_in(client, away.location)
    assert (back.status_code, back.location) == (303, f"{LIST}?page=1")
    assert look(client, back.location).heading == "Submissions"


@pytest.mark.parametrize("path", ["", "f0", "f0/summary.pdf"])
def test_every_page_for_clinicians_is_guarded(client: FlaskClient, path: str) -> None:
    assert client.get(LIST + path).location.startswith("/login?next=/intake/clinic/")
    below = client.get(LIST + path, base_url="http://localhost/site").location
    assert below.startswith("/site/login?next=/site/intake/clinic/")
    assert client.post(f"{LIST}f0/retry").location == "/login"


@pytest.mark.parametrize(
    ("name", "password", "field", "message"),
    [
        ("clinician", "wet grass", "password", "The name or the password is not right"),
        ("someone", PASSWORD, "password", "The name or the password is not right"),
        ("clinician", "", "password", "Enter your password"),
        ("", PASSWORD, "name", "Enter your name"),
    ],
)
def test_wrong_sign_in(
    client: FlaskClient, name: str, password: str, field: str, message: str
) -> None:
    response = sign_in(client, name=name, password=password)
    assert response.status_code == 422
    page = parse(response.text)
    assert page.title == "Error: Sign in – Example Clinic"
    (control,) = page.named(field)
    assert control.get("aria-invalid") == "true"
    error = page.by_id(control.get("aria-describedby", ""))
    assert error is not None
    assert text(error) == f"Error: {message}"
    assert page.value("name") == name
    assert page.value("password") == ""
    assert client.get(LIST).status_code == 302


def test_the_sign_in_form_is_protected(client: FlaskClient) -> None:
    response = client.post("/login", data={"name": "clinician", "password": PASSWORD})
    assert response.status_code == 400
    assert heads(lint(response.text, 400))
    assert client.get(LIST).status_code == 302


@pytest.mark.parametrize(
    "target",
    [
        *("//example.org/", "/\\example.org/", "\\\\example.org", "https://example.org/"),
        *("/\t/example.org/", "/%09/example.org", "javascript:alert(1)", "example.org", " //x", ""),
    ],
)
def test_sign_in_leads_to_no_other_site(client: FlaskClient, target: str) -> None:
    path = "/login?" + urlencode({"next": target})
    assert sign_in(client, path).location in {"/", "/%09/example.org"}


def test_signing_out_ends_access(client: FlaskClient) -> None:
    sign_in(client)
    page = look(client, LIST)
    assert "Sign out clinician" in heads(page)[0]
    token = page.value("csrf_token")
    assert client.get("/logout").status_code == 405
    assert client.post("/logout").status_code == 400
    assert client.get(LIST).status_code == 200
    assert client.post("/logout", data={"csrf_token": token}).location == "/"
    assert client.get(LIST).status_code == 302
    assert "Sign out" not in heads(look(client, "/"))[0]


def test_signing_in_starts_a_new_session(client: FlaskClient) -> None:
    with client.session_transaction() as session:
        session["planted"] = "before"
    sign_in(client)
    with client.session_transaction() as session:
        assert dict(session) == {"name": "clinician"}


@pytest.mark.parametrize("prefix", ["/intake", "/before-your-visit"])
def test_from_the_form_to_the_clinician(
    site: ModuleType, tmp_path: Path, content: Content, calm: dict[str, Any], prefix: str
) -> None:
    app = make_host(site, tmp_path, INTAKE_URL_PREFIX=prefix)
    patient = Patient(app.test_client(), content, prefix=prefix)
    start = patient.get("/")
    assert "Example Clinic" in heads(start)[0]
    assert "[emergency number]" in start.text
    done = patient.submit(patient.fill_in(calm))
    assert (patient.at, len(heads(done))) == ("/done", 1)
    (sent,) = stored_submissions(app)
    assert sent.reference in done.text
    clinician = app.test_client()
    assert "New forms" not in look(clinician, "/").text
    sign_in(clinician)
    assert "New forms: 1" in look(clinician, "/").text
    assert "Mark Example" in look(clinician, LIST).text
    assert heads(look(clinician, f"{LIST}{sent.id}"))
    assert "New forms: 0" in look(clinician, "/").text
    assert audited(app, "submissions.list", "submission.read") == [
        ("submissions.list", "clinician", "default", {"page": 1, "submissions": [sent.id]}),
        ("submission.read", "clinician", sent.id, {}),
    ]


def test_pages_of_the_form_wear_the_frame_of_the_host(client: FlaskClient) -> None:
    page = look(client, "/intake/")
    first, last = styles(page)
    assert first.startswith("/intake/static/intake.css")
    assert last == "/static/host.css"
    footers = [text(node) for node in page.all("footer")]
    assert footers[0].startswith("If you feel very ill, do not wait.")
    assert footers[1] == "Example Clinic. Phone: [clinic phone]"
    assert "intake-header" not in {name for node in page.all("header") for name in classes(node)}
    assert client.get(last).status_code == 200
    assert styles(look(client, "/")) == ["/static/host.css"]


def test_slow_patients_are_not_lost(site: ModuleType, tmp_path: Path, content: Content) -> None:
    app = make_host(site, tmp_path, WTF_CSRF_TIME_LIMIT=-1)
    patient = Patient(app.test_client(), content)
    patient.post("/", {})
    assert stored_visits(app) == [], "exempt from the host's check, not from the plugin's own"
    patient.begin()
    assert patient.at.startswith("/form/")
    assert len(stored_visits(app)) == 1
    assert sign_in(app.test_client()).status_code == 400


def test_over_https(site: ModuleType, tmp_path: Path, content: Content) -> None:
    app = make_host(site, tmp_path, SESSION_COOKIE_SECURE=True, PREFERRED_URL_SCHEME="https")
    patient = Patient(app.test_client(), content)
    patient.begin()
    assert patient.at.startswith("/form/")
    client = app.test_client()
    assert sign_in(client).status_code == 400
    client.environ_base["HTTP_REFERER"] = "https://localhost/login"
    cookie = sign_in(client).headers["Set-Cookie"]
    assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))


def test_errors_of_the_host_are_its_own(client: FlaskClient) -> None:
    for path in ("/nowhere", "/intake/nowhere"):
        page = look(client, path, 404)
        assert page.title == "Not Found – Example Clinic"
        assert styles(page) == ["/static/host.css"]
    assert "Content-Security-Policy" not in client.get("/nowhere").headers
    assert look(client, "/intake/form/nowhere", 404).heading == "We cannot find this page"


def test_the_environment_of_the_host_stays_its_own(app: Flask, client: FlaskClient) -> None:
    for path in ("/", "/intake/", "/intake/nowhere", "/login", LIST):
        client.get(path)
    plain = Flask("plain")
    CSRFProtect(plain)
    for name in ("globals", "filters", "tests", "extensions"):
        assert getattr(app.jinja_env, name).keys() == getattr(plain.jinja_env, name).keys()
    assert app.jinja_env.undefined is Undefined
    assert type(app.jinja_env.loader) is type(plain.jinja_env.loader)
    for name in ("intake/start.html", "original/intake/base.html"):
        with pytest.raises(TemplateNotFound):
            app.jinja_env.get_template(name)


def test_the_environment_configures(site: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLINIC_SECRET_KEY", raising=False)
    with pytest.raises(SettingsError, match="SECRET_KEY is not set"):
        site.create_app()
    monkeypatch.setenv("CLINIC_SECRET_KEY", KEY)
    monkeypatch.setenv("CLINIC_INTAKE_EMERGENCY_NUMBER", "112")
    app = site.create_app({"INTAKE_DATABASE_URL": "postgresql://localhost/none"})
    assert state_of(app).settings.emergency_number == "112"


@pytest.mark.parametrize("made", ["", PASSWORD, "scrypt:32768:8:1"])
def test_without_a_hash_nobody_signs_in(site: ModuleType, tmp_path: Path, made: str) -> None:
    client = make_host(site, tmp_path, PASSWORD_HASH=made).test_client()
    assert "CLINIC_PASSWORD_HASH is not set" in look(client, "/login", 503).text
    assert look(client, "/intake/").status == 200


def test_command_makes_a_hash_that_admits(site: ModuleType, tmp_path: Path, app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["hash-password"], input=f"{PASSWORD}\n" * 2)
    made = result.output.splitlines()[-1]
    assert PASSWORD not in result.output
    client = make_host(site, tmp_path, PASSWORD_HASH=made).test_client()
    assert sign_in(client).location == "/"


def test_in_a_browser(app: Flask, content: Content) -> None:
    with chromium() as browser, serving(app) as address:
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.goto(address)
        reader = Reader(page, content)
        assert reader.look() == "/"
        assert reader.press("Fill in the form") == "/intake/"
        assert reader.press("For clinicians") == "/login"
        page.fill("#name", "clinician")
        page.fill("#password", PASSWORD)
        assert reader.press("Sign in") == "/"
        assert reader.press("See all forms of patients") == LIST
        assert reader.press("Sign out clinician") == "/"
