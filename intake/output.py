"""Files to a folder, all or none: an interrupted run leaves nothing half-written."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def write_files(folder: Path, files: Mapping[str, bytes], *, clear: Iterable[str]) -> None:
    """Write files into a folder, made if missing.

    Each file is written beside its place and moved when all are complete. Names in ``clear``
    that are not written are removed, so that no file of an earlier patient stays behind.
    Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written: list[tuple[Path, Path]] = []
    try:
        for name, content in files.items():
            handle, temporary = tempfile.mkstemp(prefix=f".{name}.", dir=folder)
            written.append((Path(temporary), folder / name))
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
        for temporary_path, _ in written:
            temporary_path.chmod(0o666 & ~_umask())
    except BaseException:
        for temporary_path, _ in written:
            with contextlib.suppress(OSError):
                temporary_path.unlink()
        raise
    for name in set(clear) - set(files):
        (folder / name).unlink(missing_ok=True)
    for temporary_path, place in written:
        temporary_path.replace(place)


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
