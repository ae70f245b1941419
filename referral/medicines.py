"""Medicines by name: exact after normalising; a near miss is only ever offered, never used."""

from __future__ import annotations

import difflib
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from referral.records import Drug, DrugClass

NAME: Final = "med_name"
RXNORM: Final = "http://www.nlm.nih.gov/research/umls/rxnorm"
LIKENESS: Final = 0.8
"""How alike (difflib ratio, 0 to 1) a name must be to be offered as "did you mean"."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One listed medicine: the name as typed and what the formulary knows of it.

    ``matched`` is the ingredient, None when the name is not in the formulary; then
    ``did_you_mean`` may offer the most alike name. ``classes`` are drug class ids.
    """

    name: str
    matched: str | None = None
    classes: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()
    twitch_drug: bool = False
    did_you_mean: str | None = None


def normalise(name: str) -> str:
    """Fold case, accents and spacing, so that ``"Méthadone  HCL"`` equals ``"methadone hcl"``."""
    decomposed = unicodedata.normalize("NFKD", name)
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(plain.casefold().split())


class Formulary:
    """The medicines that the pack knows, by every name, brand and RxNorm code."""

    def __init__(self, classes: Iterable[DrugClass]) -> None:
        self._entries: dict[str, list[tuple[DrugClass, Drug]]] = {}
        for drug_class in classes:
            for drug in drug_class.members:
                for name in (drug.name, *drug.synonyms, *filter(None, [drug.rxnorm])):
                    self._entries.setdefault(normalise(name), []).append((drug_class, drug))
        self._names = tuple(name for name in self._entries if not name.isdigit())
        self._alike = lru_cache(maxsize=1024)(self._find_alike)

    def find(self, row: Mapping[str, object]) -> Finding:
        """Look up the medicine of one row of the list."""
        name, keys = _names(row.get(NAME))
        for key in keys:
            entries = self._entries.get(normalise(key))
            if entries:
                classes = tuple(dict.fromkeys(drug_class.id for drug_class, _ in entries))
                effects = tuple(dict.fromkeys(drug_class.effect for drug_class, _ in entries))
                twitch = any(drug_class.twitch_drug for drug_class, _ in entries)
                return Finding(name, entries[0][1].name, classes, effects, twitch)
        return Finding(name, did_you_mean=self._alike(normalise(name)))

    def _find_alike(self, name: str) -> str | None:
        close = difflib.get_close_matches(name[:100], self._names, n=1, cutoff=LIKENESS)
        return close[0] if close else None


def _names(answer: object) -> tuple[str, tuple[str, ...]]:
    """Return the name to show and the keys to look up, of a text or a coding."""
    if isinstance(answer, dict):
        used = ("code", "display") if answer.get("system") == RXNORM else ("display",)
        keys = tuple(str(answer[key]) for key in used if answer.get(key))
        return str(answer.get("display") or answer.get("code") or ""), keys
    text = "" if answer is None else str(answer)
    return text, (text,)
