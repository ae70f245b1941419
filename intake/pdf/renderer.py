"""HTML to PDF in a child process that can be stopped, limited and replaced."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import subprocess
import sys
import threading
import weakref
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self, TypeAlias

from intake.pdf import PdfError, PdfFailed, PdfTimeout, PdfUnavailable, worker

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

Variant: TypeAlias = Literal["pdf/ua-1", "pdf/a-3a"]
"""Tagged PDF for people (ua-1), or for archives and health records, with attachments (a-3a)."""

_MEBIBYTE = 1 << 20
_LEAST_MEMORY = 512 * _MEBIBYTE  # with less the libraries cannot even be loaded
# What fonts and libraries are found by. Everything else, secrets above all, stays here.
_PASSED_ON = (
    *("PATH", "HOME", "USERPROFILE", "LOCALAPPDATA", "APPDATA", "SYSTEMROOT", "WINDIR"),
    *("TEMP", "TMP", "TMPDIR", "PYTHONHOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"),
    *("DYLD_FALLBACK_LIBRARY_PATH", "WEASYPRINT_DLL_DIRECTORIES", "FONTCONFIG_FILE"),
    *("FONTCONFIG_PATH", "FONTCONFIG_SYSROOT", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"),
    *("XDG_DATA_HOME", "XDG_DATA_DIRS"),
)


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file inside the PDF."""

    string: bytes
    """Content."""
    name: str
    """File name; its ending tells the media type."""
    description: str
    """What the file is, for people."""
    modified: datetime
    """When the content was written; must have a time zone."""
    relationship: str = "Source"
    """How the PDF relates to the file (ISO 32000-2, 7.11.3)."""


class Renderer:
    """Makes PDFs in one child process, started when first needed; use it as a context manager.

    A renderer may be shared between threads, which then wait for each other, and survives a
    fork. The child dies with this process and whenever a document fails in it.
    """

    def __init__(self, *, timeout: float = 20.0, memory: int = 1024 * _MEBIBYTE) -> None:
        """Allow a document `timeout` seconds and `memory` bytes of address space.

        Less memory than 512 MiB is a ValueError. Windows and macOS may not hold to it.
        """
        if memory < _LEAST_MEMORY:
            raise ValueError("a renderer needs at least 512 MiB of address space")
        self._timeout = timeout
        self._memory = memory
        self._lock = threading.Lock()
        self._child: _Child | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop the child, if there is one; the next `render` starts another."""
        child, self._child = self._child, None
        if child is not None:
            child.stop()

    def render(
        self,
        html: str,
        *,
        css: str,
        variant: Variant,
        identifier: bytes,
        attachments: Sequence[Attachment] = (),
    ) -> bytes:
        """Return the PDF of `html` styled by `css`; equal arguments give equal bytes.

        Nothing that the document refers to is fetched. `identifier`, not empty, becomes the
        PDF's /ID, in hexadecimal. Only "pdf/a-3a" may have `attachments`. Raises a `PdfError`.
        """
        if not identifier:
            raise ValueError("a PDF needs an identifier")
        if attachments and variant != "pdf/a-3a":
            raise ValueError("only pdf/a-3a can hold attachments")
        request = _request(html, css, variant, identifier, attachments)
        with self._lock:
            try:
                return self._ready_child().ask(request, self._timeout)
            except BaseException:
                self.close()
                raise

    def _ready_child(self) -> _Child:
        if self._child is None or not self._child.is_ready():
            self.close()
            try:
                self._child = _Child(self._memory)
            except OSError:
                raise PdfFailed("its process could not be started") from None
        return self._child


class _Child:
    """The process behind a `Renderer`."""

    def __init__(self, memory: int) -> None:
        self._owner = os.getpid()
        # Its own session: Ctrl-C in a terminal is for us, and we stop the child.
        self._process = subprocess.Popen(  # noqa: S603 - our own file, our own interpreter
            [_interpreter(), "-S", "-P", worker.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self.stop = weakref.finalize(self, _stop, self._process, self._owner)
        settings = {"path": _path(), "memory": memory, "parent": self._owner}
        self._send(json.dumps(settings).encode())

    def is_ready(self) -> bool:
        """Tell whether the process runs and is ours, not one inherited by a fork."""
        return self._owner == os.getpid() and self._process.poll() is None

    def ask(self, request: bytes, timeout: float) -> bytes:
        """Return the PDF, or raise the `PdfError` that the child's answer or silence means."""
        late = threading.Event()

        def give_up() -> None:
            late.set()
            self._process.kill()

        timer = threading.Timer(timeout, give_up)
        timer.daemon = True
        timer.start()
        try:
            self._send(request)
            assert self._process.stdout is not None
            answer = worker.read_frame(self._process.stdout)
        except (EOFError, OSError):
            if late.is_set():
                raise PdfTimeout(timeout) from None
            raise PdfFailed("the layout used too much memory or crashed") from None
        finally:
            timer.cancel()
            if late.is_set():
                self.stop()
        if not answer.startswith(worker.DONE):
            raise _error(answer)
        return answer[len(worker.DONE) :]

    def _send(self, frame: bytes) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # what it said before it went is read next
            worker.write_frame(self._process.stdin, frame)


def _stop(process: subprocess.Popen[bytes], owner: int) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    if owner == os.getpid():
        process.kill()
        process.wait()


def _error(answer: bytes) -> PdfError:
    match answer[:1]:
        case worker.NO_LIBRARY:
            return PdfUnavailable("library")
        case worker.NO_PACKAGE:
            return PdfUnavailable("package")
        case worker.MEMORY:
            return PdfFailed("the layout used too much memory")
        case _:
            return PdfFailed(f"the layout stopped with {answer[1:].decode()}")


def _request(
    html: str, css: str, variant: Variant, identifier: bytes, attachments: Sequence[Attachment]
) -> bytes:
    request = {
        "html": html,
        "css": css,
        "variant": variant,
        "identifier": identifier.hex(),
        "attachments": [_attachment(attachment) for attachment in attachments],
    }
    return json.dumps(request).encode()


def _attachment(attachment: Attachment) -> dict[str, str]:
    if attachment.modified.tzinfo is None:
        raise ValueError("the time of an attachment needs a time zone")
    return {
        "string": base64.b64encode(attachment.string).decode(),
        "name": attachment.name,
        "description": attachment.description,
        "modified": attachment.modified.astimezone(UTC).isoformat(),
        "relationship": attachment.relationship,
    }


def _interpreter() -> str:
    """Return the Python to run, also where a server such as uWSGI embeds it."""
    if "python" in Path(sys.executable or "").name.lower():
        return sys.executable
    return str(Path(sys.exec_prefix) / "bin" / "python3")


def _path() -> list[str]:
    return [str(Path(entry).absolute()) for entry in sys.path]


def _environment() -> dict[str, str]:
    """Return a small environment in which equal input gives equal fonts and bytes."""
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    # fontTools dates the fonts that it rewrites by the epoch, else by the clock.
    return kept | {"LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": "0"}
