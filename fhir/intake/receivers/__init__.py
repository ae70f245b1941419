"""What receivers take of a Bundle: one table, ``receivers.toml``, read once."""

from __future__ import annotations

import tomllib
from dataclasses import MISSING, dataclass, fields
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeVar

from fhir.intake.receivers.rewrite import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE: Final = "receivers.toml"
GENERIC: Final = "generic"
EVERY: Final = "*"
SENDS: Final = frozenset({"transaction", "requests"})
METHODS: Final = frozenset({"create", "update"})
BASES: Final = frozenset({"checked", "read", "unverified"})
Row = TypeVar("Row")


class ReceiversError(ValueError):
    """A table of receivers that can not be used; the message names the receiver and the row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """Which methods a receiver takes for some resource types, and why.

    ``statuses``, if any, are those of the response for which anything is sent at all.
    """

    resources: tuple[str, ...]
    methods: tuple[str, ...]
    reason: str
    basis: str
    statuses: tuple[str, ...] = ()

    def covers(self, kind: str) -> bool:
        """Tell whether the row speaks of a resource type."""
        return kind in self.resources or EVERY in self.resources


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """One operation on the element ``at`` (``Type.path``), and why it is done."""

    at: str
    operation: str
    reason: str
    basis: str
    value: Any = None

    @property
    def kind(self) -> str:
        """The resource type."""
        return self.at.partition(".")[0]

    @property
    def path(self) -> tuple[str, ...]:
        """The element names below the resource; none for the resource itself."""
        return tuple(self.at.split(".")[1:])


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What only the site knows about the element ``at``; ``*`` stands for every type."""

    at: str
    what: str
    basis: str

    def concerns(self, kind: str) -> bool:
        """Tell whether a resource of a type needs it."""
        return self.at.partition(".")[0] in {kind, EVERY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What else a sender should know."""

    text: str
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """One row of the table. ``read_in`` is the month in which documentation was read."""

    name: str
    title: str
    send: str
    read_in: str
    accepts: tuple[Acceptance, ...]
    rewrites: tuple[Rewrite, ...] = ()
    needs: tuple[Need, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def takes_transactions(self) -> bool:
        """Whether all is sent as one Bundle, else as single requests."""
        return self.send == "transaction"

    def acceptance(self, kind: str) -> Acceptance:
        """Return the row that speaks of a resource type."""
        return next(row for row in self.accepts if row.covers(kind))


@lru_cache(maxsize=1)
def receivers() -> Mapping[str, Receiver]:
    """Return the receivers by name, in the table's order."""
    return MappingProxyType(
        load_receivers((files("fhir.intake.receivers") / FILE).read_text("utf-8"))
    )


def load_receivers(text: str) -> dict[str, Receiver]:
    """Read a table of receivers. Raises ReceiversError that names what is wrong."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ReceiversError(f"is no TOML: {error}") from None
    found: dict[str, Receiver] = {}
    for row in table.get("receiver", ()):
        receiver = _receiver(row, table.get("read_in", ""))
        if receiver.name in found:
            raise ReceiversError(f"{receiver.name}: is there twice")
        found[receiver.name] = receiver
    return found


def _receiver(row: dict[str, Any], read_in: str) -> Receiver:
    name = str(row.get("name"))
    parts = {"accepts": Acceptance, "rewrites": Rewrite, "needs": Need, "notes": Note}
    built: dict[str, Any] = {
        part: tuple(_row(kind, entry, f"{name}.{part}") for entry in row.get(part, ()))
        for part, kind in parts.items()
    }
    receiver = _row(Receiver, row | built | {"read_in": read_in}, name)
    _check(receiver)
    return receiver


def _row(kind: type[Row], entry: dict[str, Any], place: str) -> Row:
    known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]  # a dataclass
    for name in entry:
        if name not in known:
            raise ReceiversError(f"{place}: there is no {name!r:.40}")
    for name, field in known.items():
        if name not in entry and field.default is MISSING:
            raise ReceiversError(f"{place}: {name} is missing")
    return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in entry.items()})


def _check(receiver: Receiver) -> None:
    allowed = [
        (receiver.send, SENDS),
        *((method, METHODS) for row in receiver.accepts for method in row.methods),
        *((rule.operation, OPERATIONS) for rule in receiver.rewrites),
        *((row.basis, BASES) for row in receiver.accepts),
        *((row.basis, BASES) for row in receiver.rewrites),
        *((row.basis, BASES) for row in receiver.needs),
        *((row.basis, BASES) for row in receiver.notes),
    ]
    for word, known in allowed:
        if word not in known:
            raise ReceiversError(f"{receiver.name}: {word!r:.40} is none of {', '.join(known)}")
    if not receiver.accepts or EVERY not in receiver.accepts[-1].resources:
        raise ReceiversError(f"{receiver.name}: the last row of accepts is for every type (*)")
