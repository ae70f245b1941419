"""A pack with a fault is refused, and the message says in which file and record."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from referral import PackError, load_pack
from referral.pack import default_folder

if TYPE_CHECKING:
    from intake.content import Content

RULE = """
[[rule]]
id = "Z01"
kind = "tier"
tier = "soon"
target_days = 14
when = "yes(weakness_present)"
because = "A rule of the test."
sources = ["S01"]
strength = "guideline"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "pack"
    shutil.copytree(Path(str(default_folder())), copy)
    return copy


def problems(folder: Path, content: Content) -> list[str]:
    with pytest.raises(PackError) as caught:
        load_pack(folder, content.form.questions)
    return [str(problem) for problem in caught.value.problems]


def test_a_good_rule_is_taken(folder: Path, content: Content) -> None:
    (folder / "zz.toml").write_text(RULE, encoding="utf-8")
    pack = load_pack(folder, content.form.questions)
    assert pack.tables.rule[-1].id == "Z01"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("yes(weakness_present)", "yes(weaknes)", "unknown name weaknes"),
        ("yes(weakness_present)", "cramps == 'never'", "cramps has no code 'never'"),
        ("yes(weakness_present)", "twitch_weeks", "the expression is not a condition"),
        ("yes(weakness_present)", "tier == 'soon'", "unknown name tier"),
        ('["S01"]', '["S99"]', "unknown source S99"),
        ('["S01"]', "[]", "names no source"),
        ('"soon"', '"later"', "unknown tier later"),
        ('kind = "tier"', 'kind = "tire"', "kind: 'tire' is none of tier, workup"),
        ("target_days = 14\n", "", "needs 'target_days'"),
        ("target_days = 14", 'target_days = "14"', "target_days: '14' is no int"),
        ('because = "A rule of the test."\n', "", "lacks 'because'"),
        ('"A rule of the test."', '" "', "because: is empty"),
        ('id = "Z01"', 'id = "Z01"\nsugest = ["ecg"]', "unknown key 'sugest'"),
        ('id = "Z01"', 'id = "Z01"\nsuggest = ["xray"]', "unknown test xray"),
        ('id = "Z01"', 'id = "Z01"\nremove = ["ecg"]', "a tier rule has no 'remove'"),
        ("yes(weakness_present)", "not answered(cramps)", "fires_on_blank must be set"),
    ],
)
def test_fault_in_a_rule(folder: Path, content: Content, old: str, new: str, message: str) -> None:
    assert old in RULE
    (folder / "zz.toml").write_text(RULE.replace(old, new), encoding="utf-8")
    found = problems(folder, content)
    assert any(line.startswith("zz.toml: rule Z01: ") and message in line for line in found), found


def test_duplicate_id(folder: Path, content: Content) -> None:
    (folder / "zz.toml").write_text(RULE.replace("Z01", "U01"), encoding="utf-8")
    expected = "zz.toml: rule U01: is there already, in rules-20-urgent.toml"
    assert problems(folder, content) == [expected]


def test_no_toml(folder: Path, content: Content) -> None:
    (folder / "zz.toml").write_text("[[rule]", encoding="utf-8")
    assert problems(folder, content)[0].startswith("zz.toml: is not TOML: ")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"a = {'[' * 20_000}", "is nested too deeply"),
        (f"a = {'9' * 5_000}", "Exceeds the limit (4300 digits)"),
        (f"[[rule]]\nid = 0x{'f' * 5_000}", "Exceeds the limit (4300 digits)"),
    ],
    ids=["deep", "digits", "hex"],
)
def test_hostile_toml(folder: Path, content: Content, text: str, message: str) -> None:
    (folder / "zz.toml").write_text(text, encoding="utf-8")
    found = problems(folder, content)
    assert len(found) == 1
    assert found[0].startswith(f"zz.toml: can not be read: {message}")
    assert "sys." not in found[0]


def test_folder_or_pipe_for_a_file(folder: Path, content: Content) -> None:
    (folder / "yy.toml").mkdir()
    os.mkfifo(folder / "zz.toml")
    assert problems(folder, content) == [
        f"{name}.toml: can not be read: is no file" for name in ("yy", "zz")
    ]


def test_not_allowed_to_read(
    folder: Path, content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_text", refuse)
        found = problems(folder, content)
    assert "pack.toml: can not be read: Permission denied" in found
    monkeypatch.setattr(Path, "iterdir", refuse)
    assert problems(folder, content) == ["pack: can not be read: Permission denied"]


def test_derived_names_can_not_refer_forward(folder: Path, content: Content) -> None:
    text = (
        '[[derived]]\nname = "aa"\nexpression = "bb"\n[[derived]]\nname = "bb"\nexpression = "aa"\n'
    )
    (folder / "zz.toml").write_text(text, encoding="utf-8")
    assert "zz.toml: derived aa: unknown name bb" in problems(folder, content)


def test_unknown_table_and_missing_header(folder: Path, content: Content) -> None:
    (folder / "zz.toml").write_text("[[ruel]]\nid = 'x'\n", encoding="utf-8")
    (folder / "pack.toml").unlink()
    assert problems(folder, content) == [
        "zz.toml: ruel: is no table of a pack",
        "pack: pack: the folder needs one [pack] table",
    ]
