"""PDF output: the patient's words and marks laid out, and the process that draws them.

Importing this package or any of its modules does not import WeasyPrint; only the child
process that `renderer.Renderer` starts does.
"""

from __future__ import annotations

import sys

_APT = "sudo apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core"
_INSTALL = {
    "darwin": "brew install pango",
    "win32": "pacman -S mingw-w64-ucrt-x86_64-pango (in an MSYS2 UCRT64 shell)",
}


class PdfError(Exception):
    """A PDF could not be made; the text is a sentence for people, without patient data."""


class PdfUnavailable(PdfError):  # noqa: N818 - it names a state, not a mistake
    """WeasyPrint or the system libraries under it are missing on this machine."""

    def __init__(self, missing: str = "library") -> None:
        """Name the cure for `missing`: "library" (Pango and friends) or "package" (Python's)."""
        if missing == "package":
            cure = 'pip install "weasyprint>=70"'
        else:
            cure = _INSTALL.get(sys.platform, f"{_APT} (Debian, Ubuntu; else your system's Pango)")
        super().__init__(f"PDF needs WeasyPrint 70 or later with Pango; install it with: {cure}.")


class PdfTimeout(PdfError):  # noqa: N818 - it names a state, not a mistake
    """The layout took longer than allowed and was stopped."""

    def __init__(self, seconds: float) -> None:
        """Say after how many `seconds` the work was stopped."""
        super().__init__(f"The PDF was not ready after {seconds:g} seconds and was stopped.")


class PdfFailed(PdfError):  # noqa: N818 - it names a state, not a mistake
    """The layout ran out of memory, crashed or met an error of its own."""

    def __init__(self, cause: str) -> None:
        """Name the `cause` in a few words that hold nothing of the document."""
        super().__init__(f"The PDF could not be made: {cause}.")
