"""The exceptions of the FHIRPath subset."""

from __future__ import annotations


class PathError(ValueError):
    """An expression that is not FHIRPath, is outside the subset, or has no exact result.

    The message is one sentence that names the place or the reason.
    """


class OutsideError(PathError):
    """An expression that may be good FHIRPath, but is outside the subset or above its limits."""
