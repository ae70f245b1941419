"""The child process that holds WeasyPrint; `intake.pdf.renderer` runs this file as a program.

It is run by its path with no site-packages of its own, so at module level it imports the
standard library only. Frames on standard input and output are an 8-byte length and that many
bytes. The first frame and every request are JSON; an answer is one of the status bytes and, for
`DONE`, the PDF, else a word about the cause that holds nothing of the document.
"""

from __future__ import annotations

import base64
import contextlib
import gc
import importlib
import json
import os
import queue
import signal
import struct
import sys
import threading
import time
from datetime import datetime
from typing import IO, Any

try:
    import resource
except ImportError:  # Windows has no such limits; the time limit holds there too
    resource = None  # type: ignore[assignment]

DONE, FAILED, MEMORY, NO_LIBRARY, NO_PACKAGE = b"D", b"F", b"M", b"L", b"P"

_OLDEST = 70  # before it, stylesheets and XMP were fetched past the URL fetcher
_STYLESHEETS_KEPT = 8
_PARENT_CHECK = 1.0  # seconds
_FORBIDDEN = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system")

# PDF/A-3 asks that every schema it does not know is described where it is used.
_PDFUA = b"""<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">\
<pdfuaid:part>1</pdfuaid:part></rdf:Description>\
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" \
xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#"><pdfaExtension:schemas><rdf:Bag>\
<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>\
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq>\
<rdf:li rdf:parseType="Resource"><pdfaProperty:name>part</pdfaProperty:name>\
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>\
<pdfaProperty:category>internal</pdfaProperty:category>\
<pdfaProperty:description>Part of ISO 14289 that is followed</pdfaProperty:description>\
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas>\
</rdf:Description>"""
_RDF_END = b"</rdf:RDF>"


def read_frame(stream: IO[bytes]) -> bytes:
    """Return the next frame; EOFError when the other side is gone."""
    (length,) = struct.unpack(">Q", _exactly(stream, 8))
    return _exactly(stream, length)


def write_frame(stream: IO[bytes], *parts: bytes) -> None:
    """Write `parts` as one frame; OSError when the other side is gone."""
    stream.write(struct.pack(">Q", sum(map(len, parts))))
    for part in parts:
        stream.write(part)
    stream.flush()


def _exactly(stream: IO[bytes], length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise EOFError("the other side is gone")
    return data


class Engine:
    """WeasyPrint with what is worth keeping between documents."""

    def __init__(self) -> None:
        """Import WeasyPrint; ImportError, or OSError or AttributeError (no or an old Pango)."""
        weasyprint = importlib.import_module("weasyprint")
        if int(weasyprint.VERSION.split(".")[0]) < _OLDEST:
            raise ImportError("WeasyPrint is too old")
        self._weasyprint = weasyprint
        self._fonts = importlib.import_module("weasyprint.text.fonts").FontConfiguration()
        self._deny = deny_all()
        self._stylesheets: dict[str, Any] = {}

    def render(self, request: dict[str, Any]) -> bytes:
        """Lay out one document and return the PDF."""
        html = self._weasyprint.HTML(string=request["html"], url_fetcher=self._deny)
        archive = request["variant"].startswith("pdf/a")
        pdf = html.write_pdf(
            font_config=self._fonts,
            stylesheets=[self._stylesheet(request["css"])],
            pdf_variant=request["variant"],
            pdf_identifier=request["identifier"].encode(),
            attachments=[self._attachment(item) for item in request["attachments"]],
            finisher=_finish_archive if archive else None,
        )
        return bytes(pdf)

    def _stylesheet(self, css: str) -> Any:
        if css not in self._stylesheets:
            if len(self._stylesheets) == _STYLESHEETS_KEPT:
                self._stylesheets.clear()
            self._stylesheets[css] = self._weasyprint.CSS(
                string=css, url_fetcher=self._deny, font_config=self._fonts
            )
        return self._stylesheets[css]

    def _attachment(self, item: dict[str, str]) -> Any:
        written = datetime.fromisoformat(item["modified"])
        return self._weasyprint.Attachment(
            string=base64.b64decode(item["string"]),
            url_fetcher=self._deny,
            name=item["name"],
            description=item["description"],
            relationship=item["relationship"],
            created=written,
            modified=written,
        )


def deny_all() -> Any:
    """Return a URL fetcher that fetches nothing, whatever the scheme."""
    fetcher = importlib.import_module("weasyprint.urls").URLFetcher
    return type("DenyAll", (fetcher,), {"fetch": _refuse})()


def _refuse(*_request: object) -> None:
    raise ValueError("a document may not fetch anything")


def _finish_archive(_document: object, pdf: Any) -> None:
    """Settle what WeasyPrint leaves short of PDF/A-3 with PDF/UA-1."""
    metadata = pdf.objects[int(pdf.catalog["Metadata"].split()[0])]
    metadata.stream = [part.replace(_RDF_END, _PDFUA + _RDF_END, 1) for part in metadata.stream]
    if "AF" in pdf.catalog:  # every attachment is listed twice
        pdf.catalog["AF"][:] = dict.fromkeys(pdf.catalog["AF"])
    for item in pdf.objects:  # colour emoji are images
        if "Interpolate" in getattr(item, "extra", ()):
            item.extra["Interpolate"] = "false"


def main() -> None:
    """Serve requests until the parent goes away."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests, answers = _take_streams()
    settings = json.loads(read_frame(requests))
    sys.path[:] = settings["path"]
    _limit_resources(settings["memory"])
    pending: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    for work in (lambda: _receive(requests, pending), lambda: _watch(settings["parent"])):
        threading.Thread(target=work, daemon=True).start()
    try:
        engine = Engine()
    except (ImportError, OSError, AttributeError) as error:
        write_frame(answers, NO_PACKAGE if isinstance(error, ImportError) else NO_LIBRARY)
        return
    _close_the_world()
    # A layout is faster without collections; they are made when the parent has its answer.
    gc.disable()
    gc.freeze()
    while True:
        write_frame(answers, *_answer(engine, pending.get()))
        gc.collect()


def _answer(engine: Engine, request: bytes) -> tuple[bytes, bytes]:
    try:
        return DONE, engine.render(json.loads(request))
    except MemoryError:
        return MEMORY, b""
    except Exception as error:  # noqa: BLE001 - the text could hold the patient's words
        return FAILED, type(error).__name__.encode()


def _take_streams() -> tuple[IO[bytes], IO[bytes]]:
    """Keep the pipes for the frames and point the standard streams, banners and all, nowhere."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    os.close(nowhere)
    return requests, answers


def _limit_resources(memory: int) -> None:
    if resource is None:
        return
    for kind, limit in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (limit, limit))


def _close_the_world() -> None:
    """Refuse what laying out a page never needs: connections and programs."""

    def check(event: str, _arguments: object) -> None:
        if event.startswith(_FORBIDDEN):
            raise PermissionError(event)

    sys.addaudithook(check)


def _receive(requests: IO[bytes], pending: queue.SimpleQueue[bytes]) -> None:
    """Pass requests on; end the process, in the midst of a layout too, when the pipe closes."""
    with contextlib.suppress(EOFError, OSError):
        while True:
            pending.put(read_frame(requests))
    os._exit(0)


def _watch(parent: int) -> None:
    """End the process with its parent even if another process still holds the pipe open."""
    while sys.platform == "win32" or os.getppid() == parent:
        time.sleep(_PARENT_CHECK)
    os._exit(0)


if __name__ == "__main__":
    main()
