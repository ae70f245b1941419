from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from intake.pdf import fonts
from intake.pdf.fonts import LATIN_1, Face
from tests.cases import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

# Prints a sample of what the coverage promises, and reports what WeasyPrint had no glyph for.
PRINT = """
import html, json, logging, sys
from weasyprint import CSS, HTML
from weasyprint.logger import LOGGER
from intake.pdf.fonts import installed
from intake.pdf.text import BREAK, printable

class Warnings(logging.Handler):
    def emit(self, record):
        missing.append(record.getMessage())

missing = []
LOGGER.handlers[:] = [Warnings()]
coverage = installed()
covered = [chr(code) for code in range(0x21, 0x20000) if coverage.has(chr(code))]
odd = json.loads(sys.argv[2]) + [chr(c) for c in (*range(0x2000, 0x2100), *range(0xFFF0, 0x10000))]
cells = [printable(word, coverage=coverage) for word in covered[::67] + odd]
css = CSS(string='''@page { size: 199mm 290mm; margin: 0 }
body { margin: 0; font: 9pt "DejaVu Sans" }
b { font-weight: normal; display: block; float: left; width: 7mm; height: 7mm; overflow: hidden }
p { clear: left; overflow-wrap: anywhere }''')
plain = [c for c in cells[: len(covered[::67])] if len(c) == 1 and c.isalnum()][:1000]
body = "".join(f"<b>{html.escape(cell)}</b>" for cell in plain)
body += f"<p>{html.escape(' '.join(cells))}</p>"
HTML(string=f"<html lang=en><body>{body}").write_pdf(sys.argv[1], stylesheets=[css])
print(json.dumps({"missing": missing, "cells": len(plain)}))
"""
ODD = [
    "❤\ufe0f",
    "❤\ufe0e",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\U0001f1ec\U0001f1e7",
    "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "1\ufe0f\u20e3",
    "\U0001f44d\U0001f3fd",
    "\U0001fae8\U0001f9ff",
    "\u1112\u1161\u11ab",
    "\u115f\u1160\u3164\uffa0",
    "a\U000e0062\u034f\u180f",
    "\ue000\uf8ff\U000f0000\U0010ffff",
    "\ufdd0\ufffe\U0001ffff",
    "\ud800\udfff",
    "\u202a\u202e\u2066\u2069",
    "\x00\x07\x0b\x7f\x85",
    "\U000110bd\U00013430\U0001bca0",
]


DEJAVU = Path("/usr/share/fonts/truetype/dejavu")


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(fonts, "_LIBRARIES", ("libfontconfig-that-is-not-there.so",))
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    fonts.installed.cache_clear()
    yield
    fonts.installed.cache_clear()


@pytest.mark.usefixtures("nothing_installed")
def test_without_fontconfig_latin_1_is_assumed() -> None:
    coverage = fonts.installed()
    assert coverage is LATIN_1
    assert all(map(coverage.has, "Az~ é½ÿ"))
    assert not any(map(coverage.has, "\x07\x7f\x85ıω漢😀"))


def test_library_and_command_agree() -> None:
    if not shutil.which("fc-list"):
        pytest.skip("needs fc-list of fontconfig")
    lists = [
        [fonts._face(line) for line in ask()] for ask in (fonts._ask_library, fonts._ask_command)
    ]
    library, command = (fonts.merge(face for face in faces if face) for faces in lists)
    assert library == command == fonts.installed()
    assert library.has("a")


def test_the_answer_is_kept() -> None:
    assert fonts.installed() is fonts.installed()


def test_only_fonts_that_pango_uses_count() -> None:
    face = fonts._face("/f.ttf\tTrueType\tTrue\tFalse\t41-43 fe-101 1f600\n")
    assert face is not None
    coverage = fonts.merge([face])
    assert [char for char in "@ABCDýþÿāĂ\U0001f600" if coverage.has(char)] == list(
        "ABCþÿā\U0001f600"
    )
    assert fonts._face("/f.pfb\tType 1\tTrue\tFalse\t41") is None
    assert fonts._face("/f.otb\tTrueType\tFalse\tFalse\t41") is None


@pytest.mark.parametrize(("table", "drawn"), [(b"CBDT", True), (b"SVG ", True), (b"COLR", False)])
def test_colour_fonts(tmp_path: Path, table: bytes, *, drawn: bool) -> None:
    file = tmp_path / "emoji.ttf"
    file.write_bytes(b"\0\1\0\0" + table + b"glyf")
    text = Face("text.ttf", colour=False, charset={0: 1 << 0x31, 0x26: 0b11})
    emoji = Face(str(file), colour=True, charset={0: 1 << 0x31 | 1 << 0x32, 0x26: 0b110})
    coverage = fonts.merge([text, emoji])
    assert coverage.has("1")
    assert not coverage.is_colour("1")
    assert coverage.has("\u2600")
    assert coverage.has("\u2601") is drawn
    assert coverage.has("\u2602") is coverage.is_colour("\u2602") is drawn


@pytest.mark.parametrize("folder", [None, DEJAVU], ids=["all", "dejavu"])
def test_covered_characters_come_out_as_glyphs(tmp_path: Path, folder: Path | None) -> None:
    if not shutil.which("pdftoppm"):
        pytest.skip("needs pdftoppm of poppler-utils")
    if folder and not folder.is_dir():
        pytest.skip("needs fonts-dejavu-core")
    run = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", PRINT, str(tmp_path / "out.pdf"), json.dumps(ODD)],
        env=os.environ | (only_fonts_of(folder, tmp_path) if folder else {}),
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    report = json.loads(run.stdout)
    assert report["missing"] == []
    assert report["cells"] > 40
    assert blank_cells(tmp_path / "out.pdf", report["cells"]) == []


def only_fonts_of(folder: Path, settings: Path) -> dict[str, str]:
    path = settings / "fonts.conf"
    path.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">'
        f"<fontconfig><dir>{folder}</dir><cachedir>{settings}</cachedir></fontconfig>"
    )
    return {"FONTCONFIG_FILE": str(path)}


def blank_cells(pdf: Path, count: int) -> list[int]:
    command = ["pdftoppm", "-r", "72", "-gray", "-l", "1", "-singlefile", str(pdf), str(pdf)]
    subprocess.run(command, check=True)  # noqa: S603 - fixed arguments
    with Image.open(f"{pdf}.pgm") as page:
        side = page.width / 199 * 7
        corners = [(n % 28 * side, n // 28 * side) for n in range(count)]
        boxes = [(round(x), round(y), round(x + side), round(y + side)) for x, y in corners]
        darkest = [page.crop(box).getextrema()[0] for box in boxes]
    return [n for n, value in enumerate(darkest) if not isinstance(value, int) or value > 235]
