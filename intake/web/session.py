"""The visit of a browser: a random token in a cookie, of which the database holds the hash.

Each form has a cookie of its own, and a token opens a visit only at the address where it began.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import TYPE_CHECKING, Any, Final

from flask import current_app, request

from intake.state import get_state
from intake.storage import visits
from intake.web.addresses import current_slug

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.orm import Session
    from werkzeug.wrappers import Response

    from fhir.intake.items import Form
    from intake.storage.tables import Visit

COOKIE: Final = "intake_visit"
_TOKEN: Final = re.compile("[A-Za-z0-9_-]{1,128}")
"""No token holds the sign that stands between one and the name of its form."""


def begin_visit(session: Session, form: Form, *, new_id: UUID, now: datetime) -> tuple[Visit, str]:
    """Store a new visit; return it with the token for the browser."""
    token = secrets.token_urlsafe(32)
    visit = visits.start_visit(
        session, new_id=new_id, token_hash=_hash(token), questionnaire=form.canonical, now=now
    )
    return visit, token


def current_visit(session: Session, *, lock: bool = False) -> Visit | None:
    """Return the visit of this browser, None when it has none that we know."""
    token = request.cookies.get(_cookie(), "")
    if not _TOKEN.fullmatch(token):
        return None
    return visits.find_visit(session, _hash(token), lock=lock)


def remember_visit(response: Response, token: str) -> None:
    """Give the browser its token, until it is closed: the device may be shared."""
    response.set_cookie(_cookie(), token, **_attributes())


def forget_visit(response: Response) -> None:
    """Take the token back."""
    response.delete_cookie(_cookie(), **_attributes())


def _cookie() -> str:
    slug = current_slug()
    return COOKIE if slug is None else f"{COOKIE}_{slug}"


def _attributes() -> dict[str, Any]:
    slug = current_slug()
    own = "/" if slug is None else f"/q/{slug}/"
    return {
        "path": f"{request.script_root}{get_state().settings.url_prefix}{own}",
        "secure": bool(current_app.config["SESSION_COOKIE_SECURE"]) or request.is_secure,
        "httponly": True,
        "samesite": "Lax",
    }


def _hash(token: str) -> str:
    slug = current_slug()
    named = token if slug is None else f"{slug}|{token}"
    return hashlib.sha256(named.encode("utf-8", "surrogatepass")).hexdigest()
