"""What holds for every request to our pages: limits on the way in, headers on the way out, errors.

All of it is registered on a blueprint, so that the pages of a host stay as they are.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from flask import Response, abort, current_app, make_response, request
from markupsafe import escape
from werkzeug.exceptions import HTTPException

from intake.storage import StorageError
from intake.web.environment import render, static_url
from intake.web.guard import is_static

if TYPE_CHECKING:
    from flask.sansio.scaffold import Scaffold
    from flask.typing import ResponseReturnValue

_LOG: Final = logging.getLogger(__name__)
MAX_BYTES: Final = 512 * 1024
MAX_FIELDS: Final = 1000
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:;"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: over https, a host's CSRFProtect refuses a POST that does not name its
    # origin as the referrer. Our addresses hold no secrets, and no other site gets them.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_NO_STORE: Final = "no-store"
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_FORMS: Final = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
_BODIES: Final = frozenset({"POST", "PUT", "PATCH"})
RETRY_LATER: Final = {"Retry-After": "10"}
"""The header of an answer that the database could not give, in seconds."""
_FRAMES: Final = 8
"""How many of the innermost places an error is logged with."""

_PROBLEM: Final = "There is a problem"
_NOT_FOUND: Final = "We cannot find this page"
_SERVER: Final = "Something went wrong on our side. Please try again later."
_UNREADABLE: Final = "We could not read what was sent. Go back and try again."
_TEXTS: Final = {  # status: title, text
    400: (_PROBLEM, _UNREADABLE),
    401: (_PROBLEM, "You need to sign in to see this page."),
    403: (_PROBLEM, "You are not allowed to see this page."),
    404: (_NOT_FOUND, "Check the address, or go back and try again."),
    405: (_NOT_FOUND, "Check the address, or go back and try again."),
    413: (_PROBLEM, "Your answers are too long. Go back and make them shorter."),
    415: (_PROBLEM, _UNREADABLE),
    429: (_PROBLEM, "That was too fast. Wait a minute and try again."),
    500: (_PROBLEM, _SERVER),
    503: (_PROBLEM, _SERVER),
}
_OURS: Final = (400, 404, 405, 413, 415)
"""Errors that are told in our words also where a host has words of its own."""
_NOT_SAVED: Final = "We could not save your answers. Please try again."


def protect(scaffold: Scaffold) -> None:
    """Set limits, headers and error pages for the requests to a blueprint.

    The standalone application, all of which is ours, is protected as a whole as well.
    """
    scaffold.before_request(_limit)
    scaffold.after_request(_secure)
    for status in _OURS:
        scaffold.register_error_handler(status, _show_http_error)
    scaffold.register_error_handler(HTTPException, _show_http_error)
    scaffold.register_error_handler(StorageError, _show_storage_error)
    scaffold.register_error_handler(Exception, _show_failure)


def _limit() -> None:
    """Refuse a body that no form of ours sends; a host's narrower limits stay."""
    request.max_content_length = _narrower(request.max_content_length, MAX_BYTES)
    request.max_form_memory_size = _narrower(request.max_form_memory_size, MAX_BYTES)
    request.max_form_parts = _narrower(request.max_form_parts, MAX_FIELDS)
    # The host may have read the form before, under its own limits.
    length = request.content_length or 0
    if length > request.max_content_length:
        abort(413)
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        abort(415)
    if request.method in _BODIES and request.headers.get("Sec-Fetch-Site") == "cross-site":
        abort(403)  # before anything of it is read, or a session is begun
    if request.method not in _BODIES or not (length or request.mimetype):
        return
    if request.mimetype not in _FORMS:
        abort(415)
    if sum(len(values) for values in request.form.listvalues()) > MAX_FIELDS:
        abort(413)


def _narrower(limit: int | None, ours: int) -> int:
    return ours if limit is None else min(limit, ours)


def _secure(response: Response) -> Response:
    response.headers.update(HEADERS)
    if not is_static() or response.status_code >= 400:
        response.headers["Cache-Control"] = _NO_STORE
    elif _is_versioned():
        response.headers["Cache-Control"] = _FOR_EVER
    return response


def _is_versioned() -> bool:
    """Tell whether the address names the content of the file that is sent.

    A browser must not keep for ever what an older server sent under the newer address.
    """
    version = request.args.get("v")
    name = (request.view_args or {}).get("filename", "")
    return bool(version) and static_url(name).endswith(f"v={version}")


def _show_http_error(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None or error.code is None or error.code < 400:
        return error  # a redirect, or an answer that a guard has made
    response = _page(error.code)
    for name, value in error.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            response.headers.add(name, value)
    return response


def _show_storage_error(error: StorageError) -> ResponseReturnValue:
    _LOG.error("%s: %s", request.endpoint, error)
    response = _page(503, _NOT_SAVED if request.method in _BODIES else None)
    response.headers.update(RETRY_LATER)
    return response


def _show_failure(error: Exception) -> ResponseReturnValue:
    """Show that something failed; log what and where, but no message, which may quote answers."""
    if _propagates():
        raise error
    _LOG.error("%s: %s at %s", request.endpoint, type(error).__qualname__, _places(error))
    return _page(500)


def _page(status: int, text: str | None = None) -> Response:
    title, usual = _TEXTS.get(status) or _TEXTS[500 if status >= 500 else 400]
    text = text or usual
    try:
        html = render("intake/error.html", title=title, text=text, code=status)
    except Exception as error:
        if _propagates():
            raise
        _LOG.error("error page: %s at %s", type(error).__qualname__, _places(error))
        title, text = escape(title), escape(text)
        html = f"<!doctype html><html lang=en><title>{title}</title><h1>{title}</h1><p>{text}</p>"
    return make_response(html, status)


def _propagates() -> bool:
    """Tell whether errors are for the developer, as Flask decides it."""
    chosen = current_app.config["PROPAGATE_EXCEPTIONS"]
    return bool(current_app.testing or current_app.debug if chosen is None else chosen)


def _places(error: Exception) -> str:
    """Return the modules and lines through which an error came, the innermost last."""
    places = []
    trace = error.__traceback__
    while trace is not None:
        places.append(f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " > ".join(places[-_FRAMES:])
