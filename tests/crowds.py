"""Many browsers at once over sockets, and forms that are filled in for them."""

from __future__ import annotations

import hashlib
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit
from uuid import NAMESPACE_URL, uuid5

from intake.storage.tables import Visit
from scripts import chromium
from tests.cases import VIGNETTES
from tests.pages import Page, parse
from tests.patients import Patient
from tests.web import state_of, stored_visits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

    from intake.content import Content

CALM: dict[str, Any] = VIGNETTES["V01"]["answers"]


WORDS = "word " * 199 + "end"


AT_ONCE = 20


KILLS = 4
"""How often the server is killed; every start of it takes a second or two."""


START = 60
"""Seconds within which a server starts, on a busy computer."""


LOCK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
"""


@dataclass
class Browser:
    """A browser over a socket: it keeps its cookies and follows nothing by itself."""

    port: int
    prefix: str = "/intake"
    cookies: dict[str, str] = field(default_factory=dict)

    def open(self, path: str, data: dict[str, Any] | None = None) -> tuple[int, str, str]:
        """Return status, location without the prefix, and body. Raises OSError, HTTPException."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
            if data is not None:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = None if data is None else urlencode(data, doseq=True)
            method = "GET" if data is None else "POST"
            connection.request(method, self.prefix + path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or ():
            self.cookies |= {k: morsel.value for k, morsel in SimpleCookie(line).items()}
        location = urlsplit(answer.headers.get("Location") or "").path
        return answer.status, location.removeprefix(self.prefix), text

    def read(self, path: str) -> Page:
        status, _, text = self.open(path)
        return parse(text, status)


@contextmanager
def serving(app: Flask) -> Iterator[int]:
    """Serve an application with a thread for each client; give its port."""
    with chromium.serving(app, threads=AT_ONCE) as address:
        yield int(address.rpartition(":")[2])


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Do all in threads that start together; return what each returns."""
    gate = threading.Barrier(len(deeds))

    def do(deed: Callable[[], Any]) -> Any:
        gate.wait(30)
        return deed()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return [*pool.map(do, deeds)]


def filled_in(app: Flask, content: Content) -> Patient:
    """Return a patient who has answered everything and sent nothing."""
    patient = Patient(app.test_client(), content)
    patient.fill_in(CALM)
    return patient


def copies(app: Flask, content: Content, count: int) -> list[str]:
    """Store forms that only wait to be sent; return the tokens of their browsers."""
    filled_in(app, content)
    (like,) = stored_visits(app)
    tokens = [f"token-{number}" for number in range(count)]
    with state_of(app).storage.write() as session:
        for token in tokens:
            session.add(copy(like, token))
    return tokens


def copy(like: Visit, token: str) -> Visit:
    columns = {column.key: getattr(like, column.key) for column in Visit.__table__.columns}
    name = visit_id(token)
    response = (like.response or "").replace(like.id, name)
    digest = hashlib.sha256(token.encode()).hexdigest()
    return Visit(**columns | {"id": name, "token_hash": digest, "response": response})


def visit_id(token: str) -> str:
    return str(uuid5(NAMESPACE_URL, token))


def with_token(port: int, token: str, prefix: str = "/intake") -> Browser:
    return Browser(port, prefix, {"intake_visit": token})


def sending(browser: Browser, **changes: str) -> dict[str, str]:
    """Return what the button on the check page sends."""
    page = browser.read("/check")
    return {name: page.value(name) for name in ("csrf_token", "key", "seen")} | changes


def changing(browser: Browser, content: Content, path: str, **answers: Any) -> dict[str, Any]:
    """Return what Continue sends from a page of a form that is filled in."""
    patient = Patient(None, content)  # type: ignore[arg-type]  # it only fills in
    return patient.filled(browser.read(path), CALM | answers)


def answer(response: str, link_id: str) -> Any:
    """Return the first value of a question in a stored response."""

    def walk(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
        yield item
        for child in item.get("item", ()):
            yield from walk(child)

    items = walk(json.loads(response))
    found = next(item for item in items if item.get("linkId") == link_id)
    (value,) = found["answer"][0].values()
    return value.get("value", value.get("code")) if isinstance(value, dict) else value
