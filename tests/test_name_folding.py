"""Medicine names fold in FHIRPath as they do in the rules, character by character."""

from __future__ import annotations

import re
import sys
import unicodedata
from datetime import UTC, datetime

import pytest

from fhir.intake.path import compile_path
from fhir.intake.rules.fhirpath_text import UnwritableError
from fhir.intake.rules.name_folding import character_class, folding, separators
from referral.medicines import normalise

NAMES = ("furosemide", "st john's wort", "theo-24", "vitamin b12", "efflora", "10438")
CALL = re.compile(r"\.replaceMatches\('((?:[^'\\]|\\.)*)', '((?:[^'\\]|\\.)*)'\)")
NOW = datetime(2026, 11, 22, tzinfo=UTC)


ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "f": "\f"}


def unescaped(text: str) -> str:
    return re.sub(r"\\(u[0-9a-f]{4}|.)", lambda found: character(found[1]), text)


def character(mark: str) -> str:
    return chr(int(mark[1:], 16)) if len(mark) > 1 else ESCAPES.get(mark, mark)


def is_of_interest(character: str) -> bool:
    """Leave out what is not assigned, and ideographs and other letters that stand alone."""
    kind = unicodedata.category(character)
    return kind not in {"Cs", "Cn", "Co", "Lo"} or bool(unicodedata.decomposition(character))


def folded(text: str, calls: str) -> str:
    assert calls.startswith(".lower()")
    text = text.lower()
    for pattern, new in CALL.findall(calls):
        text = re.sub(unescaped(pattern), unescaped(new), text)
    return text


def test_every_character_folds_like_the_rules() -> None:
    """Inside a name; what does not fold into the letters of names must not become one."""
    calls = folding(NAMES)
    assert "".join(f".replaceMatches('{a}', '{b}')" for a, b in CALL.findall(calls)) == calls[8:]
    letters = set("".join(NAMES))
    characters = [c for c in map(chr, range(1, sys.maxunicode + 1)) if is_of_interest(c)]
    # A letter on both sides of each, so that spaces stay, and one substitution for them all.
    found = folded("\0".join(f"x{c}x" for c in characters), calls).split("\0")
    for character, result in zip(characters, found, strict=True):
        wanted = normalise(f"x{character}x")[1:-1]
        if set(wanted) <= letters and any(wanted in name for name in NAMES):
            assert result[1:-1] == wanted, f"U+{ord(character):04X}"
        else:
            assert result[1:-1] not in letters, f"U+{ord(character):04X}"


@pytest.mark.parametrize(
    "text",
    [
        "  FUROSEMIDE ",
        "Furosémide",
        "fu\u0308ro\u0301se\u0301mide",
        "ｆｕｒｏｓｅｍｉｄｅ",
        "𝐟𝐮𝐫𝐨𝐬𝐞𝐦𝐢𝐝𝐞",
        "FUROſEMİDE",
        "\ufb06\u2003\u00a0john's  wort",
        "ST JOHN'S\tWORT",
        "Theo\u201124",
        "THEO－㉔",
        "Vitamin\nB⑫",
        "e\ufb04ora",
        "⑩438",
        "furosemid",
        "furo semide",
        "furosemide\u200b",
        "fürosemide 5 mg",
        "",
    ],
)
def test_names_in_disguise(text: str) -> None:
    path = compile_path(f"%given{folding(NAMES)}", names={"given"})
    found = path.evaluate({"resourceType": "Questionnaire"}, variables={"given": [text]}, now=NOW)
    known = normalise(text) in NAMES
    assert (found[0] in NAMES) is known
    if known:
        assert found == [normalise(text)]


def test_class_of_characters() -> None:
    assert character_class("abcdxz-]^\\[") == r"[\-\[-\^a-dxz]"
    for character in "abcdxz-]^\\[":
        assert re.fullmatch(character_class("abcdxz-]^\\["), character)
    assert character_class("az") == "[az]"
    assert character_class("ab") == "[ab]"


def test_separators_are_in_no_name() -> None:
    assert separators(NAMES) == ("|", "~")
    assert separators(["a|b", "c^"]) == ("~", ";")
    with pytest.raises(UnwritableError, match="separators"):
        separators(["|~^;_"])
