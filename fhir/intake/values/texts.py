"""Texts and addresses as answers: characters, lines, length, form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fhir.intake.patterns import matches
from fhir.intake.values.formats import shown, string_fault, uri_fault, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhir.intake.items import Item
    from fhir.intake.values.formats import Fault


def text_faults(item: Item, value: Any, longest: int) -> Iterator[Fault]:  # any JSON value
    """Yield what is wrong with a text; ``longest`` is its limit where the item says none."""
    fault = string_fault(value)
    if fault:
        yield fault
        return
    if item.type == "string" and ("\n" in value or "\r" in value):
        yield "line-break", "the text has several lines, but the question takes one"
    yield from _length_faults(item, value, longest)


def url_faults(item: Item, value: Any, longest: int) -> Iterator[Fault]:  # any JSON value
    """Yield what is wrong with an address."""
    fault = uri_fault(value)
    if fault:
        yield fault
    if isinstance(value, str):
        yield from _length_faults(item, value, longest)


def _length_faults(item: Item, text: str, longest: int) -> Iterator[Fault]:
    longest, least = whole(item.max_length) or longest, whole(item.min_length)
    if len(text) > longest:
        yield "too-long", f"the text is longer than {longest} characters"
    if least is not None and len(text) < least:
        yield "too-short", f"the text is shorter than {least} characters"
    if not item.regex or not isinstance(item.regex, str):
        return
    found = matches(item.regex, text)
    if found is None:
        yield "pattern-not-run", f"the regular expression {shown(item.regex)} can not be run"
    elif not found:
        wanted = item.entry_format or item.regex
        yield "pattern", f"{shown(text)} does not have the form {shown(wanted)}"
