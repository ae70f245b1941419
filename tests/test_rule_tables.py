"""``intake rules``: what a change of a pack is told as, in records and in cases."""

from __future__ import annotations

import json
import shutil
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest

from intake.cli.rules import load, read_cases
from intake.rule_changes import diff_cases, diff_records
from intake.rule_tables import KINDS, show
from referral import Pack, load_pack
from referral.pack import default_folder
from referral.records import Tables
from tests.cases import FORM_DAY, VIGNETTES

if TYPE_CHECKING:
    from intake.content import RuledContent

CASES = {name: case["answers"] for name, case in VIGNETTES.items()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "pack"
    shutil.copytree(Path(str(default_folder())), copy)
    return copy


def changed(folder: Path, content: RuledContent, file: str, old: str, new: str) -> Pack:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return load_pack(folder, content.form.questions)


def lines(content: RuledContent, pack: Pack) -> list[str]:
    return [
        *diff_records(content.pack, pack),
        *diff_cases(content.pack, pack, CASES, on=FORM_DAY),
    ]


def test_same_pack_differs_in_nothing(content: RuledContent, folder: Path) -> None:
    assert lines(content, load_pack(folder, content.form.questions)) == []


def test_every_kind_of_rule_is_shown(content: RuledContent) -> None:
    text = "\n".join(show(content.pack, content.form))
    for title in ("Shared patterns", *KINDS.values(), "Sources"):
        assert f"\n## {title}\n" in text


@pytest.mark.parametrize(
    ("file", "edit", "line"),
    [
        (
            "rules-80-advice.toml",
            ("caffeine_mg_day > 200", "caffeine_mg_day > 210"),
            "rule A02: when",
        ),
        ("pack.toml", ('"Suggest or', '"Only suggest or'), "pack: wording"),
        ("tiers.toml", ("within 14 days", "within 15 days"), "tier urgent: target"),
        ("derived.toml", ("'shake', ", ""), "derived twitching: expression"),
        ("workup.toml", ('helps = "Drug cause"', 'helps = "X"'), "test adv_med_review: helps"),
        ("workup.toml", ('"First-line bloods"', '"Bloods"'), "panel core: label"),
        ("sources.toml", ("year = 2019", "year = 2020"), "source S01: year"),
        ("red-flags.toml", ('"Weakness"', '"Weak"'), "red_flag weakness: label"),
        ("drugs.toml", ("tremor, cramps", "cramps"), "drug_class beta_agonist: effect"),
        ("drugs.toml", ('"salbutamol", ', ""), "drug_class beta_agonist: members"),
        ("caffeine.toml", ("mg = 96", "mg = 97"), "drink caf_coffee: mg"),
        (
            "judgements.toml",
            ('"Immediate ev', '"Ev'),
            "judgement Weakness, atrophy or spreading: article",
        ),
    ],
)
def test_changed_field(
    folder: Path, content: RuledContent, file: str, edit: tuple[str, str], line: str
) -> None:
    pack = changed(folder, content, file, *edit)
    assert list(diff_records(content.pack, pack)) == [f"{line} changed"]


@pytest.mark.parametrize(
    "table", [field.name for field in fields(Tables) if field.name not in {"header", "files"}]
)
def test_no_table_is_left_out(content: RuledContent, table: str) -> None:
    rows = getattr(content.pack.tables, table)
    fewer = replace(content.pack, tables=replace(content.pack.tables, **{table: rows[:-1]}))
    turned = replace(content.pack, tables=replace(content.pack.tables, **{table: rows[::-1]}))
    (gone,) = diff_records(content.pack, fewer)
    (come,) = diff_records(fewer, content.pack)
    assert gone.startswith(f"{table} ")
    assert (gone[-9:], come) == (": removed", f"{gone[:-9]}: added")
    if table != "factor":
        assert list(diff_records(content.pack, turned)) == [f"{table}: order changed"]


def test_limit_of_a_factor(folder: Path, content: RuledContent) -> None:
    file = folder / "factors.toml"
    file.write_text(file.read_text().replace("at_most = 200", "at_most = 100"))
    pack = load_pack(folder, content.form.questions)
    assert sorted(diff_records(content.pack, pack)) == [
        "factor caffeine (2): at_most changed",
        "factor caffeine: at_most changed",
    ]
    case = {**CASES["V01"], "caf_any": "yes", "caf_coffee": 1, "caf_tea": 1}
    (line,) = diff_cases(content.pack, pack, {"x": case}, on=FORM_DAY)
    assert line == ("case x: factors +caffeine 144 (beyond: yes) -caffeine 144 (beyond: no)")


def test_case_tells_red_flags_and_medicines(folder: Path, content: RuledContent) -> None:
    changed(folder, content, "red-flags.toml", "yes(weakness_present)", "yes(sensory_present)")
    pack = changed(folder, content, "drugs.toml", '"salbutamol", ', "")
    cases: dict[str, dict[str, Any]] = {
        "weak": {"weakness_present": "yes", "sensory_present": "no"},
        "drug": {"takes_medicines": "medicines", "medication": [{"med_name": "salbutamol"}]},
    }
    found = "\n".join(diff_cases(content.pack, pack, cases, on=FORM_DAY))
    assert "-weakness (yes)" in found
    assert "medicines +salbutamol (not known) -salbutamol (albuterol: beta_agonist)" in found


def test_fired_rule_is_told_where_nothing_else_differs(folder: Path, content: RuledContent) -> None:
    rule = (
        '[[rule]]\nid = "Z01"\nkind = "workup"\nwhen = "yes(weakness_present)"\nbecause = "Also."\n'
        'suggest = ["lab_ck"]\nsources = ["S01"]\nstrength = "guideline"\n'
    )
    (folder / "zz.toml").write_text(rule, encoding="utf-8")
    found = lines(content, load_pack(folder, content.form.questions))
    assert found[0] == "rule Z01: added"
    assert "case V11: rules +Z01" in found


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], 'holds no list "vignettes"'),
        ({"vignettes": {"id": "a"}}, 'holds no list "vignettes"'),
        ({"vignettes": [1]}, "vignette 1: is no object"),
        ({"vignettes": [{"answers": {}}]}, "vignette 1: is no object"),
        ({"vignettes": [{"id": ["a"], "answers": {}}]}, "vignette 1: is no object"),
        ({"vignettes": [{"id": "a", "answers": [1]}]}, 'a: needs an object of "answers"'),
        ({"vignettes": [{"id": "a"}]}, 'a: needs an object of "answers"'),
        ({"vignettes": [{"id": "a", "answers": {}}] * 2}, "a: is there already"),
        ({"vignettes": [{"id": "a", "answers": {"nobody": 1}}]}, "a: nobody: there is no such"),
    ],
)
def test_faulty_cases(tmp_path: Path, data: object, message: str) -> None:
    file = tmp_path / "cases.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(click.ClickException) as caught:
        read_cases(file, FORM_DAY)
    assert caught.value.message.startswith(f"{file}: {message}")
    assert caught.value.exit_code == 2


def test_cases_in_a_folder(tmp_path: Path) -> None:
    with pytest.raises(click.ClickException, match="Is a directory"):
        read_cases(tmp_path, FORM_DAY)


def test_name_too_long_for_a_folder() -> None:
    with pytest.raises(click.UsageError, match="is no folder"):
        load("x" * 5_000)
