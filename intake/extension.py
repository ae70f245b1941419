"""The Flask extension: state and blueprints of one application, which otherwise stays as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypedDict, Unpack

from intake.content import standard_content
from intake.settings import Settings, SettingsError
from intake.state import NAME, State, get_state
from intake.storage import Storage, StorageError, adopt_engine, make_engine
from intake.storage.schema import ensure
from intake.web import clinician as clinician_pages
from intake.web import patient as patient_pages
from intake.web.environment import make_environment
from intake.web.guard import is_static, make_check
from intake.web.headers import protect
from intake.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Blueprint, Flask
    from flask.typing import BeforeRequestCallable
    from sqlalchemy import Engine

    from intake.web.guard import Guard

__all__ = ["NEW_KEY", "UPGRADE", "Intake", "Options", "State", "get_state"]

UPGRADE: Final = "flask intake db upgrade"
NEW_KEY: Final = 'python -c "import secrets; print(secrets.token_hex())"'


class Options(TypedDict, total=False):
    """What `Intake.init_app` takes beside the application."""

    guard: Guard | None
    actor: Callable[[], str | None] | None
    engine: Engine | None
    patient: bool
    clinician: bool


class Intake:
    """The extension. It keeps nothing itself, so one object can serve many applications."""

    def __init__(self, app: Flask | None = None, **options: Unpack[Options]) -> None:
        if app is not None:
            self.init_app(app, **options)

    def init_app(  # noqa: PLR0913  # what a host may choose
        self,
        app: Flask,
        *,
        guard: Guard | None = None,
        actor: Callable[[], str | None] | None = None,
        engine: Engine | None = None,
        patient: bool = True,
        clinician: bool = True,
    ) -> None:
        """Add the pages of patients and of clinicians to an application.

        ``guard`` admits to the clinician's pages: a view decorator such as login_required, or a
        function without parameters that answers like a before_request function, or with True to
        admit and False to refuse with 403. ``engine`` is used instead of one for
        INTAKE_DATABASE_URL; its connections to SQLite get our settings, see `adopt_engine`.
        ``patient`` and ``clinician`` tell which pages to add. The database is first used by a
        request. Raises SettingsError.
        """
        if NAME in app.extensions:
            raise SettingsError("Intake is set up on this application already; do it once.")
        settings = Settings.from_config(
            app.config, testing=app.testing, instance_path=app.instance_path
        )
        _check_host(app, settings, needs_guard=clinician and guard is None)
        checks = [make_check(guard)] if guard is not None else []
        state = _make_state(app, settings, engine, actor)
        prepare = _make_preparation(state)
        if patient:
            _register(app, patient_pages.blueprint(), settings.url_prefix, prepare)
        if clinician:
            pages = clinician_pages.blueprint()
            _register(app, pages, settings.clinician_url_prefix, *checks, prepare)
        app.extensions[NAME] = state


def _check_host(app: Flask, settings: Settings, *, needs_guard: bool) -> None:
    """Refuse an application in which forms can not be signed, or clinicians not told apart."""
    faults = []
    if not app.secret_key and not app.testing:
        faults.append(f"SECRET_KEY is not set; make one with: {NEW_KEY}")
    if not isinstance(app.config["SECRET_KEY"], str | bytes | None):
        faults.append(f"SECRET_KEY must be a text, and hard to guess; make one with: {NEW_KEY}")
    if needs_guard and not (app.testing or settings.public or settings.development):
        faults.append(
            "The clinician's pages have no guard: pass init_app(app, guard=login_required), or"
            " set INTAKE_PUBLIC if something in front of the application admits clinicians only."
        )
    prefixes = (settings.url_prefix, settings.clinician_url_prefix)
    if app.has_static_folder and app.static_url_path in {f"{prefix}/static" for prefix in prefixes}:
        faults.append(
            f"INTAKE_URL_PREFIX must not put our files at {app.static_url_path}, where the"
            " application's own are: choose another, or Flask(..., static_folder=None)."
        )
    if faults:
        raise SettingsError(*faults)


def _make_state(
    app: Flask,
    settings: Settings,
    engine: Engine | None,
    actor: Callable[[], str | None] | None,
) -> State:
    source = "INTAKE_DATABASE_URL" if engine is None else "init_app(engine=...)"
    try:
        engine = make_engine(settings.database_url) if engine is None else adopt_engine(engine)
    except StorageError as error:
        raise SettingsError(f"{source}: {error}") from None
    return State(
        settings=settings,
        content=standard_content(settings.base_url),
        storage=Storage(engine=engine, clinic_id=settings.clinic_id),
        environment=make_environment(app, settings),
        actor=actor or _nobody,
        worker=Worker(app) if settings.worker else None,
    )


def _nobody() -> None:
    return None


def _make_preparation(state: State) -> Callable[[], None]:
    """Return what runs before a page: the first time it makes or checks the tables.

    Not in init_app, without which `flask intake db upgrade` could not run. Threads that come at
    once may all do it. It begins the work that was left when the server stopped.
    """
    is_ready = False

    def prepare() -> None:
        nonlocal is_ready
        if is_ready or is_static():
            return
        ensure(state.storage.engine, UPGRADE)
        is_ready = True
        if state.worker is not None:
            state.worker.wake()

    return prepare


def _register(app: Flask, pages: Blueprint, prefix: str, *before: BeforeRequestCallable) -> None:
    protect(pages)
    for function in before:
        pages.before_request(function)
    app.register_blueprint(pages, url_prefix=prefix)
