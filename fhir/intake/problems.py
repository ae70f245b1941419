"""What is wrong with an input, for a person: the place and a sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_PLAIN: Final = re.compile(r"[A-Za-z0-9_.-]{1,60}")


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: ``place`` is a link id or a FHIRPath-like location, ``message`` a sentence."""

    place: str
    message: str

    @classmethod
    def at(cls, name: str, message: str) -> Problem:
        """Return a fault at a place that a stranger named: shortened, and escaped if odd."""
        return cls(name if _PLAIN.fullmatch(name) else repr(name[:60]), message)

    def __str__(self) -> str:
        """Return ``place: message``."""
        return f"{self.place}: {self.message}" if self.place else self.message
