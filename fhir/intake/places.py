"""Names for places in answers: an item, in which row of which group."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from fhir.intake.items import Item

Where: TypeAlias = "tuple[tuple[str, int], ...]"
"""The rows around an item, from the outside: link id of the rows, number from 0."""
_ESCAPED: Final = re.compile(r"[^A-Za-z0-9_.]")
_ESCAPE: Final = re.compile(r"~([0-9A-F]{2})")


def escape(link_id: str) -> str:
    """Return a link id with letters, digits, ``_``, ``.`` and ``~XX`` for each other byte."""
    return _ESCAPED.sub(lambda found: "".join(f"~{b:02X}" for b in found[0].encode()), link_id)


def unescape(name: str) -> str:
    """Return the link id that was escaped."""
    if "~" not in name:
        return name
    latin = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), name)
    return latin.encode("latin-1", "replace").decode("utf-8", "replace")


def place(item: Item, where: Where = ()) -> str:
    """Return the place of an item, such as ``medication[2].med_name``; rows count from 1."""
    rows = "".join(f"{escape(name)}[{number + 1}]." for name, number in where)
    return rows + escape(item.link_id)
