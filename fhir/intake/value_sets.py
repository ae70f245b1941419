"""Lists of answers: the codings of a ValueSet, as far as the files at hand spell them out."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from fhir.intake.json_walk import objects
from fhir.intake.text_rules import text_fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Json: TypeAlias = dict[str, Any]
Codings: TypeAlias = "tuple[Json, ...]"
FILE: Final = "value_sets.json"
MAX_CODES: Final = 20_000
"""A longer list is no list to choose from."""
MAX_IMPORTS: Final = 20
"""So many lists may stand one in another."""


class Terminology:
    """ValueSets and CodeSystems at hand, by canonical address with and without version."""

    def __init__(self, resources: Any = (), around: Terminology | None = None) -> None:
        """Take the resources, of any JSON; what they lack is looked up ``around``."""
        self._around = around
        self._by_address: dict[tuple[str, str], Json] = {}
        self._known: dict[str, Codings] = {}
        for resource in objects([*resources] if isinstance(resources, list | tuple) else None):
            for address in _addresses(resource):
                self._by_address.setdefault((str(resource.get("resourceType")), address), resource)

    def codings(self, address: str) -> Codings | None:
        """Return the codings of a ValueSet, None when they can not be told from what is here."""
        return self._codings(address, frozenset())

    def _find(self, kind: str, address: str) -> Json | None:
        bare = address.split("|", 1)[0]
        found = self._by_address.get((kind, address)) or self._by_address.get((kind, bare))
        if found is None and self._around is not None:
            return self._around._find(kind, address)  # noqa: SLF001  # the same class
        return found

    def _codings(self, address: object, seen: frozenset[str]) -> Codings | None:
        if not isinstance(address, str) or address in seen or len(seen) > MAX_IMPORTS:
            return None
        if address not in self._known:
            resource = self._find("ValueSet", address)
            found = None if resource is None else self._listed(resource, seen | {address})
            if found is None:
                return None
            self._known[address] = found
        return self._known[address]

    def _listed(self, resource: Json, seen: frozenset[str]) -> Codings | None:
        expansion = resource.get("expansion")
        whole = _expanded(expansion) if isinstance(expansion, dict) else None
        if whole:
            return whole
        compose = resource.get("compose")
        if not isinstance(compose, dict) or compose.get("exclude"):
            return None
        codings: dict[tuple[str, str], Json] = {}
        for include in objects(compose.get("include")):
            part = self._included(include, seen)
            if part is None:
                return None
            codings |= {(str(row.get("system")), row["code"]): row for row in part}
            if len(codings) > MAX_CODES:
                return None
        return tuple(codings.values()) or None

    def _included(self, include: Json, seen: frozenset[str]) -> Sequence[Json] | None:
        if "filter" in include:
            return None
        system, value_sets = include.get("system"), include.get("valueSet")
        if value_sets is not None:
            is_alone = isinstance(value_sets, list) and len(value_sets) == 1 and system is None
            return self._codings(value_sets[0], seen) if is_alone else None
        if "concept" in include:
            return _bounded(_codings_of(objects(include["concept"]), system))
        code_system = self._find("CodeSystem", str(system))
        if code_system is None or code_system.get("content") not in ("complete", None):
            return None
        return _bounded(_codings_of(_nested(code_system.get("concept"), "concept"), system))


def _addresses(resource: Json) -> Iterator[str]:
    """Yield what a resource may be called: its url, with its version, or ``#id`` if contained."""
    url, version, own = (resource.get(key) for key in ("url", "version", "id"))
    if isinstance(url, str):
        yield url
        if version:
            yield f"{url}|{version}"
    if own:
        yield f"#{own}"


def _expanded(expansion: Json) -> Codings | None:
    """Return the codings of an expansion, None of one that is a part of the whole."""
    rows = (r for r in _nested(expansion.get("contains"), "contains") if not r.get("abstract"))
    found = _bounded(coding for row in rows for coding in _codings_of([row], row.get("system")))
    total = expansion.get("total")
    is_part = isinstance(total, int) and found is not None and total > len(found)
    return None if is_part else found


def _bounded(codings: Iterable[Json]) -> Codings | None:
    found = tuple(islice(codings, MAX_CODES + 1))
    return found if len(found) <= MAX_CODES else None


def _nested(rows: Any, key: str) -> Iterator[Json]:
    """Yield concepts, each before those within it, in their order."""
    stack = objects(rows)[::-1]
    while stack:
        row = stack.pop()
        yield row
        stack.extend(objects(row.get(key))[::-1])


def _codings_of(concepts: Iterable[Json], system: Any) -> Iterator[Json]:
    """Yield concepts as codings, of which a person could read what is there."""
    for concept in concepts:
        coding = {"system": system, "code": concept.get("code"), "display": concept.get("display")}
        known = {key: value for key, value in coding.items() if _is_readable(value)}
        if "code" in known:
            yield known


def _is_readable(value: object) -> bool:
    return isinstance(value, str) and text_fault(value) is None


@cache
def standard_terminology() -> Terminology:
    """Return the short lists of FHIR R4 itself that forms often name."""
    text = (files("fhir.intake") / FILE).read_text(encoding="utf-8")
    return Terminology(json.loads(text)["valueSets"])
