"""What an earlier version of a response proposed and the present one does not."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Final

from fhir.intake.export import RESPONSE

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from fhir.intake.export import Export, Json

_WITHDRAWN: Final = {"Observation": "entered-in-error", "ServiceRequest": "revoked"}


def check_previous(export: Export) -> None:
    """Raise ValueError when ``previous`` is the Bundle of another response."""
    if export.previous is None:
        return
    if export.full_url(RESPONSE) not in {entry["fullUrl"] for entry in _entries(export)}:
        raise ValueError("the previous Bundle is that of another response")


def withdrawn(export: Export, present: Container[str]) -> dict[str, Json]:
    """Return what was sent before and holds no more, by address, marked as such.

    ``present`` are the addresses of the new Bundle.
    """
    found: dict[str, Json] = {}
    for entry in _entries(export):
        status = _WITHDRAWN.get(entry["resource"]["resourceType"])
        if status and entry["fullUrl"] not in present:
            found[entry["fullUrl"]] = deepcopy(entry["resource"]) | {"status": status}
    return found


def _entries(export: Export) -> Iterator[Json]:
    """Yield the entries of the earlier Bundle that name a resource; it comes from a file."""
    entries = export.previous.get("entry") if export.previous else None
    for entry in entries if isinstance(entries, list) else ():
        resource = entry.get("resource") if isinstance(entry, dict) else None
        named = isinstance(resource, dict) and isinstance(resource.get("resourceType"), str)
        if named and isinstance(entry.get("fullUrl"), str):
            yield entry
