"""The pages' own Jinja environment: the host's stays as it was, and a host's templates win."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from flask import Blueprint, Flask
from markupsafe import Markup

from intake import Intake
from intake.web.environment import Numbers, dial, render, static_url
from intake.web.moments import clinic_day
from tests.pages import lint, text
from tests.web import NUMBERS, make_app

if TYPE_CHECKING:
    from pathlib import Path

ERROR: dict[str, Any] = {"title": "Not here", "text": "Go back.", "code": 404}
BRACES = "{other} {0} {} {112} {emergency_number"
PHONES = Numbers("112", "988 <b>", "+44 (0)20 7946 0991")


def make_host(folder: Path, **templates: str) -> Flask:
    """Make a host with templates of its own, given as ``intake__base="..."``."""
    for name, source in templates.items():
        path = folder / "templates" / f"{name.replace('__', '/')}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
    app = Flask("host", template_folder=str(folder / "templates"), instance_path=str(folder))
    app.config.update(
        TESTING=True,
        SECRET_KEY="only for tests, and longer than thirty-two bytes",  # noqa: S106
        INTAKE_DATABASE_URL=f"sqlite:///{folder / 'intake.db'}",
        **NUMBERS,
    )
    return app


def draw(app: Flask, name: str = "intake/error.html", **context: object) -> str:
    with app.test_request_context("/intake/"):
        return render(name, **(ERROR | context))


def snapshot(app: Flask) -> dict[str, object]:
    host = app.jinja_env
    parts = (host.globals, host.filters, host.tests, host.extensions, host.policies)
    return {
        "names": [{key: id(value) for key, value in part.items()} for part in parts],
        "others": (host.autoescape, host.undefined, host.loader, host.auto_reload),
    }


def test_host_environment_stays_as_it_was(tmp_path: Path) -> None:
    one, two = make_host(tmp_path / "one"), make_host(tmp_path / "two")
    before = [snapshot(one), snapshot(two)]
    for app in (one, two):
        Intake().init_app(app)
        draw(app)
    assert [snapshot(one), snapshot(two)] == before
    assert "_" not in one.jinja_env.globals


def test_host_environment_is_not_made_before_the_host_wants_it(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    app.jinja_options = {"trim_blocks": True}
    assert app.jinja_env.trim_blocks


def test_two_applications_each_show_their_own(tmp_path: Path) -> None:
    one = make_app(tmp_path / "one", INTAKE_CLINIC_NAME="North Clinic")
    two = make_app(tmp_path / "two", INTAKE_CLINIC_NAME="South Clinic")
    assert "North Clinic" in draw(one)
    assert "South Clinic" in draw(two)


def test_template_of_the_host_wins(tmp_path: Path) -> None:
    app = make_host(tmp_path, intake__error="<p>{{ text }}</p>")
    Intake().init_app(app)
    assert draw(app, text="<i>") == "<p>&lt;i&gt;</p>"


def test_template_of_a_blueprint_wins_but_not_over_the_hosts_own(tmp_path: Path) -> None:
    app = make_host(tmp_path, intake__stopped="<p>of the host</p>")
    parts = Blueprint("parts", __name__, template_folder=str(tmp_path / "parts"))
    (tmp_path / "parts" / "intake").mkdir(parents=True)
    block = "{% block head %}{{ menu }}{% endblock %}"
    for name, source in {
        "error": f'{{% extends "original/intake/error.html" %}}{block}',
        "stopped": "<p>of the blueprint</p>",
    }.items():
        (tmp_path / "parts" / "intake" / f"{name}.html").write_text(source, encoding="utf-8")
    Intake().init_app(app)
    app.register_blueprint(parts)  # after the extension, as a host may
    before = snapshot(app)
    html = draw(app, menu="of the blueprint")
    assert "of the blueprint" in html
    assert "<h1" in html
    assert draw(app, "intake/stopped.html") == "<p>of the host</p>"
    assert snapshot(app) == before


def test_template_of_the_host_can_extend_what_it_replaces(tmp_path: Path) -> None:
    page = '{% extends "original/intake/base.html" %}{% block head %}{{ 3 | stars }}{% endblock %}'
    app = make_host(tmp_path, intake__base=page)
    Intake().init_app(app)
    app.add_template_filter(lambda count: "*" * count, "stars")
    html = draw(app)
    assert "***" in html
    assert "<h1" in html


@pytest.mark.parametrize("suffix", ["html", "jinja", "txt"])
def test_every_template_escapes(tmp_path: Path, suffix: str) -> None:
    app = make_host(tmp_path, other="")
    (tmp_path / "templates" / f"own.{suffix}").write_text("{{ text }}", encoding="utf-8")
    Intake().init_app(app)
    assert draw(app, f"own.{suffix}", text="<b>") == "&lt;b&gt;"


def test_context_processor_of_the_host_adds_but_does_not_replace(tmp_path: Path) -> None:
    app = make_host(
        tmp_path, seen="{{ menu }} {{ settings.clinic_name }} {{ language }}{{ _('!') }}"
    )
    app.config["INTAKE_CLINIC_NAME"] = "North Clinic"
    Intake().init_app(app)
    clash: dict[str, Any] = {
        "settings": {},
        "language": "xx",
        "errors": ["x"],
        "_": None,
        "gettext": None,
    }
    app.context_processor(lambda: {"menu": "Menu", **clash})
    assert draw(app, "seen.html") == "Menu North Clinic en!"
    assert lint(draw(app)).errors() == []


@pytest.mark.parametrize(
    ("given", "filled"),
    [
        ("Call {emergency_number} or {clinic_phone}.", "Call 112 or +44 (0)20 7946 0991."),
        ("{other} {0} {} {{emergency_number}} {emergency_number", BRACES),
        ("", ""),
        (Markup("<b>{crisis_number}</b>"), Markup("<b>988 &lt;b&gt;</b>")),
    ],
)
def test_filled_replaces_the_numbers_and_nothing_else(given: str, filled: str) -> None:
    assert PHONES.fill(given) == filled
    assert isinstance(PHONES.fill(given), Markup) == isinstance(given, Markup)


def test_filled_does_not_read_a_number_for_numbers() -> None:
    phones = Numbers("{crisis_number}", "988", "1")
    assert phones.fill("{emergency_number}") == "{crisis_number}"


def test_linked_numbers_can_be_dialled_and_the_rest_is_text() -> None:
    linked = PHONES.link("<i> {emergency_number}, {crisis_number}")
    assert linked == '&lt;i&gt; <a href="tel:112">112</a>, 988 &lt;b&gt;'


def test_numbers_of_a_text_come_in_its_order_each_once() -> None:
    texts = ["{clinic_phone} {emergency_number}", "{emergency_number} {unknown}"]
    assert PHONES.mentioned(texts) == ["+44 (0)20 7946 0991", "112"]


@pytest.mark.parametrize(
    ("number", "address"),
    [
        ("112", "tel:112"),
        ("+44 (0)20 7946 0991", "tel:+442079460991"),
        ("(555) 010-0200", "tel:5550100200"),
        ("[emergency number]", ""),
        ("112 or 911", ""),
        ("112/911", ""),
        ("988, press 1", ""),
        ("1", ""),
        ("1" * 16, ""),
        ("٩٩٩", ""),
        ('112" onclick="x', ""),
        ("", ""),
    ],
)
def test_dial(number: str, address: str) -> None:
    assert dial(number) == address


def test_clinic_day_is_the_day_at_the_clinic() -> None:
    late = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)
    assert clinic_day(late, zone="Europe/Berlin") == "26 Nov 2026"
    assert clinic_day(late, zone="America/New_York") == "25 Nov 2026"


def test_static_address_names_the_content(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    with app.test_request_context("/intake/", environ_overrides={"SCRIPT_NAME": "/app"}):
        address = static_url("intake.css")
        assert re.fullmatch(r"/app/intake/static/intake\.css\?v=[0-9a-f]{12}", address)
    with app.test_request_context("/intake/clinic/"):
        assert static_url("intake.css").startswith("/intake/clinic/static/")
        assert static_url("x/../intake.css").endswith("intake.css")
    with app.test_request_context("/elsewhere"):
        assert static_url("intake.css").startswith("/intake/static/")


def test_static_address_needs_a_blueprint() -> None:
    with Flask("host").test_request_context("/"), pytest.raises(LookupError):
        static_url("intake.css")


def test_pages_are_fit_to_ship(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    help_texts = ["Call {crisis_number} or {emergency_number} now."]
    for name, context in {
        "intake/error.html": ERROR,
        "intake/stopped.html": {},
        "intake/done.html": {"reference": "7KQ4-M2XP", "submitted_on": datetime.now(UTC)},
        "intake/help.html": {"title": "Get help", "texts": help_texts, "page_url": "/p"},
        "intake/start.html": {"section_count": 14, "resume_url": "/p", "back_url": "/b"},
    }.items():
        page = lint(draw(app, name, **context))
        assert page.title.endswith("Muscle twitching: before your visit")
        assert "555-0911" in page.text
        skip = next(page.all("a"))
        assert page.by_id(skip.get("href", "")[1:]) is page.one("main")


def test_help_offers_each_number_as_a_call(tmp_path: Path) -> None:
    app = make_app(tmp_path, INTAKE_CRISIS_NUMBER="the crisis line")
    texts = ["Call {crisis_number} or {emergency_number} now."]
    page = lint(draw(app, "intake/help.html", title="Get help", texts=texts, page_url="/p"))
    calls = [node for node in page.root.iter() if node.get("class") == "intake-call"]
    found = [(node.tag, text(node), node.get("href")) for node in calls]
    assert found == [
        ("p", "Call the crisis line", None),
        ("a", "Call 555-0911", "tel:5550911"),
    ]


def test_error_summary_takes_the_focus(tmp_path: Path) -> None:
    errors = [{"text": "Enter <b>", "href": "#main"}]
    app = make_app(tmp_path)
    page = lint(draw(app, "intake/start.html", errors=errors, page_title="Page"), 422)
    (summary,) = [node for node in page.root.iter() if node.get("autofocus") is not None]
    assert summary.get("tabindex") == "-1"
    assert [node for node in summary.iter() if node.get("role") == "alert"]
    assert page.errors() == [("Enter <b>", "#main")]
