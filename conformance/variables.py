"""A Questionnaire whose expressions do without SDC variables."""

from __future__ import annotations

import re
from typing import Any, Final

VARIABLE: Final = "http://hl7.org/fhir/StructureDefinition/variable"
_NAME: Final = re.compile(r"%([A-Za-z][A-Za-z0-9]*)")


def written_out(form: dict[str, Any]) -> dict[str, Any]:
    """Return a Questionnaire whose variables stand as their own text where they are used."""
    texts: dict[str, str] = {}
    kept = []
    for extension in form.get("extension", []):
        if extension["url"] == VARIABLE:
            expression = extension["valueExpression"]
            texts[expression["name"]] = _expand(expression["expression"], texts)
        else:
            kept.append(extension)
    items = _rewrite(form["item"], texts)
    return {**form, "extension": kept, "item": items}


def _expand(text: str, texts: dict[str, str]) -> str:
    """Put the text of each known variable in the place of its name."""
    return _NAME.sub(lambda found: f"({texts[found[1]]})" if found[1] in texts else found[0], text)


def _rewrite(node: Any, texts: dict[str, str]) -> Any:
    if isinstance(node, list):
        return [_rewrite(part, texts) for part in node]
    if not isinstance(node, dict):
        return node
    made = {name: _rewrite(part, texts) for name, part in node.items()}
    if "language" in made and isinstance(made.get("expression"), str):
        made["expression"] = _expand(made["expression"], texts)
    return made
