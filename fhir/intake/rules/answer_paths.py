"""Where a response holds the answers of an item, as FHIRPath, typed as the rules need them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fhir.intake import urls
from fhir.intake.rules.fhirpath_text import UnwritableError, text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fhir.intake.items import Form, Item

ROWS: Final = ".where(item.answer.exists())"
"""Of repeated groups those that hold an answer."""
_CODE: Final = ".ofType(Coding).code"
_TYPES: Final = {
    "date": ".ofType(date).where(toString().length() = 10)",
    "text": ".ofType(string)",
    "string": ".ofType(string)",
    "open-choice": ".ofType(string)",
    "url": ".ofType(uri)",
    "dateTime": ".ofType(dateTime).toString()",
    "time": ".ofType(time).toString()",
    "quantity": ".ofType(Quantity).value",
}
_NO_VALUE: Final = frozenset({"attachment", "reference"})
"""Types whose answers are no value of the rule language."""


def answer_path(form: Form, name: str) -> str:
    """Return the FHIRPath of an item's stored answers, wherever the item stands."""
    item = form.items[name]
    path = f"%resource.repeat(item).where(linkId = {text(name)})"
    return path + (ROWS if item.is_rows else f".answer.value{answer_type(item)}")


def stored_answer(form: Form, name: str) -> str:
    """Return the FHIRPath of an item's stored answers, level by level: the fast way.

    ``{}`` for what has no value in the rule language. Raises UnwritableError for answers that
    FHIRPath has no code for.
    """
    item = form.items[name]
    path = "%resource" + steps(form.path(item))
    if item.is_rows:
        return path + ROWS if item.is_group else "{}"
    if item.type in _NO_VALUE or (item.repeats and item.type != "choice"):
        return "{}"
    return f"{path}.answer.value{answer_type(item)}"


def steps(path: Iterable[Item]) -> str:
    """Return the way through items, each within the one before it."""
    way, into = "", ".item"
    for item in path:
        way += f"{into}.where(linkId = {text(item.link_id)})"
        into = ".item" if item.is_group else ".answer.item"
    return way


def answer_type(item: Item) -> str:
    """Return what narrows ``answer.value`` to the values that the rules know."""
    if item.type == "quantity" and item.unit:
        unit = f"system = '{urls.UCUM}' and code = {text(item.unit.code)}"
        return f".ofType(Quantity).where({unit}).value"
    if item.type == "choice":
        return _choice_type(item)
    return _TYPES.get(item.type, f".ofType({item.type})")


def _choice_type(item: Item) -> str:
    elements = {option.element for option in item.options}
    if elements == {"valueString"}:
        return ".ofType(string)"
    if elements - {"valueCoding"} or any("|" in option.code for option in item.options):
        raise UnwritableError(f"the answers of {item.link_id} have no codes of their own")
    return _CODE
