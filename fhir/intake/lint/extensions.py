"""Findings about the values of known extensions."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from fhir.intake.json_walk import root, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Json: TypeAlias = dict[str, Any]
FILE: Final = "extension_types.toml"
_PREFIXES: Final = {
    "hl7": "http://hl7.org/fhir/StructureDefinition/",
    "sdc": "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-",
}
_MODIFIERS: Final = frozenset({"modifierExtension", "implicitRules"})


@cache
def extension_types() -> Mapping[str, frozenset[str]]:
    """Return the elements in which each known extension may have its value, by its url."""
    tables = tomllib.loads((files("fhir.intake.lint") / FILE).read_text(encoding="utf-8"))
    return {
        _PREFIXES[prefix] + name: frozenset(f"value{kind[:1].upper()}{kind[1:]}" for kind in kinds)
        for prefix, table in tables.items()
        for name, kinds in table.items()
    }


def extension_findings(resource: Json) -> Iterator[tuple[str, str, str]]:
    """Yield code, place and sentence of each extension that can not be heeded as it is."""
    for node in walk(root(resource)):
        if node.key == "extension" and isinstance(node.value, dict):
            yield from ((code, node.place, text) for code, text in _faults(node.value))
        elif node.key in _MODIFIERS and not isinstance(node.value, list):
            message = f"{node.key} changes the meaning of an element in a way not known here."
            yield "modifier", node.place, message


def _faults(extension: Json) -> Iterator[tuple[str, str]]:
    url = extension.get("url")
    allowed = extension_types().get(url) if isinstance(url, str) else None
    if allowed is None:
        return
    name = str(url).rsplit("/", 1)[-1]
    given = [key for key in extension if key.startswith("value")]
    wrong = [key for key in given if key not in allowed]
    if not given and any(key.startswith("_value") for key in extension):
        yield "expression-not-supported", f"The value of {name} is not stated, and not evaluated."
    elif wrong or (allowed and not given):
        need = " or ".join(sorted(allowed)) or "further extensions"
        yield "extension-type", f"{name} needs {need}, not {', '.join(wrong) or 'nothing'}."
