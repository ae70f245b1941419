"""Answers against the list that they are to be chosen from."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from fhir.intake.answer_options import OptionList
from fhir.intake.comparison import is_equal
from fhir.intake.values.formats import is_number, shown
from fhir.intake.values.set_systems import is_excluded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fhir.intake.answer_options import Option
    from fhir.intake.items import Item
    from fhir.intake.values.formats import Fault

Json: TypeAlias = dict[str, Any]
_CODING: Final = "valueCoding"
_CHOICES: Final = frozenset({"choice", "open-choice"})


@dataclass(frozen=True, slots=True)
class _Index:
    """Options by what an answer says: codings, codes alone, displays, all other values.

    ``elements`` are the properties that hold them, in their order.
    """

    codings: dict[tuple[str, str], Option] = field(default_factory=dict)
    codes: dict[str, Option] = field(default_factory=dict)
    displays: dict[str, Option] = field(default_factory=dict)
    plain: dict[object, Option] = field(default_factory=dict)
    elements: dict[str, None] = field(default_factory=dict)


@lru_cache(maxsize=8192)
def _index(options: OptionList) -> _Index:
    index = _Index()
    for option in options.options:
        value = option.answer.get(option.element)
        index.elements[option.element] = None
        if option.element == _CODING and isinstance(value, dict):
            system, code = str(value.get("system") or ""), value.get("code")
            if code is not None:
                index.codings.setdefault((system, str(code)), option)
                index.codes.setdefault(str(code), option)
            index.displays.setdefault(str(option.display), option)
        else:
            index.plain.setdefault(_plain(value), option)
    return index


def _plain(value: Any) -> object:  # any JSON value
    if is_number(value):
        return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    return value if isinstance(value, str | bool) else None


def option_elements(item: Item) -> Iterable[str]:
    """Return the properties that hold the answers of a list, such as ``valueCoding``."""
    return _index(OptionList(item.options)).elements


def find_option(item: Item, element: str, value: Any) -> Option | None:  # any JSON value
    """Return the option that an answer stands for, also one by its code without the system."""
    if not item.options:
        return None
    index = _index(OptionList(item.options))
    if element == _CODING:
        return _coded(index, value) if isinstance(value, dict) else None
    if isinstance(value, dict):
        given = (element, value)
        options = (o for o in item.options if o.element == element)
        return next((o for o in options if is_equal(given, (element, o.answer[element]))), None)
    found = index.plain.get(_plain(value))
    if found is None and isinstance(value, str) and item.type not in _CHOICES:
        # A text question with a list of codings is answered by the code or the display.
        found = index.codes.get(value) or index.displays.get(value)
    return found


def _coded(index: _Index, value: Json) -> Option | None:
    system, code, display = (value.get(name) for name in ("system", "code", "display"))
    if code is None:
        return index.displays.get(display) if isinstance(display, str) else None
    if not isinstance(code, str):
        return None
    if system is None:
        return index.codings.get(("", code)) or index.codes.get(code)
    return index.codings.get((system, code)) if isinstance(system, str) else None


def option_faults(item: Item, element: str, value: Any) -> Iterator[Fault]:  # any JSON value
    """Yield what keeps an answer from being one of the list."""
    if not item.options:
        yield from _no_list_faults(item, element, value)
        return
    option = find_option(item, element, value)
    if element == _CODING and isinstance(value, dict):
        yield from _coding_faults(item, value, option)
    elif item.type == "open-choice" and element == "valueString":
        if option is None and value in _index(OptionList(item.options)).displays:
            yield "option-as-text", f"{shown(value)} is an answer to choose, given as a text"
    elif option is None:
        yield _not_listed(value)


def _no_list_faults(item: Item, element: str, value: Any) -> Iterator[Fault]:
    if item.value_set and is_excluded(item.value_set, value):
        yield _not_listed(value.get("code"))
    elif item.value_set:
        message = f"the list of answers {shown(item.value_set)} is not at hand"
        yield "value-set-not-found", message
    elif item.type == "choice" or (item.type == "open-choice" and element == _CODING):
        yield "options-unknown", "the form has no list of answers for this question"


def _not_listed(value: Any) -> Fault:
    return "not-an-option", f"{shown(value)} is none of the answers to choose from"


def _coding_faults(item: Item, value: Json, option: Option | None) -> Iterator[Fault]:
    code, display = value.get("code"), value.get("display")
    if code is None and (item.type == "open-choice" or option is not None):
        if option is None or "code" in option.answer[_CODING]:
            yield "no-code", f"the coding {shown(display)} has no code"
        return
    if option is None:
        yield _not_listed(code if code is not None else display)
        return
    if value.get("system") is None and option.system:
        yield "no-system", f"the code {shown(code)} has no system"
    known = option.answer[_CODING].get("display")
    if isinstance(display, str) and known and not _is_wording(display, option):
        yield "display-differs", f"{shown(display)} is not the display of {shown(code)}"


def _is_wording(display: str, option: Option) -> bool:
    if display == option.display:
        return True
    wordings = (option.display, *option.translations.values())
    return _folded(display) in {_folded(str(wording)) for wording in wordings}


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
