"""A FHIR server on loopback: its process, which never outlives us, and a client for it."""

from __future__ import annotations

import json
import subprocess
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import urlencode

from conformance.verdict import JudgeError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Json: TypeAlias = dict[str, Any]
READY: Final = "READY "
START_SECONDS: Final = 180
STOP_SECONDS: Final = 20
_REQUEST_SECONDS: Final = 120
_TYPE: Final = "application/fhir+json"


@dataclass(frozen=True, slots=True)
class Client:
    """Talks FHIR to the server at a port of loopback."""

    port: int

    def transact(self, bundle: Json) -> Json:
        """Post a transaction Bundle; return the response. Raises JudgeError when it is refused."""
        return self._ask("POST", "/fhir", json.dumps(bundle))

    def read(self, location: str) -> Json:
        """Return the resource at ``Type/id``. Raises JudgeError when there is none."""
        return self._ask("GET", f"/fhir/{location}")

    def search(self, kind: str, **parameters: str) -> list[Json]:
        """Return the resources that a search finds, from all its pages."""
        found: list[Json] = []
        address: str | None = f"/fhir/{kind}?{urlencode(parameters)}"
        while address:
            page = self._ask("GET", address)
            found += [entry["resource"] for entry in page.get("entry", [])]
            links = {row["relation"]: row["url"] for row in page["link"]}
            address = links["next"].partition(f":{self.port}")[2] if "next" in links else None
        return found

    def count(self, kind: str, **parameters: str) -> int:
        """Return how many resources a search finds."""
        query = urlencode(parameters | {"_summary": "count", "_total": "accurate"})
        total: int = self._ask("GET", f"/fhir/{kind}?{query}")["total"]
        return total

    def _ask(self, method: str, path: str, body: str | None = None) -> Json:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=_REQUEST_SECONDS)
        headers = {"Accept": _TYPE, "Cache-Control": "no-cache", "Content-Type": _TYPE}
        try:
            connection.request(method, path, body and body.encode(), headers)
            reply = connection.getresponse()
            text = reply.read().decode()
        except OSError as error:
            raise JudgeError(f"{method} {path}: {error}") from None
        finally:
            connection.close()
        if reply.status >= 300:  # HTTP's own limit of success
            raise JudgeError(f"{method} {path} gave {reply.status}: {text[:400]}")
        answer: Json = json.loads(text)
        return answer


@contextmanager
def serving(command: Sequence[str]) -> Iterator[Client]:
    """Run a server that prints READY and its port, and ends with its input; end it at the end.

    Raises JudgeError when it does not come up.
    """
    process = subprocess.Popen(  # noqa: S603  # our own command, without a shell
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    log: list[str] = []
    assert process.stderr is not None
    drain = threading.Thread(target=log.extend, args=(process.stderr,), daemon=True)
    drain.start()
    alarm = threading.Timer(START_SECONDS, process.kill)
    alarm.start()
    try:
        port = _port(process)
        alarm.cancel()
        if port is None:
            drain.join(STOP_SECONDS)
            cause = [line.strip() for line in log if "Caused by" in line or "Exception" in line]
            raise JudgeError(
                f"the server does not start: {(cause or ['it says nothing'])[-1][:400]}"
            )
        yield Client(port)
    finally:
        alarm.cancel()
        _end(process)


def _port(process: subprocess.Popen[str]) -> int | None:
    """Return the port that the server tells, None when it ends before."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(READY):
            return int(line.removeprefix(READY))
    return None


def _end(process: subprocess.Popen[str]) -> None:
    """End a process: by the end of its input, else by a signal, else by force."""
    assert process.stdin is not None
    for ask in (process.stdin.close, process.terminate, process.kill):
        ask()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        break
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
