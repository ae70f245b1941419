"""Findings about calculated values that rest on each other."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from fhir.intake.path import PathError, compile_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fhir.intake.items import Form, Item
    from fhir.intake.path import Path


def circle_findings(form: Form) -> Iterator[tuple[str, str, str]]:
    """Yield code, linkId and sentence of the first circle of calculated values, if there is one."""
    calculated = {name for name, item in form.items.items() if item.calculated}
    needs = {name: _named(form, form.items[name]) & calculated for name in calculated}
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        names = [*dict.fromkeys(error.args[1])]
        told = ", ".join(f"{name!r:.60}" for name in names[:5])
        yield "circle", names[0], f"Calculated from each other, they may stay blank: {told}."


def _named(form: Form, item: Item) -> frozenset[str]:
    """Return the link ids that an item's calculation names, itself or by its variables."""
    rows = [*form.variables]
    for around in form.path(item):
        rows += around.variables
    names = frozenset(name for name, _ in rows)
    path = _compiled(item.calculated or "", names)
    return _reached(path, rows, names) if path else frozenset()


def _reached(
    path: Path, variables: Sequence[tuple[str, str]], names: frozenset[str]
) -> frozenset[str]:
    found, read = set(path.link_ids), set(path.names)
    # Each variable may read only those before it.
    for name, text in reversed(variables):
        used = _compiled(text, names) if name in read else None
        if used:
            found |= used.link_ids
            read |= used.names
    return frozenset(found)


def _compiled(text: str, names: frozenset[str]) -> Path | None:
    try:
        return compile_path(text, names=names)
    except PathError:
        return None
