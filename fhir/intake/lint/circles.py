"""Findings about calculated values that rest on each other."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from fhir.intake.path import PathError, compile_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from fhir.intake.items import Form, Item

    LinkIds = frozenset[str]


def circle_findings(form: Form) -> Iterator[tuple[str, str, str]]:
    """Yield code, linkId and sentence of the first circle of calculated values, if there is one."""
    calculated = [item for item in form.items.values() if item.calculated]
    names = {item.link_id for item in calculated}
    variables = _with({}, form.variables)
    needs = {item.link_id: _named(form, item, variables) & names for item in calculated}
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        circle = [*dict.fromkeys(error.args[1])]
        told = ", ".join(f"{name!r:.60}" for name in circle[:5])
        yield "circle", circle[0], f"Calculated from each other, they may stay blank: {told}."


def _named(form: Form, item: Item, variables: Mapping[str, LinkIds]) -> LinkIds:
    """Return the link ids that an item's calculation names, itself or by its variables."""
    for around in form.path(item):
        variables = _with(variables, around.variables)
    return _reached(item.calculated or "", variables)


def _with(
    known: Mapping[str, LinkIds], variables: Sequence[tuple[str, str]]
) -> Mapping[str, LinkIds]:
    """Return the link ids that variables name, with those of an element, each after the other."""
    if not variables:
        return known
    found = dict(known)
    for name, text in variables:
        found[name] = _reached(text, found)
    return found


def _reached(text: str, variables: Mapping[str, LinkIds]) -> LinkIds:
    try:
        path = compile_path(text, names=variables.keys())
    except PathError:
        return frozenset()
    return path.link_ids.union(*(variables.get(name, frozenset()) for name in path.names))
