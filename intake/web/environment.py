"""The Jinja environment of the pages. It is the plugin's own: the host's stays as it was."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flask import current_app, g, get_flashed_messages, request, session, url_for
from flask.templating import Environment
from jinja2 import (
    BaseLoader,
    ChainableUndefined,
    ChoiceLoader,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
)
from markupsafe import Markup, escape

from intake.paths import TEMPLATES
from intake.state import get_state
from intake.web.addresses import PATIENT, current_slug
from intake.web.moments import clinic_day
from intake.web.notices import UNTITLED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask import Flask

    from intake.content import Content
    from intake.settings import Settings

STATIC: Final = Path(__file__).with_name("static")
"""The folder of the style."""
ORIGINAL: Final = "original"
"""Under this prefix a host's ``intake/base.html`` finds the one that it replaces, to extend it."""
_BLUEPRINTS: Final = (PATIENT, "intake_clinician")
_OURS: Final = ("settings", "static", "_", "gettext", "ngettext", "pgettext", "npgettext")
_ABSENT: Final[dict[str, object]] = {
    "language": "en",
    "page_title": "",
    "back_url": None,
    "errors": (),
    "position": None,
    "title_language": "",
    "numbers": (),
}
"""What a page may leave out. It is set here, or a host's context processor might set it."""
_PLACE: Final = re.compile(r"\{(emergency_number|crisis_number|clinic_phone)\}")
_DIALABLE: Final = re.compile(r"\+?[0-9() .\u00a0\u2011-]+")
_FEWEST_DIGITS: Final = 2
_MOST_DIGITS: Final = 15
_HASH_LENGTH: Final = 12


@dataclass(frozen=True, slots=True)
class Numbers:
    """Whom to call, in texts that say ``{emergency_number}``, ``{crisis_number}`` or such."""

    emergency_number: str
    crisis_number: str
    clinic_phone: str

    def fill(self, text: str) -> str:
        """Return a text with the numbers. Other braces stay; markup stays escaped markup."""
        if isinstance(text, Markup):
            return Markup(_PLACE.sub(lambda place: escape(self._number(place)), text))  # noqa: S704
        return _PLACE.sub(self._number, str(text))

    def link(self, text: str) -> Markup:
        """Return a text with the numbers as links, where a phone can dial them."""
        return Markup(_PLACE.sub(lambda place: _anchor(self._number(place)), escape(text)))  # noqa: S704

    def mentioned(self, texts: Iterable[str]) -> list[str]:
        """Return the numbers that texts name, in that order, each once."""
        places = (place for text in texts for place in _PLACE.finditer(text))
        return list(dict.fromkeys(map(self._number, places)))

    def _number(self, place: re.Match[str]) -> str:
        return str(getattr(self, place[1]))


def dial(number: str) -> str:
    """Return the address that dials a number, "" when a phone might not dial it as written."""
    digits = re.sub(r"[^0-9]", "", number.replace("(0)", "") if "+" in number else number)
    if not _DIALABLE.fullmatch(number) or not _FEWEST_DIGITS <= len(digits) <= _MOST_DIGITS:
        return ""
    return f"tel:{'+' if number.startswith('+') else ''}{digits}"


def static_url(name: str) -> str:
    """Return the address of a file of ours, which changes with what is in the file."""
    for blueprint in (request.blueprint, *_BLUEPRINTS):
        endpoint = f"{blueprint}.static"
        if endpoint in current_app.view_functions:
            return url_for(endpoint, filename=name, v=_content_hashes().get(name))
    raise LookupError("no blueprint of the plugin is registered, so it has no static files")


def make_environment(app: Flask, settings: Settings) -> Environment:
    """Make the environment of an application's pages.

    Templates are looked for in the host's template folder and those of its blueprints first, then
    among our own, then in the kit. All are escaped, whatever the names of their files. Texts are
    marked for translation; there are no catalogues yet.
    """
    reload = app.config["TEMPLATES_AUTO_RELOAD"]
    environment = Environment(
        app,
        loader=_loader(app),
        autoescape=True,
        auto_reload=app.debug if reload is None else reload,
        undefined=ChainableUndefined,  # the kit reads options of options that nobody gave
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    environment.globals.update(
        url_for=app.url_for,
        get_flashed_messages=get_flashed_messages,
        config=app.config,
        request=request,
        session=session,
        g=g,
        settings=settings,
        static=static_url,
    )
    numbers = Numbers(settings.emergency_number, settings.crisis_number, settings.clinic_phone)
    environment.filters.update(
        filled=numbers.fill,
        linked=numbers.link,
        numbers=numbers.mentioned,
        dial=dial,
        day=partial(clinic_day, zone=settings.time_zone),
    )
    return environment


def render(name: str, /, **context: object) -> str:
    """Return a page of the current application.

    Beside the context it has what the host gives its own templates; where names clash, ours hold.
    """
    state = get_state()
    environment = state.environment
    _adopt(environment)
    own = {key: environment.globals[key] for key in _OURS}
    values = {**own, **_ABSENT, "form_title": _form_title(), **context}
    current_app.update_template_context(values)
    return environment.get_template(name).render(values)


def _form_title() -> str:
    """Return the title of the form of a request; "" before it is known which it is."""
    if current_slug() is None:
        return get_state().content.form.title
    content: Content | None = g.get("intake_content")
    return (content.form.title or UNTITLED) if content else ""


def _adopt(environment: Environment) -> None:
    """Take in what the host's templates can use, for those with which it replaces ours.

    Not before a page is made: until then the host may set up its own environment.
    """
    for name in ("globals", "filters", "tests"):
        ours = getattr(environment, name)
        for key, value in getattr(current_app.jinja_env, name).items():
            ours.setdefault(key, value)


def _anchor(number: str) -> Markup:
    address = dial(number)
    if not address:
        return escape(number)
    return Markup('<a href="{}">{}</a>').format(address, number)


@cache
def _content_hashes() -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:_HASH_LENGTH]
        for path in STATIC.iterdir()
        if path.is_file()
    }


def _loader(app: Flask) -> BaseLoader:
    own = FileSystemLoader(TEMPLATES)
    kit = PackageLoader("nhsuk_frontend_jinja")
    theirs = app.create_global_jinja_loader()
    return ChoiceLoader([theirs, own, kit, PrefixLoader({ORIGINAL: own})])
