"""The guard of the clinician's pages: what admits, what refuses, and what is none."""

from __future__ import annotations

import re
from functools import partial, wraps
from typing import TYPE_CHECKING, Any

import pytest
from flask import Response, abort, redirect, request

from intake import Intake
from intake.settings import SettingsError
from tests.hosts import (
    before_request,
    host,
    status,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def decorator(view: Callable[..., Any]) -> Callable[..., Any]:
    """Guard as login_required does."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if request.headers.get("X-User") != "ana":
            return redirect("/login")
        return view(*args, **kwargs)

    return guarded


def bare_decorator(view: Callable[..., Any]) -> Callable[..., Any]:
    """Guard without functools.wraps, and look at the answer."""

    def guarded(**kwargs: Any) -> Any:
        if request.headers.get("X-User") != "ana":
            abort(401, response=Response("sign in", 302, {"Location": "/login"}))
        answer = view(**kwargs)
        answer.headers["X-Seen"] = "yes"
        return answer

    return guarded


def asynchronous(view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    async def guarded(*args: Any, **kwargs: Any) -> Any:
        return redirect("/login") if "X-User" not in request.headers else view(*args, **kwargs)

    return guarded


class Wall:
    """A guard that is an object; its method guards too."""

    def __call__(self, *, role: str = "clinician") -> Any:
        assert role
        return before_request()

    def required(self, view: Callable[..., Any] | None = None, role: str = "any") -> Any:
        assert role
        return decorator(view) if view else self.required


GUARDS = [decorator, bare_decorator, before_request, Wall(), Wall().required]


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: getattr(guard, "__name__", "object"))
def test_guards(tmp_path: Path, guard: Callable[..., Any]) -> None:
    app = host(tmp_path)
    Intake(app, guard=guard)
    client = app.test_client()
    paths = [rule.rule for rule in app.url_map.iter_rules() if "clinician" in rule.endpoint]
    paths.remove("/intake/clinic/static/<path:filename>")
    assert len(paths) >= 4
    for path in paths:
        address = re.sub("<[^>]+>", "x", path)
        for answer in (client.get(address), client.post(address, data={"a": "b"})):
            assert answer.status_code in {302, 405}, path
            assert "Muscle" not in answer.text
    assert client.get("/intake/clinic/").headers["Location"] == "/login"
    assert client.get("/intake/clinic/", headers={"X-User": "ana"}).status_code == 200
    assert client.get("/intake/clinic/x", headers={"X-User": "ana"}).status_code == 404
    assert client.get("/intake/clinic/static/intake.css").status_code == 200
    assert client.get("/intake/").status_code == 200


def test_an_asynchronous_guard_is_awaited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = host(tmp_path)
    monkeypatch.setattr(app, "ensure_sync", lambda function: partial(_finish, function))
    Intake(app, guard=asynchronous)
    assert status(app, "/intake/clinic/") == 302
    page = app.test_client().get("/intake/clinic/", headers={"X-User": "ana"})
    assert page.status_code == 200


def _finish(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Do without asgiref what Flask does with it: run a coroutine that waits for nothing."""
    result = function(*args, **kwargs)
    if not hasattr(result, "send"):
        return result
    with pytest.raises(StopIteration) as done:
        result.send(None)
    return done.value.value


def test_a_guard_that_forgets_to_answer_admits_nobody(tmp_path: Path) -> None:
    def forgetful(view: Callable[..., Any]) -> Callable[..., Any]:
        return lambda **kwargs: view(**kwargs) if "X-User" in request.headers else None

    app = host(tmp_path)
    Intake(app, guard=forgetful)
    assert status(app, "/intake/clinic/") == 403
    page = app.test_client().get("/intake/clinic/", headers={"X-User": "ana"})
    assert page.status_code == 200


@pytest.mark.parametrize(
    ("answer", "expected"),
    [(True, 200), (None, 200), (False, 403), ("", 200), (("no", 401), 401), ({"no": 1}, 200)],
)
def test_what_a_guard_may_answer(tmp_path: Path, answer: Any, expected: int) -> None:
    app = host(tmp_path)
    Intake(app, guard=lambda: answer)
    page = app.test_client().get("/intake/clinic/")
    assert page.status_code == expected
    assert ("Submissions" in page.text) is (answer in (True, None))


@pytest.mark.parametrize("answer", [1, 403, 0.0, object(), (None, 200)])
def test_what_a_guard_may_not_answer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, answer: Any
) -> None:
    app = host(tmp_path, TESTING=True)
    Intake(app, guard=lambda: answer)
    page = app.test_client().get("/intake/clinic/")
    assert page.status_code == 500
    assert "Submissions" not in page.text
    assert f"the guard answers with {type(answer).__name__}" in caplog.text


@pytest.mark.parametrize("answer", [None, True, False])
def test_a_decorator_that_does_not_call_its_view_admits_nobody(
    tmp_path: Path, answer: bool | None
) -> None:
    app = host(tmp_path)
    Intake(app, guard=lambda _view: lambda **_: answer)
    assert status(app, "/intake/clinic/") == 403


def maker(*methods: str) -> Callable[..., Any]:
    assert methods
    return decorator


def two(_first: object, _second: object) -> None: ...


def keyword(_view: object, *, _role: str) -> None: ...


def returns_nothing(_view: object) -> None: ...


@pytest.mark.parametrize("guard", [maker, two, keyword, returns_nothing, "login", 1, print])
def test_what_is_no_guard(tmp_path: Path, guard: Any) -> None:
    app = host(tmp_path)
    with pytest.raises(SettingsError, match="guard must be a view decorator"):
        Intake(app, guard=guard)
    assert app.extensions == {}


def test_a_guard_that_fails_admits_nobody(tmp_path: Path) -> None:
    def failing() -> None:
        raise KeyError("user")

    app = host(tmp_path)
    Intake(app, guard=failing)
    assert status(app, "/intake/clinic/") == 500
