"""The operations by which a resource is made fit for a receiver. Each returns a new resource.

An operation takes a resource, the path of element names below it and the value of its rule; it
returns the resource, or None when it is not to be sent, and in a few words what it did: nothing
where nothing was to do. The words name elements and counts, never what a patient said.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from fhir.intake.extensions import typed_value
from fhir.intake.json_walk import objects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

Json: TypeAlias = dict[str, Any]
Path: TypeAlias = tuple[str, ...]
Outcome: TypeAlias = tuple[Json | None, str]


def drop(resource: Json, path: Path, _: Any) -> Outcome:
    """Leave an element out, and what holds nothing else."""
    changed = deepcopy(resource)
    found = [holder.pop(path[-1]) for holder in _holders(changed, path) if path[-1] in holder]
    return _pruned(changed), "left out" if found else ""


def put(resource: Json, path: Path, value: Any) -> Outcome:
    """Give an element a value, wherever what holds it is there."""
    changed = deepcopy(resource)
    for holder in _holders(changed, path):
        holder[path[-1]] = deepcopy(value)
    return changed, f"set to {value}" if changed != resource else ""


def keep(resource: Json, _: Path, value: tuple[str, ...]) -> Outcome:
    """Leave out all elements but those named, each by its path with dots."""
    wanted = {"resourceType", *value}
    dropped: list[str] = []
    kept = _kept(resource, "", wanted, dropped)
    names = ", ".join(dict.fromkeys(dropped))
    return _pruned(kept), f"left out: {names}" if names else ""


def one(resource: Json, path: Path, value: str | None) -> Outcome:
    """Keep one member of a list: the first of the system ``value`` if there is one."""
    changed = deepcopy(resource)
    left = 0
    for holder in _holders(changed, path):
        rows = holder.get(path[-1])
        if isinstance(rows, list) and len(rows) > 1:
            chosen = [row for row in objects(rows) if value and row.get("system") == value]
            holder[path[-1]] = [*chosen, *rows][:1]
            left += len(rows) - 1
    return changed, f"one kept, {left} left out" if left else ""


def at_most(resource: Json, path: Path, value: int) -> Outcome:
    """Send the resource only where a number is not more than ``value``."""
    numbers = [holder.get(path[-1]) for holder in _holders(resource, path)]
    largest = max((n for n in numbers if isinstance(n, int | float)), default=0)
    if largest > value:
        return None, f"{largest:,} is more than {value:,}"
    return resource, ""


def as_extension(resource: Json, path: Path, value: str) -> Outcome:
    """Move a canonical into the extension ``value``, as a uri, which has no version."""
    changed = deepcopy(resource)
    moved = False
    for holder in _holders(changed, path):
        canonical = holder.pop(path[-1], None)
        if isinstance(canonical, str):
            moved = True
            beside = holder.setdefault(f"_{path[-1]}", {})
            row = {"url": value, "valueUri": canonical.partition("|")[0]}
            beside["extension"] = [*beside.get("extension", ()), row]
    return changed, f"moved into the extension {value}" if moved else ""


def text_answers(resource: Json, path: Path, _: Any) -> Outcome:
    """Say every answer in words: a coding by its display, a quantity with its unit."""
    changed = deepcopy(resource)
    count = 0
    for item in _items(changed, path[-1]):
        for answer in objects(item.get("answer")):
            name, value = typed_value(answer, "value")
            if name and name != "valueString":
                del answer[name]
                answer["valueString"] = _in_words(value)
                count += 1
    return changed, f"{count} answers as text" if count else ""


def number_link_ids(resource: Json, path: Path, _: Any) -> Outcome:
    """Make every linkId stand once: the second of a name gets ``-2``, and so on."""
    changed = deepcopy(resource)
    items = [*_items(changed, path[-1])]
    taken = {item.get("linkId") for item in items}
    last: dict[Any, int] = {}
    count = 0
    for item in items:
        name = item.get("linkId")
        number = last.get(name, 0) + 1
        if number > 1:
            while f"{name}-{number}" in taken:
                number += 1
            item["linkId"] = f"{name}-{number}"
            count += 1
        last[name] = number
    return changed, f"{count} linkIds numbered" if count else ""


OPERATIONS: Final[Mapping[str, Callable[[Json, Path, Any], Outcome]]] = {
    "drop": drop,
    "set": put,
    "keep": keep,
    "one": one,
    "at_most": at_most,
    "as_extension": as_extension,
    "text_answers": text_answers,
    "number_link_ids": number_link_ids,
}


def _holders(resource: Json, path: Path) -> list[Json]:
    """Return the objects that hold, or could hold, the last element of a path."""
    level = [resource]
    for name in path[:-1]:
        children = [holder.get(name) for holder in level]
        level = [
            row for child in children for row in objects(child if _is_list(child) else [child])
        ]
    return level


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _items(holder: Json, name: str) -> Iterator[Json]:
    """Yield items in document order, those under answers too, without recursion."""
    stack = objects(holder.get(name))[::-1]
    while stack:
        item = stack.pop()
        yield item
        below = [*objects(item.get("item"))]
        for answer in objects(item.get("answer")):
            below += objects(answer.get("item"))
        stack.extend(reversed(below))


def _in_words(value: Any) -> str:
    if not isinstance(value, dict):
        return str(value).lower() if isinstance(value, bool) else str(value)
    if "value" in value:
        unit = value.get("unit") or value.get("code") or ""
        return f"{value['value']} {unit}".strip()
    names = ("display", "title", "code", "reference", "url")
    return next((str(value[name]) for name in names if value.get(name)), "not stated")


def _kept(value: Any, at: str, wanted: set[str], dropped: list[str]) -> Any:
    if isinstance(value, list):
        return [_kept(element, at, wanted, dropped) for element in value]
    if at in wanted or not isinstance(value, dict):
        return deepcopy(value)
    kept = {}
    for name, child in value.items():
        place = f"{at}.{name}" if at else name
        if place in wanted or any(path.startswith(f"{place}.") for path in wanted):
            kept[name] = _kept(child, place, wanted, dropped)
        else:
            dropped.append(place)
    return kept


def _pruned(value: Any) -> Any:
    """Return JSON data without empty objects and lists, which FHIR does not allow."""
    if isinstance(value, dict):
        pruned = {name: _pruned(child) for name, child in value.items()}
        return {name: child for name, child in pruned.items() if child not in ({}, [])}
    if isinstance(value, list):
        return [child for child in map(_pruned, value) if child not in ({}, [])]
    return value
