"""The short reference of a form, the same on the confirmation, the clinician's page and the PDF."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from fhir.intake.record import Identifier

_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Base 32 without the letters I, L, O and U, which are misread or misheard."""


def short_reference(response: Identifier) -> str:
    """Return eight letters and digits to read aloud, made of a response's identifier."""
    digest = hashlib.sha256(f"{response.system}|{response.value}".encode()).digest()
    letters = "".join(_CROCKFORD[byte % 32] for byte in digest[:8])
    return f"{letters[:4]}-{letters[4:]}"
