"""The value of a cell that nobody can change, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from intake.pdf.wording import chosen, exact, is_moment, object_text, time_words
from intake.web import messages
from intake.web.authored import authored
from intake.web.components import option_words
from intake.web.times import clinic_words

if TYPE_CHECKING:
    from fhir.intake.items import Item


def fixed_words(item: Item, value: Any, language: str = "") -> list[str]:
    """Return each answer to a question in words, perhaps as markup.

    ``language`` is that of the form, "" for that of the page.
    """
    return [_words(item, each, language) for each in item.values(value)]


def _words(item: Item, value: Any, language: str) -> str:
    option = chosen(item, value)
    if option is not None:
        return option_words(option, language)
    if isinstance(value, dict):
        is_listed = "display" in value
        return authored(object_text(value), language if is_listed else "")
    if isinstance(value, bool):
        return messages.TEXTS["yes" if value else "no"]
    if isinstance(value, int | float):
        unit = f" {messages.unit_words(item.unit)}" if item.unit else ""
        return f"{exact(value)}{unit}"
    if is_moment(item, str(value)):
        return clinic_words(str(value))
    return time_words(str(value)) if item.type == "time" else str(value)
