"""The visit of a browser: a random token in a cookie, of which the database holds the hash."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Any, Final

from flask import current_app, request

from intake.state import get_state
from intake.storage import visits

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.orm import Session
    from werkzeug.wrappers import Response

    from intake.storage.tables import Visit

COOKIE: Final = "intake_visit"
_LONGEST: Final = 128


def begin_visit(session: Session, *, new_id: UUID, now: datetime) -> tuple[Visit, str]:
    """Store a new visit; return it with the token for the browser."""
    token = secrets.token_urlsafe(32)
    canonical = get_state().content.form.canonical
    visit = visits.start_visit(
        session, new_id=new_id, token_hash=_hash(token), questionnaire=canonical, now=now
    )
    return visit, token


def current_visit(session: Session, *, lock: bool = False) -> Visit | None:
    """Return the visit of this browser, None when it has none that we know."""
    token = request.cookies.get(COOKIE, "")
    if not token or len(token) > _LONGEST:
        return None
    return visits.find_visit(session, _hash(token), lock=lock)


def remember_visit(response: Response, token: str) -> None:
    """Give the browser its token, until it is closed: the device may be shared."""
    response.set_cookie(COOKIE, token, **_attributes())


def forget_visit(response: Response) -> None:
    """Take the token back."""
    response.delete_cookie(COOKIE, **_attributes())


def _attributes() -> dict[str, Any]:
    return {
        "path": f"{request.script_root}{get_state().settings.url_prefix}/",
        "secure": bool(current_app.config["SESSION_COOKIE_SECURE"]) or request.is_secure,
        "httponly": True,
        "samesite": "Lax",
    }


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
