"""From which code systems the value sets of R4 take their codes.

Of a long or foreign value set this is all that is at hand. It does not tell which codes are in it,
but that a code of any other system is not.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE: Final = "set_systems.json"


def is_excluded(value_set: str, coding: Any) -> bool:  # any JSON value
    """Tell whether a coding can not be in a value set, as its system is none of the set's."""
    if not isinstance(value_set, str) or not isinstance(coding, dict):
        return False
    system = coding.get("system")
    known = _systems().get(value_set.partition("|")[0])
    return known is not None and isinstance(system, str) and system not in known


@cache
def _systems() -> Mapping[str, frozenset[str]]:
    data = json.loads((files("fhir.intake.values") / FILE).read_text(encoding="utf-8"))
    return {
        name if "/" in name else data["base"] + name: frozenset(row["systems"])
        for row in data["valueSets"]
        for name in row["names"].split()
    }
