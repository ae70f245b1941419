"""Which characters the installed fonts can print with a glyph of their own.

Pango, which lays out the text for WeasyPrint, takes every scalable TrueType or CFF font that
fontconfig knows, so fontconfig is asked the same question here, without loading WeasyPrint.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Charset: TypeAlias = dict[int, int]
"""Characters in pages of 256: code point // 256 -> one bit for each code point of the page."""

# The names that WeasyPrint tries, one per platform.
_LIBRARIES = ("libfontconfig.so.1", "libfontconfig.1.dylib", "libfontconfig-1.dll")
_LINE = "%{file}\t%{fontformat}\t%{scalable}\t%{color}\t%{charset}\n"
# Pango shapes with HarfBuzz, which reads these alone.
_SHAPED = frozenset({"TrueType", "CFF"})
# A colour font is chosen for symbols; its digits, (c) and (r) come from the text font.
_FIRST_SYMBOL_PAGE = 0x20
# WeasyPrint draws these; of glyphs that are only layers of colour (COLR) nothing may be left.
_DRAWN_TABLES = (b"CBDT", b"sbix", b"SVG ")


@dataclass(frozen=True)
class Face:
    """One font as fontconfig describes it."""

    file: str
    colour: bool
    charset: Charset


@dataclass(frozen=True)
class Coverage:
    """The characters that some installed font has, and those that come out as colour images."""

    charset: Charset
    colour: Charset

    def has(self, char: str) -> bool:
        """Tell whether `char` (one character) is printed with a glyph of its own."""
        return _contains(self.charset, char)

    def is_colour(self, char: str) -> bool:
        """Tell whether `char` may be drawn as a colour image, some 2 ms of work for each."""
        return _contains(self.colour, char)


LATIN_1 = Coverage({0: (1 << 0x7F) - (1 << 0x20) | (1 << 0x100) - (1 << 0xA0)}, {})
"""What is assumed where the fonts cannot be asked: the printable part of Latin-1."""


@cache
def installed() -> Coverage:
    """Return the coverage of this machine's fonts, read once per process.

    Without fontconfig (neither its library nor its `fc-list` can be used) it is `LATIN_1`.
    """
    for source in (_ask_library, _ask_command):
        try:
            faces = [face for line in source() if (face := _face(line))]
        except (OSError, AttributeError, ValueError, subprocess.SubprocessError):
            continue
        if faces:
            return merge(faces)
    return LATIN_1


def merge(faces: Iterable[Face]) -> Coverage:
    """Unite what `faces` have, less the symbols that a colour font would turn into blanks."""
    charset: Charset = {}
    colour: Charset = {}
    blank: Charset = {}
    for face in faces:
        if not face.colour or _is_drawn(face.file):
            _add(charset, face.charset)
        if face.colour:
            _add(colour if _is_drawn(face.file) else blank, _symbols(face.charset))
    for page, bits in blank.items():
        charset[page] = charset.get(page, 0) & ~bits
    return Coverage(charset, colour)


def _contains(charset: Charset, char: str) -> bool:
    code = ord(char)
    return bool(charset.get(code >> 8, 0) >> (code & 0xFF) & 1)


def _add(total: Charset, more: Charset) -> None:
    for page, bits in more.items():
        total[page] = total.get(page, 0) | bits


def _symbols(charset: Charset) -> Charset:
    return {page: bits for page, bits in charset.items() if page >= _FIRST_SYMBOL_PAGE}


@cache
def _is_drawn(file: str) -> bool:
    try:
        with Path(file).open("rb") as font:
            directory = font.read(4096)
    except OSError:
        return False
    return any(table in directory for table in _DRAWN_TABLES)


def _face(line: str) -> Face | None:
    """Read a line of `_LINE`'s shape; None when Pango would not use the font."""
    file, form, scalable, colour, ranges = line.rstrip("\n").split("\t")
    if form not in _SHAPED or scalable != "True":
        return None
    return Face(file, colour == "True", _charset(ranges))


def _charset(ranges: str) -> Charset:
    """Read fontconfig's text form, such as "20-7e a0 1f600-1f64f"."""
    charset: Charset = {}
    for part in ranges.split():
        first, _, last = part.partition("-")
        low, high = int(first, 16), int(last or first, 16)
        for page in range(low >> 8, (high >> 8) + 1):
            start, end = max(low, page << 8) & 0xFF, min(high, page << 8 | 0xFF) & 0xFF
            charset[page] = charset.get(page, 0) | (1 << end + 1) - (1 << start)
    return charset


class _FontSet(ctypes.Structure):
    _fields_ = (
        ("count", ctypes.c_int),
        ("room", ctypes.c_int),
        ("patterns", ctypes.POINTER(ctypes.c_void_p)),
    )


def _ask_library() -> Iterator[str]:
    """Yield a line per font by way of libfontconfig; OSError when there is none."""
    library = _load()
    config = library.FcInitLoadConfigAndFonts()
    everything = library.FcPatternCreate()
    fields = library.FcObjectSetCreate()
    for name in (b"file", b"fontformat", b"scalable", b"color", b"charset"):
        library.FcObjectSetAdd(fields, name)
    fonts = library.FcFontList(config, everything, fields)
    for index in range(fonts.contents.count):
        line = library.FcPatternFormat(fonts.contents.patterns[index], _LINE.encode())
        yield ctypes.string_at(line).decode(errors="replace")
        library.FcStrFree(line)
    library.FcFontSetDestroy(fonts)
    library.FcObjectSetDestroy(fields)
    library.FcPatternDestroy(everything)
    library.FcConfigDestroy(config)


def _load() -> ctypes.CDLL:
    """Open libfontconfig and declare its functions, all of which take or give pointers."""
    library = _open()
    pointer = ctypes.c_void_p
    for name, arguments in {
        "FcInitLoadConfigAndFonts": [],
        "FcPatternCreate": [],
        "FcObjectSetCreate": [],
        "FcObjectSetAdd": [pointer, ctypes.c_char_p],
        "FcFontList": [pointer, pointer, pointer],
        "FcPatternFormat": [pointer, ctypes.c_char_p],
        "FcStrFree": [pointer],
        "FcFontSetDestroy": [pointer],
        "FcObjectSetDestroy": [pointer],
        "FcPatternDestroy": [pointer],
        "FcConfigDestroy": [pointer],
    }.items():
        getattr(library, name).argtypes = arguments
        getattr(library, name).restype = pointer
    library.FcFontList.restype = ctypes.POINTER(_FontSet)
    return library


def _open() -> ctypes.CDLL:
    for name in _LIBRARIES:
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    raise OSError("libfontconfig was not found")


def _ask_command() -> list[str]:
    """Return a line per font from `fc-list`; OSError when there is none."""
    command = shutil.which("fc-list")
    if command is None:
        raise OSError("fc-list was not found")
    listed = subprocess.run(  # noqa: S603 - a fixed command, found on the PATH
        [command, "--format", _LINE], capture_output=True, check=True, timeout=20
    )
    return listed.stdout.decode(errors="replace").splitlines()
