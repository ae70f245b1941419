"""What is wrong with an input, for a person: the place and a sentence."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: ``place`` is a link id or a FHIRPath-like location, ``message`` a sentence."""

    place: str
    message: str

    def __str__(self) -> str:
        """Return ``place: message``."""
        return f"{self.place}: {self.message}" if self.place else self.message
