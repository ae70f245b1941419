from __future__ import annotations

import io
import re
import shutil
import subprocess
import threading
import time
from datetime import UTC, datetime
from html import escape
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pikepdf
import pytest

from intake.pdf import PdfTimeout, renderer
from intake.pdf.fonts import installed
from intake.pdf.renderer import Attachment, Renderer, Variant
from intake.pdf.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CSS = """@page { size: A4; margin: 15mm; @bottom-right { font: 8pt "DejaVu Sans";
content: "page " counter(page) " of " counter(pages) } }
body { font: 9pt "DejaVu Sans", sans-serif }
p { white-space: pre-wrap; overflow-wrap: anywhere }"""
IDENTIFIER = bytes(range(240, 256))
RESPONSE = Attachment(
    string=b'{"resourceType": "QuestionnaireResponse"}',
    name="response.fhir.json",
    description="The answers as FHIR",
    modified=datetime(2026, 11, 22, 9, 14, tzinfo=UTC),
)


@pytest.fixture(scope="module")
def real() -> Iterator[Renderer]:
    with Renderer() as running:
        yield running


def page(body: str) -> str:
    return f"<!doctype html><html lang=en><head><title>T</title></head><body>{body}</body></html>"


def pdf(running: Renderer, body: str, variant: Variant = "pdf/ua-1") -> bytes:
    attachments = [RESPONSE] if variant == "pdf/a-3a" else []
    return running.render(
        page(body), css=CSS, variant=variant, identifier=IDENTIFIER, attachments=attachments
    )


def text_of(data: bytes, folder: Path) -> str:
    if not shutil.which("pdftotext"):
        pytest.skip("needs pdftotext of poppler-utils")
    path = folder / "page.pdf"
    path.write_bytes(data)
    command = ["pdftotext", "-raw", str(path), "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603


def test_tagged_pdf_for_people(real: Renderer) -> None:
    with pikepdf.open(io.BytesIO(pdf(real, "<h1>Hello</h1>"))) as document:
        assert document.Root.MarkInfo.Marked
        assert str(document.Root.Lang) == "en"
        assert document.Root.ViewerPreferences.DisplayDocTitle
        assert bytes(document.trailer.ID[0]) == IDENTIFIER.hex().encode()
        assert document.open_metadata()["pdfuaid:part"] == "1"


def test_archive_copy_holds_the_answers_and_both_identifiers(real: Renderer) -> None:
    with pikepdf.open(io.BytesIO(pdf(real, "<p>Hello</p>", "pdf/a-3a"))) as document:
        assert document.Root.MarkInfo.Marked
        (listed,) = document.Root.AF
        assert listed.AFRelationship == "/Source"
        assert str(listed.Desc) == RESPONSE.description
        assert listed.EF.F.Subtype == "/application/json"
        assert str(listed.EF.F.Params.ModDate) == "D:20261122091400Z"
        assert document.attachments[RESPONSE.name].get_file().read_bytes() == RESPONSE.string
        metadata = document.Root.Metadata.read_bytes()
        assert metadata.count(b"<rdf:RDF ") == metadata.count(b"</rdf:RDF>") == 1
        with document.open_metadata() as xmp:
            assert (xmp["pdfaid:part"], xmp["pdfaid:conformance"]) == ("3", "A")
            assert xmp["pdfuaid:part"] == "1"


def test_arguments_that_make_no_pdf(real: Renderer) -> None:
    with pytest.raises(ValueError, match="identifier"):
        real.render("", css="", variant="pdf/ua-1", identifier=b"")
    with pytest.raises(ValueError, match="pdf/a-3a"):
        real.render("", css="", variant="pdf/ua-1", identifier=b"x", attachments=[RESPONSE])
    with pytest.raises(ValueError, match="512 MiB"):
        Renderer(memory=256 << 20)
    naive = Attachment(string=b"", name="a", description="", modified=datetime(2026, 1, 1))  # noqa: DTZ001
    with pytest.raises(ValueError, match="time zone"):
        real.render("", css="", variant="pdf/a-3a", identifier=b"x", attachments=[naive])


def test_bytes_are_the_same_in_every_child(real: Renderer, monkeypatch: pytest.MonkeyPatch) -> None:
    body = "<h1>Hello</h1><p>é 😀❤\ufe0f שלום सर्व</p><ul><li>a<li>b</ul><svg><title>x</title></svg>"
    variants: tuple[Variant, ...] = ("pdf/ua-1", "pdf/a-3a")
    before = [pdf(real, body, variant) for variant in variants]
    pdf(real, "<p>another document between with other letters: żółć Ωμέγα 😢</p>")
    assert [pdf(real, body, variant) for variant in variants] == before
    time.sleep(1.1)  # times in a PDF or a font are whole seconds
    environment = renderer._environment() | {"PYTHONHASHSEED": "12345"}
    monkeypatch.setattr(renderer, "_environment", lambda: environment)
    with Renderer() as other:
        assert [pdf(other, body, variant) for variant in variants] == before


def test_long_word_is_printed_completely(real: Renderer, tmp_path: Path) -> None:
    word = printable("W" * 10_000, coverage=installed())
    assert text_of(pdf(real, f"<p>{word}</p>"), tmp_path).count("W") == 10_000


@pytest.mark.parametrize("script", ["س", "ש", "क्ष", "ก", "\u00a0x", "😀", "x\u2060", "\ufdfd"])
def test_long_word_of_any_script_is_printed(real: Renderer, tmp_path: Path, script: str) -> None:
    answer = printable(script * 1000, coverage=installed())
    letters = re.sub(r"[\s\u200b\u2060\u200d]", "", answer)
    printed = text_of(pdf(real, f"<p>{answer}</p>"), tmp_path)
    assert printed.count(letters[0]) == letters.count(letters[0])


@pytest.mark.parametrize(
    ("answer", "note"),
    [
        ("e" + "\u0301" * 50_000, "… 49970 more characters in the record"),
        ("\n" * 10_000, "… 9500 more lines in the record"),
        ("x" * 1_000_000, "… 988000 more characters in the record"),
        ("\U0001f600" * 50_000, "… 38000 more characters in the record"),
    ],
    ids=["marks", "newlines", "megabyte", "emoji"],
)
def test_worst_answers_are_printed_in_time_and_say_what_was_cut(
    real: Renderer, tmp_path: Path, answer: str, note: str
) -> None:
    start = time.monotonic()
    made = pdf(real, f"<p>{escape(printable(answer, coverage=installed()))}</p>")
    assert time.monotonic() - start < 10
    assert note in text_of(made, tmp_path)


def test_bidi_controls_move_nothing(real: Renderer, tmp_path: Path) -> None:
    answer = printable("\u202eevil \u2066 \u2067x", coverage=installed())
    made = pdf(real, f"<div>before <span>{answer}</span> after 123</div>")
    expected = "before [U+202E]evil [U+2066] [U+2067]x after 123"
    assert text_of(made, tmp_path).splitlines()[0] == expected


def test_nothing_is_fetched(real: Renderer, tmp_path: Path) -> None:
    hits: list[str] = []

    class Count(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hits.append(self.path)
            self.send_error(404)

    canary = tmp_path / "canary.txt"
    canary.write_text("CANARY")
    with HTTPServer(("127.0.0.1", 0), Count) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        urls = [f"http://127.0.0.1:{server.server_port}/x", canary.as_uri()]
        bodies = [
            f"<img src='{url}'><link rel=stylesheet href='{url}'><link rel=attachment href='{url}'>"
            f"<a rel=attachment href='{url}'>a</a><object data='{url}'></object><embed src='{url}'>"
            f"<style>@import '{url}'; @font-face {{ font-family: x; src: url({url}) }}"
            f"p {{ font-family: x; background: url({url}); list-style-image: url({url}) }}</style>"
            f"<base href='{url}'><svg><image href='{url}'/><use href='{url}#x'/></svg><p>safe</p>"
            for url in urls
        ]
        made = [pdf(real, body, variant) for body in bodies for variant in ("pdf/ua-1", "pdf/a-3a")]
        made.append(
            real.render(
                page("<p>x"),
                css="".join(f"@import '{url}'; p {{ content: url({url}) }}" for url in urls),
                variant="pdf/ua-1",
                identifier=b"x",
            )
        )
        server.shutdown()
    assert hits == []
    for data in made:
        with pikepdf.open(io.BytesIO(data)) as document:
            assert set(document.attachments) <= {RESPONSE.name}
            streams = [item for item in document.objects if isinstance(item, pikepdf.Stream)]
            assert all(b"CANARY" not in stream.read_bytes() for stream in streams)


def test_slow_document_is_stopped_and_the_next_one_works() -> None:
    with Renderer(timeout=8) as running:
        pdf(running, "<p>x")
        assert running._child is not None
        first = running._child._process
        running._timeout = 1.0
        with pytest.raises(PdfTimeout, match="1 seconds"):
            pdf(running, f"<p>{'x' * 100_000}</p>")
        assert first.poll() is not None
        running._timeout = 8
        assert pdf(running, "<p>x").startswith(b"%PDF-1.7")
