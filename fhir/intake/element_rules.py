"""What holds for every element: something in it, the JSON type, the characters, the code."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final

from fhir.intake.bindings import BINDINGS
from fhir.intake.text_rules import text_fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhir.intake.json_walk import Node

_BOOLEANS: Final = frozenset(
    {"valueBoolean", "answerBoolean", "required", "repeats", "readOnly", "initialSelected"}
    | {"experimental", "userSelected", "active", "doNotPerform"}
)
_INTEGERS: Final = frozenset(
    {"valueInteger", "answerInteger", "valuePositiveInt", "valueUnsignedInt", "maxLength", "size"}
    | {"total", "repetitions"}
)
_DECIMALS: Final = frozenset({"valueDecimal", "answerDecimal"})
_WORDS: Final = frozenset(
    {"text", "valueString", "valueMarkdown", "answerString", "display", "description", "title"}
)
"""Where people write: outer spaces are theirs."""
_URIS: Final = frozenset({"fullUrl", "profile", "questionnaire", "derivedFrom", "instantiatesUri"})
_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+(\|[^\s|]+)?")
_LINK_URL: Final = re.compile(r"(Questionnaire|.*\.(attachment|valueAttachment))\.url")


def element_faults(node: Node) -> Iterator[str]:
    """Yield what is wrong with one element by itself."""
    value = node.value
    if value is None:
        yield "is null"
    elif isinstance(value, dict | list):
        if not value:
            yield "is empty"
    elif isinstance(value, str):
        yield from _text_faults(node, value)
    yield from _type_faults(node)
    allowed = BINDINGS.get(node.path)
    if allowed and not isinstance(value, list) and str(value) not in allowed:
        yield f"{str(value)!r:.60} is none of {', '.join(sorted(allowed))}"


def _text_faults(node: Node, text: str) -> Iterator[str]:
    fault = "is an empty text" if not text else text_fault(text)
    if fault:
        yield fault
    elif node.key not in _WORDS and text != text.strip():
        yield "begins or ends with a space"
    elif _is_uri(node) and not _URI.fullmatch(text):
        yield f"{text!r:.60} is no absolute URI"


def _is_uri(node: Node) -> bool:
    if node.key == "system":
        return ".telecom." not in node.path
    return node.key in _URIS or bool(_LINK_URL.fullmatch(node.path))


def _type_faults(node: Node) -> Iterator[str]:
    value = node.value
    if isinstance(value, dict | list) or value is None:
        return
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if node.key in _BOOLEANS:
        right = isinstance(value, bool)
    elif node.key in _INTEGERS:
        right = is_number and isinstance(value, int)
    elif node.key in _DECIMALS or _is_amount(node):
        right = is_number and math.isfinite(value)
    else:
        right = isinstance(value, str)
    if not right:
        yield f"is a JSON {type(value).__name__}, which R4 does not allow here"


def _is_amount(node: Node) -> bool:
    return node.path.endswith("Quantity.value")
