"""The website of Example Clinic: its own pages and login, and the plugin's form among them."""

from __future__ import annotations

import re
from functools import wraps
from typing import TYPE_CHECKING, Any

import click
from flask import Blueprint, Flask, abort, redirect, render_template, request, session, url_for
from flask import current_app as clinic
from flask_wtf import CSRFProtect, FlaskForm
from werkzeug.exceptions import HTTPException
from werkzeug.security import check_password_hash, generate_password_hash
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired

from intake import Intake
from intake.signals import intake_submitted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flask import Response
    from flask.typing import ResponseReturnValue

OWN_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")  # "//name" would lead to another site
pages = Blueprint("clinic", __name__, cli_group=None)


class LoginForm(FlaskForm):  # type: ignore[misc]
    name = StringField("Name", [InputRequired("Enter your name")])
    password = PasswordField("Password", [InputRequired("Enter your password")])


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """Make the website. ``config`` goes before the environment, and that before config.py."""
    app = Flask(__name__)
    app.config.from_pyfile("config.py")
    app.config.from_prefixed_env("CLINIC")
    app.config.from_mapping(config or {})
    csrf = CSRFProtect(app)
    app.register_error_handler(HTTPException, show_error)
    app.register_blueprint(pages)
    Intake(app, guard=login_required, actor=signed_in)
    for name in ("intake_patient", "intake_clinician"):
        # They check their tokens themselves, and not against an hour, which loses slow patients.
        csrf.exempt(app.blueprints[name])
    app.extensions["new_forms"] = set()  # of this process; several processes need a table
    intake_submitted.connect(note_new_form, sender=app)
    return app


def signed_in() -> str | None:
    """Return the name of who is signed in; the plugin's audit keeps it."""
    return session.get("name")


def login_required(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Keep a view for clinicians."""

    @wraps(view)
    def guarded(**values: Any) -> ResponseReturnValue:
        if signed_in():
            return view(**values)
        here = request.script_root + request.full_path.removesuffix("?")
        return redirect(url_for("clinic.login", next=here if request.method == "GET" else None))

    return guarded


def note_new_form(app: Flask, *, submission: str, **_: object) -> None:
    """Keep the id of a form that was sent, until a clinician has opened it."""
    app.extensions["new_forms"].add(submission)


@pages.after_app_request
def note_opened(response: Response) -> Response:
    if request.endpoint == "intake_clinician.submission" and response.status_code == 200:
        clinic.extensions["new_forms"].discard((request.view_args or {})["submission_id"])
    return response


@pages.get("/")
def home() -> ResponseReturnValue:
    return render_template("home.html", new_forms=clinic.extensions["new_forms"])


@pages.route("/login", methods=["GET", "POST"])
def login() -> ResponseReturnValue:
    user, password_hash = clinic.config["USER"], clinic.config["PASSWORD_HASH"]
    if password_hash.count("$") != 2:
        abort(503, "Nobody can sign in yet: CLINIC_PASSWORD_HASH is not set, or is not a hash.")
    form = LoginForm()
    if form.validate_on_submit():
        if check_password_hash(password_hash, form.password.data) and form.name.data == user:
            session.clear()
            session["name"] = user
            target = request.args.get("next", "")
            return redirect(target if OWN_PATH.fullmatch(target) else url_for("clinic.home"), 303)
        form.password.errors = ["The name or the password is not right"]
    return render_template("login.html", form=form), 422 if form.is_submitted() else 200


@pages.post("/logout")
def logout() -> ResponseReturnValue:
    session.clear()
    return redirect(url_for("clinic.home"), 303)


def show_error(error: HTTPException) -> ResponseReturnValue:
    return render_template("error.html", error=error), error.code or 500


@pages.cli.command("hash-password")
@click.password_option()
def hash_password(password: str) -> None:
    """Print the hash of a password, for CLINIC_PASSWORD_HASH."""
    click.echo(generate_password_hash(password))
