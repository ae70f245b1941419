"""What a plan says to a person: one line for each thing, in groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from fhir.intake.receivers.plan import size

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from fhir.intake.receivers import Need, Note
    from fhir.intake.receivers.plan import Plan, Reason

Json: TypeAlias = dict[str, Any]
_NAMED_BY: Final = ("code", "type")
"""Elements that say what a resource is about without saying whom."""


def plan_lines(plan: Plan) -> Iterator[str]:
    """Yield what would be sent, left out and rewritten, what the site must say, and notes."""
    read_in = plan.receiver.read_in
    yield f"receiver {plan.receiver.name}: {plan.receiver.title}"
    yield from _sent(plan)
    yield from _group("left out:", _left_out(plan.left_out, read_in))
    yield from _group("rewritten:", _rewritten(plan.changes, read_in))
    yield from _group("needs from the site:", _needs(plan.needs, read_in))
    yield from _group("notes:", _notes(plan.receiver.notes, read_in))


def established(basis: str, read_in: str) -> str:
    """Say how something was established."""
    return {
        "checked": "checked by a run",
        "read": f"read in {read_in}",
        "unverified": "not verified",
    }[basis]


def _sent(plan: Plan) -> Iterator[str]:
    requests = plan.requests()
    if not requests:
        yield "would be sent: nothing"
        return
    if plan.receiver.takes_transactions:
        total = size(requests[0]["resource"])
        yield f"would be sent: POST of one transaction to the base address, {total:,} bytes:"
    else:
        yield "would be sent: single requests, in this order:"
    for entry in plan.entries:
        resource, request = entry["resource"], entry["request"]
        what = " ".join(filter(None, (resource["resourceType"], _about(resource))))
        yield f"  {request['method']} {request['url']} - {what}, {size(resource):,} bytes"


def _about(resource: Json) -> str:
    """Return the code of a resource in words, with nothing that would move a terminal."""
    concepts = [resource.get(name) for name in _NAMED_BY]
    texts = [c["text"] for c in concepts if isinstance(c, dict) and isinstance(c.get("text"), str)]
    shown = "".join(c if c.isprintable() else " " for c in texts[0]) if texts else ""
    return f"({shown})" if shown else ""


def _left_out(reasons: Mapping[Reason, int], read_in: str) -> Iterator[str]:
    types: dict[str, list[str]] = {}
    for reason, count in reasons.items():
        why = "; ".join(filter(None, (reason.done, reason.why)))
        types.setdefault(why + _basis(reason.basis, read_in), []).append(_times(reason.at, count))
    for why, names in types.items():
        yield f"{', '.join(names)}: {why}"


def _rewritten(reasons: Mapping[Reason, int], read_in: str) -> Iterator[str]:
    for reason, count in reasons.items():
        why = f"{reason.why}{_basis(reason.basis, read_in)}"
        yield f"{_times(reason.at, count)}: {reason.done}: {why}"


def _needs(needs: Sequence[Need], read_in: str) -> Iterator[str]:
    for need in needs:
        yield f"{need.at}: {need.what}{_basis(need.basis, read_in)}"


def _notes(notes: Sequence[Note], read_in: str) -> Iterator[str]:
    for note in notes:
        yield f"{note.text}{_basis(note.basis, read_in)}"


def _times(name: str, count: int) -> str:
    return f"{name} (x{count})" if count > 1 else name


def _basis(basis: str | None, read_in: str) -> str:
    return f" [{established(basis, read_in)}]" if basis else ""


def _group(heading: str, rows: Iterator[str]) -> Iterator[str]:
    found = [*rows]
    if found:
        yield heading
        yield from (f"  {row}" for row in found)
