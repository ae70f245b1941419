"""The guard of the clinician's pages: what a host protects its own views with."""

from __future__ import annotations

import inspect
import logging
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from flask import Response, abort, current_app, request

from intake.settings import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue

Guard: TypeAlias = "Callable[..., Any]"
"""A view decorator, or what answers like a before_request function: without parameters.

The latter may also answer True, which admits, or False, which is a 403.
"""

_LOG: Final = logging.getLogger(__name__)
_WRONG: Final = (
    "The guard must be a view decorator such as login_required, or a function without parameters"
    " that returns None or True to admit. A function that makes a decorator must be called first:"
    ' auth_required("session").'
)


def make_check(guard: Guard) -> Callable[[], ResponseReturnValue | None]:
    """Return a before_request function that lets pass whom a guard admits.

    Raises SettingsError for what can not be a guard. Doubt refuses: a decorator that answers
    nothing, without calling its view, admits nobody.
    """
    return _check_by_decorator(guard) if _takes_view(guard) else _check_by_call(guard)


def is_static() -> bool:
    """Tell whether the request is for a file of ours, such as the style."""
    return (request.endpoint or "").endswith(".static")


class _Admitted(Response):
    """What the view behind the guard answers."""


def _view(**_: Any) -> Response:
    return _Admitted()


def _check_by_decorator(guard: Guard) -> Callable[[], ResponseReturnValue | None]:
    try:
        guarded = guard(_view)
    except Exception as error:
        raise SettingsError(_WRONG) from error
    if not callable(guarded) or _required(guarded):
        raise SettingsError(_WRONG)

    def check() -> ResponseReturnValue | None:
        if is_static():
            return None
        answer = current_app.ensure_sync(guarded)(**(request.view_args or {}))
        return None if isinstance(answer, _Admitted) else _refuse(answer)

    return check


def _check_by_call(guard: Guard) -> Callable[[], ResponseReturnValue | None]:
    def check() -> ResponseReturnValue | None:
        if is_static():
            return None
        answer = current_app.ensure_sync(guard)()
        return None if answer is None or answer is True else _refuse(answer)

    return check


def _refuse(answer: Any) -> ResponseReturnValue:
    """Return what a guard answers to whom it does not admit: 403 unless it says more."""
    if answer is None or isinstance(answer, bool):
        abort(403)
    try:
        return current_app.make_response(answer)
    except TypeError:
        _LOG.error("the guard answers with %s, which is no response", type(answer).__name__)
        abort(500)


def _takes_view(guard: Guard) -> bool:
    if not callable(guard) or len(_required(guard)) > 1:
        raise SettingsError(_WRONG)
    return any(
        parameter.kind not in {parameter.KEYWORD_ONLY, parameter.VAR_KEYWORD}
        for parameter in _parameters(guard)
    )


def _required(function: Callable[..., Any]) -> list[inspect.Parameter]:
    return [
        parameter
        for parameter in _parameters(function)
        if parameter.default is parameter.empty
        and parameter.kind not in {parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD}
    ]


def _parameters(function: Callable[..., Any]) -> list[inspect.Parameter]:
    try:
        return list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        raise SettingsError(_WRONG) from None
