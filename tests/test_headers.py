"""Requests to our pages: what is let in, what headers go out, and how an error looks."""

from __future__ import annotations

import gzip
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flask import Blueprint, Flask, Response, abort, make_response, redirect, request
from flask_wtf import CSRFProtect
from werkzeug.exceptions import Unauthorized
from werkzeug.test import EnvironBuilder

from intake import Intake
from intake.storage import StorageError
from intake.web.environment import static_url
from intake.web.headers import HEADERS, MAX_BYTES, MAX_FIELDS, protect
from tests.web import NUMBERS

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from werkzeug.test import TestResponse

CANARY = "Zebra-4711 twitches in both calves"
CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
FORM = "application/x-www-form-urlencoded"


def probe() -> Blueprint:
    """Return protected pages that show what came, or fail."""
    pages = Blueprint("probe", __name__, url_prefix="/probe")

    @pages.route("/echo", methods=["GET", "POST"])
    def echo() -> ResponseReturnValue:
        return {
            "fields": len(request.form),
            "limits": [
                request.max_content_length,
                request.max_form_memory_size,
                request.max_form_parts,
            ],
        }

    @pages.route("/fail", methods=["GET", "POST"])
    def fail() -> ResponseReturnValue:
        raise ValueError(f"{CANARY} {request.values.get('words')}")

    @pages.route("/unsaved", methods=["GET", "POST"])
    def unsaved() -> ResponseReturnValue:
        raise StorageError("The disk of the database is full, so nothing was saved.")

    @pages.get("/abort/<int:status>")
    def stop(status: int) -> ResponseReturnValue:
        abort(status)

    @pages.get("/sign-in")
    def sign_in() -> ResponseReturnValue:
        raise Unauthorized(www_authenticate=None, response=make_response("theirs", 401))

    @pages.get("/challenge")
    def challenge() -> ResponseReturnValue:
        from werkzeug.datastructures import WWWAuthenticate

        raise Unauthorized(www_authenticate=WWWAuthenticate("basic", {"realm": "clinic"}))

    @pages.get("/away")
    def away() -> ResponseReturnValue:
        return redirect("/probe/echo", 303)

    @pages.get("/framed")
    def framed() -> ResponseReturnValue:
        return Response("x", headers={"X-Frame-Options": "ALLOWALL", "Cache-Control": "public"})

    protect(pages)
    return pages


def make_app(folder: Path, **config: Any) -> Flask:
    """Return an application in production, with the plugin and the probe."""
    app = Flask("a_host", instance_path=str(folder), root_path=str(folder))
    app.config.update(
        SECRET_KEY="only for tests, and longer than thirty-two bytes",  # noqa: S106
        INTAKE_WORKER=False,
        INTAKE_PUBLIC=True,
        **NUMBERS,
    )
    app.config.update(config)
    Intake(app)
    app.register_blueprint(probe())
    return app


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return make_app(tmp_path)


def static_address(app: Flask) -> str:
    with app.test_request_context("/intake/"):
        return static_url("intake.css")


def check_headers(answer: TestResponse) -> None:
    for name, value in HEADERS.items():
        assert answer.headers.getlist(name) == [value]


def check_page(answer: TestResponse, status: int, *words: str) -> None:
    assert answer.status_code == status
    assert answer.content_type == "text/html; charset=utf-8"
    check_headers(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    for word in words:
        assert word in answer.text
    assert "Traceback" not in answer.text


def test_the_policy_lets_in_our_style_and_nothing_else() -> None:
    assert HEADERS == {
        "Content-Security-Policy": CSP,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }


@pytest.mark.parametrize(
    "path",
    [
        *("/intake/", "/intake/form/consent", "/intake/form/nowhere", "/intake/done"),
        *("/intake/clinic/", "/intake/clinic/nobody", "/intake/static/nothing.css"),
        *("/probe/away", "/probe/framed", "/probe/fail", "/probe/unsaved", "/probe/sign-in"),
    ],
)
def test_every_answer_has_the_headers_and_is_not_stored(app: Flask, path: str) -> None:
    answer = app.test_client().get(path)
    check_headers(answer)
    assert answer.headers.getlist("Cache-Control") == ["no-store"]


def test_the_style_is_kept_for_ever_under_the_address_of_its_content(app: Flask) -> None:
    client = app.test_client()
    address = static_address(app)
    answer = client.get(address)
    check_headers(answer)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert client.get(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize("query", ["", "?v=", "?v=0123456789ab", "?x=1"])
def test_under_another_address_the_style_is_asked_for_again(app: Flask, query: str) -> None:
    answer = app.test_client().get(f"/intake/static/intake.css{query}")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"


def test_limits_are_set_for_our_requests_only(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    limits = app.test_client().get("/probe/echo").get_json()["limits"]
    assert limits == [MAX_BYTES, app.config["MAX_FORM_MEMORY_SIZE"], MAX_FIELDS]
    assert app.config["MAX_CONTENT_LENGTH"] is None


def test_narrower_limits_of_the_host_stay(tmp_path: Path) -> None:
    app = make_app(tmp_path, MAX_CONTENT_LENGTH=1000, MAX_FORM_MEMORY_SIZE=800, MAX_FORM_PARTS=None)
    assert app.test_client().get("/probe/echo").get_json()["limits"] == [1000, 800, MAX_FIELDS]


@pytest.mark.parametrize("path", ["/probe/echo", "/intake/"])
def test_too_much(app: Flask, path: str) -> None:
    client = app.test_client()
    body = b"words=" + b"x" * MAX_BYTES
    check_page(client.post(path, data=body, content_type=FORM), 413, "too long")
    fields = {f"f{n}": "1" for n in range(MAX_FIELDS + 1)}
    check_page(client.post(path, data=fields), 413)
    check_page(client.post(path, data=fields, content_type="multipart/form-data"), 413)
    check_page(client.post(path, data="&".join(["a=1"] * 1001), content_type=FORM), 413)


def test_too_much_of_unknown_length(app: Flask) -> None:
    builder = EnvironBuilder("/probe/echo", method="POST", data=b"a=" + b"x" * MAX_BYTES)
    builder.content_type = FORM
    environ = builder.get_environ()
    del environ["CONTENT_LENGTH"]
    environ["wsgi.input_terminated"] = True
    check_page(app.test_client().open(environ), 413, "too long")


def test_as_much_as_is_taken(app: Flask) -> None:
    client = app.test_client()
    fields = {f"f{n}": "x" * 400 for n in range(MAX_FIELDS)}
    for kind in (FORM, "multipart/form-data"):
        answer = client.post("/probe/echo", data=fields, content_type=kind)
        assert answer.get_json()["fields"] == MAX_FIELDS


def test_a_form_that_the_host_read_first_is_still_limited(tmp_path: Path) -> None:
    app = make_app(tmp_path)

    @app.before_request
    def read_form() -> None:
        assert "x" not in request.form

    body = b"words=" + b"x" * MAX_BYTES
    check_page(app.test_client().post("/probe/echo", data=body, content_type=FORM), 413)


@pytest.mark.parametrize(
    "kind",
    ["application/json", "text/plain", "text/xml", "application/octet-stream", "image/svg+xml"],
)
@pytest.mark.parametrize("path", ["/probe/echo", "/intake/form/consent"])
def test_only_forms(app: Flask, kind: str, path: str) -> None:
    check_page(app.test_client().post(path, data=b"{}", content_type=kind), 415)
    check_page(app.test_client().post(path, data=b"{}"), 415)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "GZIP", "identity, gzip", ""])
def test_no_compressed_bodies(app: Flask, encoding: str) -> None:
    body = gzip.compress(b"a=1" * 1000)
    headers = {"Content-Encoding": encoding}
    answer = app.test_client().post("/probe/echo", data=body, content_type=FORM, headers=headers)
    check_page(answer, 415)


def test_a_plain_body(app: Flask) -> None:
    client = app.test_client()
    identity = {"Content-Encoding": "Identity"}
    assert client.post("/probe/echo", data={"a": "1"}, headers=identity).status_code == 200
    assert client.post("/probe/echo").status_code == 200


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "Go back and try again"),
        (403, "not allowed"),
        (404, "We cannot find this page"),
        (418, "Go back and try again"),
        (429, "Wait a minute"),
        (500, "Something went wrong on our side"),
        (502, "Something went wrong on our side"),
    ],
)
def test_error_pages(app: Flask, status: int, words: str) -> None:
    check_page(app.test_client().get(f"/probe/abort/{status}"), status, words, "</html>")


def test_an_error_keeps_the_headers_that_it_needs(app: Flask) -> None:
    answer = app.test_client().get("/probe/challenge")
    check_page(answer, 401, "sign in")
    assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")


def test_an_answer_of_a_guard_stays(app: Flask) -> None:
    answer = app.test_client().get("/probe/sign-in")
    assert (answer.status_code, answer.text) == (401, "theirs")


def test_what_fails_is_told_without_what_was_typed(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = app.test_client().post(f"/probe/fail?words={CANARY}", data={"words": CANARY})
    check_page(answer, 500, "Something went wrong on our side")
    (record,) = caplog.records
    said = record.getMessage()
    assert said.startswith("probe.fail: ValueError at ")
    assert said.endswith(f"{__name__}:{fail_line()}")
    assert record.exc_info is None
    for text in (caplog.text, answer.text):
        assert "Zebra" not in text


def fail_line() -> int:
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    return 1 + next(n for n, line in enumerate(lines) if "raise ValueError(f" in line)


@pytest.mark.parametrize("config", [{"TESTING": True}, {"PROPAGATE_EXCEPTIONS": True}])
def test_a_developer_sees_the_error(tmp_path: Path, config: dict[str, Any]) -> None:
    app = make_app(tmp_path, **config)
    with pytest.raises(ValueError, match=CANARY):
        app.test_client().get("/probe/fail")


def test_errors_need_not_propagate_under_test(tmp_path: Path) -> None:
    app = make_app(tmp_path, TESTING=True, PROPAGATE_EXCEPTIONS=False)
    check_page(app.test_client().get("/probe/fail"), 500)


def test_a_database_that_fails(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    read = app.test_client().get("/probe/unsaved")
    check_page(read, 503, "Something went wrong on our side")
    assert read.headers["Retry-After"] == "10"
    written = app.test_client().post("/probe/unsaved", data={"a": "1"})
    check_page(written, 503, "We could not save your answers. Please try again.")
    assert "probe.unsaved: The disk of the database is full" in caplog.text


def test_an_error_page_that_fails_is_a_plain_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app = make_app(tmp_path)

    @app.context_processor
    def broken() -> dict[str, Any]:
        raise RuntimeError(CANARY)

    check_page(app.test_client().get("/intake/"), 500, "<h1>There is a problem</h1>")
    assert "error page: RuntimeError" in caplog.text
    assert "Zebra" not in caplog.text


def test_the_host_shows_its_own_refusals(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    app.register_error_handler(403, lambda _: ("their refusal", 403))
    app.register_error_handler(404, lambda _: ("their 404", 404))
    client = app.test_client()
    assert client.get("/probe/abort/403").text == "their refusal"
    assert client.get("/nowhere").text == "their 404"
    check_page(client.get("/probe/abort/404"), 404, "We cannot find this page")


@pytest.mark.parametrize("base", ["http://localhost", "https://localhost"])
def test_under_a_host_with_csrf_protection(tmp_path: Path, base: str) -> None:
    app = make_app(tmp_path)
    CSRFProtect(app)
    client = app.test_client()
    page = client.get("/intake/", base_url=base)
    assert page.headers["Referrer-Policy"] == "same-origin"
    token = page.text.split('name="csrf_token"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
    # What a browser sends under this policy; with no-referrer the host would answer 400.
    headers = {"Referer": f"{base}/intake/"}
    data = {"csrf_token": token}
    answer = client.post("/intake/", base_url=base, data=data, headers=headers)
    assert answer.status_code == 303
    check_page(client.post("/intake/", base_url=base, data={"a": "1"}, headers=headers), 400)
