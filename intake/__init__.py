"""The clinician intake and referral plugin for Flask."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from intake.extension import Intake

__all__ = ["Intake"]


def __getattr__(name: str) -> object:
    """Load the extension when it is asked for: the commands on files need no web framework."""
    if name == "Intake":
        from intake.extension import Intake  # noqa: PLC0415

        return Intake
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
