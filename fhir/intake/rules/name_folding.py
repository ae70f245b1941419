"""The folding of medicine names as FHIRPath: case, accents, ligatures, widths, spacing.

FHIRPath can only replace, so what ``referral.medicines.normalise`` does to any text is written
out for the characters that can become part of a known name; all others match nothing anyway.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from fhir.intake.rules.fhirpath_text import UnwritableError, text
from referral.medicines import normalise

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

SEPARATORS: Final = "|~^;_!"
_CLASS_SPECIAL: Final = re.compile(r"[\\\]\[^-]")


def folding(names: Collection[str]) -> str:
    """Return calls that fold a text so that it equals one of the names, where it should.

    ``names`` are normalised. Applied to a string: ``x.lower().replaceMatches(...)``.
    """
    changes: dict[str, list[str]] = {}
    alphabet = {character for name in names for character in name}
    for character, folded in _foldings().items():
        if _matters(folded, alphabet, names):
            changes.setdefault(folded, []).append(character)
    spaces = "".join(_replacement(character_class(changes.pop(" ", [" "])) + "+", " "))
    return "".join([".lower()", *_replacements(changes), spaces, _replacement("^ | $", "")])


def separators(names: Iterable[str]) -> tuple[str, str]:
    """Return two characters that are in no name. Raises UnwritableError if there are none."""
    used = {character for name in names for character in name}
    free = [character for character in SEPARATORS if character not in used]
    if len(free) < 2:
        raise UnwritableError(f"medicine names use all of the separators {SEPARATORS}")
    return free[0], free[1]


def _matters(folded: str, alphabet: Collection[str], names: Iterable[str]) -> bool:
    if len(folded) < 2:
        return folded in alphabet or folded in {"", " "}
    part = " ".join(folded.split())
    return all(c in alphabet or c == " " for c in folded) and any(part in name for name in names)


@lru_cache(maxsize=1)
def _foldings() -> Mapping[str, str]:
    """Return every character that lower case leaves and ``normalise`` changes, with its result."""
    changed = {}
    for number in range(sys.maxunicode + 1):
        character = chr(number)
        if _is_plain(character):
            continue
        folded = normalise(f"x{character}x")[1:-1]
        if folded != character or folded == " ":
            changed[character] = folded
    return changed


def _is_plain(character: str) -> bool:
    if character.lower() != character or unicodedata.category(character) == "Cs":
        return True
    if character.isspace() or unicodedata.combining(character):
        return False
    return unicodedata.normalize("NFKD", character) == character == character.casefold()


def _replacements(changes: Mapping[str, list[str]]) -> Iterator[str]:
    for folded, characters in sorted(changes.items()):
        # As a replacement, a dollar or backslash would mean a group.
        if "$" not in folded and "\\" not in folded:
            yield _replacement(character_class(characters), folded)


def _replacement(pattern: str, new: str) -> str:
    return f".replaceMatches({text(pattern)}, {text(new)})"


def character_class(characters: Iterable[str]) -> str:
    """Return a regular expression for one of the characters, runs written as ranges."""
    runs: list[list[int]] = []
    for number in sorted(map(ord, characters)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return "[" + "".join(_run(*run) for run in runs) + "]"


def _run(first: int, last: int) -> str:
    between = "-" if last > first + 1 else ""
    ends = chr(first) if first == last else f"{chr(first)}\0{chr(last)}"
    return _CLASS_SPECIAL.sub(r"\\\g<0>", ends).replace("\0", between)
