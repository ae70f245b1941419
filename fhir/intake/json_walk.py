"""Every element of a resource with its place, without recursion and to a bounded depth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_DEPTH: Final = 100
"""Levels of objects and lists. A Bundle of ours needs about 20."""


@dataclass(frozen=True, slots=True)
class Node:
    """One element: where it is, and what R4 calls it.

    ``place`` counts list members (``Bundle.entry[2].fullUrl``); ``path`` names the definition
    (``Bundle.entry.fullUrl``), begins anew with each resource, and has an item or action that is
    nested in its like only once.
    """

    place: str
    path: str
    key: str
    value: Any
    depth: int

    def child(self, key: str) -> Node:
        """Return a member of an object."""
        value = self.value[key]
        path = self.path if _is_nested(self.key, key) else f"{self.path}.{key}"
        return Node(f"{self.place}.{key}", _path(value, path), key, value, self.depth + 1)

    def member(self, index: int) -> Node:
        """Return a member of a list, which has the name of the list."""
        value = self.value[index]
        place = f"{self.place}[{index}]"
        return Node(place, _path(value, self.path), self.key, value, self.depth + 1)

    def children(self) -> list[Node]:
        """Return the members of an object or list, in their order."""
        if isinstance(self.value, dict):
            return [self.child(key) for key in self.value]
        if isinstance(self.value, list):
            return [self.member(index) for index in range(len(self.value))]
        return []


def root(resource: Any) -> Node:  # any JSON value
    """Return the node of a whole resource."""
    path = _path(resource, "resource")
    return Node(path, path, "", resource, 1)


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and all below it, in document order; nothing below ``MAX_DEPTH``."""
    stack = [node]
    while stack:
        node = stack.pop()
        yield node
        if node.depth < MAX_DEPTH:
            stack.extend(reversed(node.children()))


def is_too_deep(resource: Any) -> bool:  # any JSON value
    """Tell whether a resource has elements that ``walk`` does not reach."""
    return any(node.depth >= MAX_DEPTH and node.children() for node in walk(root(resource)))


def objects(value: Any) -> list[dict[str, Any]]:  # any JSON value
    """Return the objects of a list; none of what is no list."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _is_nested(outer: str, inner: str) -> bool:
    return outer == inner and inner in {"item", "action"}


def _path(value: Any, path: str) -> str:  # any JSON value
    kind = value.get("resourceType") if isinstance(value, dict) else None
    return kind if isinstance(kind, str) else path
