"""Public forms of other people, filled in on the pages and exported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from intake.form_checking import check_file, json_files
from intake.form_trial import trial_app
from tests import corpus

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

pytestmark = pytest.mark.skipif(not corpus.FOLDER.is_dir(), reason=corpus.REASON)
SOUND = [path for path in corpus.files("Q") if corpus.fault_of(path) is None]
FAULTY = [path for path in corpus.files("Q") if corpus.fault_of(path)]


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return trial_app(tmp_path_factory.mktemp("trial"))


@pytest.mark.parametrize("path", SOUND, ids=lambda path: path.stem)
def test_a_sound_form_is_filled_in_on_the_pages(trial: Flask, path: Path) -> None:
    found = check_file(path, (), trial)
    assert (found.verdict, found.told) == ("ok", found.told)


@pytest.mark.parametrize("path", FAULTY, ids=lambda path: path.stem)
def test_a_form_that_is_not_sound_fails(trial: Flask, path: Path) -> None:
    found = check_file(path, (), trial)
    assert found.verdict == "fail"
    assert found.told


def test_responses_are_skipped(trial: Flask) -> None:
    found = {check_file(path, (), trial).verdict for path in corpus.files("QR")}
    assert found == {"skip"}


def test_folders_are_searched() -> None:
    assert set(corpus.files("Q")) < set(json_files([corpus.FOLDER]))
