"""Files from outside: regular files only, and no more of them than is taken."""

from __future__ import annotations

from stat import S_ISDIR, S_ISREG
from typing import TYPE_CHECKING

from fhir.intake.strict_json import MAX_BYTES

if TYPE_CHECKING:
    from pathlib import Path


def read_bounded(path: Path, max_bytes: int = MAX_BYTES) -> bytes:
    """Return the content of a file, cut after one byte more than ``max_bytes``.

    Raises OSError, also for what is no regular file: a device or a pipe may never end.
    """
    mode = path.stat().st_mode
    if not S_ISREG(mode) and not S_ISDIR(mode):  # a folder is refused by open() in its own words
        raise OSError(0, "is no file", str(path))
    with path.open("rb") as stream:
        return stream.read(max_bytes + 1)
