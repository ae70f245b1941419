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
    """Write files into a folder, made if missing; only their owner can read them.

    Each file is written beside its place and moved when all are complete. Names in ``clear``
    that are not written are removed, so that no file of an earlier patient stays behind.
    Raises OSError, which names the folder or the file in the way.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stale = set(clear) - set(files)
    for name in (*files, *stale):
        if (folder / name).is_dir():
            raise IsADirectoryError(0, "a folder is in the way", str(folder / name))
    written: list[tuple[Path, Path]] = []
    try:
        for name, content in files.items():
            handle, temporary = tempfile.mkstemp(prefix=f".{name}.", dir=folder)
            written.append((Path(temporary), folder / name))
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
        for temporary_path, place in written:
            temporary_path.replace(place)
    except BaseException as error:
        for temporary_path, _ in written:
            with contextlib.suppress(OSError):
                temporary_path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise OSError(error.errno, error.strerror, str(folder)) from error
        raise
    for name in stale:
        (folder / name).unlink(missing_ok=True)
