"""``intake rules export --fhir``, and what can not be exported."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from fhir.intake.loading import load_form
from fhir.intake.rules.export import rule_bundle
from fhir.intake.rules.fhirpath_text import UnwritableError, camel_case, constant, text, variable
from fhir.intake.strict_json import dump_json
from tests.command_line import one_line, run
from tests.rule_constructs import DERIVED, Json, item, pack_of, questionnaire
from tests.rule_truths import standard_bundle

if TYPE_CHECKING:
    from pathlib import Path

BASIC = [item("gate", "choice", options="yes no unsure"), item("day", "integer")]
SIGN = {"sign": "count(yes(gate)) >= 1", "flags": "count(yes(gate))"}


def bundle_of(
    folder: Path, when: str, items: list[Json], derived: dict[str, str] | None = None
) -> Json:
    form = load_form(questionnaire([*BASIC, *items]))
    pack = pack_of(folder, form, [when], SIGN | (derived or {}))
    return rule_bundle(pack, form, "https://x.example")


def test_to_standard_output_and_to_a_file(tmp_path: Path) -> None:
    shown = run("rules", "export", "--fhir")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout.encode() == dump_json(standard_bundle())
    file = tmp_path / "rules.json"
    written = run("rules", "export", "--fhir", "built-in", "--out", file)
    assert (written.returncode, written.stdout, written.stderr) == (0, "", "")
    assert file.read_text(encoding="utf-8") == shown.stdout


def test_folder_and_base_address() -> None:
    from referral.pack import default_folder

    shown = run(
        *("rules", "export", "--fhir", str(default_folder())),
        *("--base-url", "https://clinic.example/fhir/"),
    )
    plan = json.loads(shown.stdout)["entry"][0]["resource"]
    assert plan["url"] == "https://clinic.example/fhir/PlanDefinition/muscle-twitching"
    (depends,) = plan["relatedArtifact"]
    assert depends["resource"].startswith("https://clinic.example/fhir/Questionnaire/")


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ([], "--fhir"),
        (["--fhir", "nowhere"], "nowhere is no folder"),
        (["--fhir", "--base-url", "no address"], "no http address"),
        (["--fhir", "--out", "."], "Is a directory"),
        (["--fhir", "--out", "nowhere/file.json"], "No such file"),
        (["--fhir", "."], "needs one [pack] table"),
    ],
)
def test_wrong_use_is_one_line(tmp_path: Path, arguments: list[str], part: str) -> None:
    found = run("rules", "export", *arguments, cwd=tmp_path)
    assert (found.returncode, found.stdout) == (2, "")
    one_line(found.stderr, part)


@pytest.mark.parametrize(
    ("when", "items", "derived", "part"),
    [
        ("yes(a_b) or yes(aB)", ["a_b", "aB"], {}, "two names would be the variable %aB"),
        ("yes(context)", ["context"], {}, "two names would be the variable %context"),
        ("yes(gate_na)", ["gate_na"], {}, "two names would be the variable %gateNa"),
        ("yes(größe)", ["größe"], {}, "'größe' can not name a variable"),
        (f"yes({'a' * 65})", ["a" * 65], {}, "can not name a variable"),
        ("day < 1e999", [], {}, "inf is no number"),
        ("yes(gate) == 1", [], {}, "a condition is compared"),
        ("'a' == 'a'", [], {}, "a constant or a condition is compared"),
        ("yes(gate)", [], {"other": "gate"}, "derived other is neither"),
        ("yes(gate)", [], {"other": "'x'"}, "derived other is a constant text"),
    ],
)
def test_what_can_not_be_said(
    tmp_path: Path, when: str, items: list[str], derived: dict[str, str], part: str
) -> None:
    made = [item(name, "choice", options="yes no unsure") for name in items]
    with pytest.raises(UnwritableError) as caught:
        bundle_of(tmp_path, when, made, derived)
    assert part in str(caught.value)


def test_choices_that_are_no_codings(tmp_path: Path) -> None:
    options = [{"valueString": "a"}, {"valueString": "b"}]
    texts = item("word", "choice", answerOption=options)
    found = json.dumps(bundle_of(tmp_path, "word == 'a'", [texts]))
    assert "linkId = 'word').answer.value.ofType(string)" in found
    numbers = item("word", "choice", answerOption=[{"valueInteger": 1}, {"valueInteger": 2}])
    with pytest.raises(UnwritableError, match="the answers of word have no codes"):
        bundle_of(tmp_path, "word == '1'", [numbers])


def test_names_and_literals() -> None:
    assert camel_case("twitch_weeks") == "twitchWeeks"
    assert variable("b6_mg_day") == "%b6MgDay"
    assert variable("day") == "%`day`"
    assert text("it's \\ \n ü") == r"'it\'s \\ \n \u00fc'"
    assert constant(1234567) == "1234567"
    assert constant(1e-7) == "0.0000001"
    assert constant(-2.5) == "-2.5"
    assert constant(2**31) == "2147483648.0"


def test_derived_names_of_the_test_pack_are_writable(tmp_path: Path) -> None:
    form = load_form(questionnaire())
    pack = pack_of(tmp_path, form, ["sign"], DERIVED)
    names = json.dumps(rule_bundle(pack, form, "https://x.example"))
    assert '"name": "sameWeeks"' in names
    assert '"expression": "%`weeks`"' in names
