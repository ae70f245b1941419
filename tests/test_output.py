from __future__ import annotations

from pathlib import Path

import pytest

from intake.output import write_files


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_writes_and_replaces(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    write_files(folder, {"x": b"1", "y": b"2"}, clear=("x", "y"))
    write_files(folder, {"x": b"3"}, clear=("x", "y"))
    assert (folder / "x").read_bytes() == b"3"
    assert names(folder) == {"x"}


def test_files_of_others_stay(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    write_files(tmp_path, {"x": b"1"}, clear=("x", "y"))
    assert names(tmp_path) == {"x", "mine.txt"}


def test_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(tmp_path, {"x": b"old", "y": b"old"}, clear=())

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="No space"):
        write_files(tmp_path, {"x": b"new", "y": b"new"}, clear=())
    assert names(tmp_path) == {"x", "y"}
    assert (tmp_path / "x").read_bytes() == b"old"


def test_folder_in_the_way_leaves_all_as_it_was(tmp_path: Path) -> None:
    write_files(tmp_path, {"x": b"old", "z": b"old"}, clear=())
    (tmp_path / "y").mkdir()
    with pytest.raises(OSError, match="a folder is in the way"):
        write_files(tmp_path, {"x": b"new", "y": b"new"}, clear=("z",))
    assert names(tmp_path) == {"x", "y", "z"}
    assert (tmp_path / "x").read_bytes() == b"old"


def test_only_the_owner_can_read(tmp_path: Path) -> None:
    write_files(tmp_path, {"x": b"1"}, clear=())
    assert (tmp_path / "x").stat().st_mode & 0o077 == 0
