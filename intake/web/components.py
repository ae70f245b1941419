"""A question to the parameters of the UI kit's component that asks it: pure functions.

A face is what depends on the question alone and is made once; `fill` adds what was typed and
what is wrong with it. The parameters are those of the kit's own macros.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from intake.person import AUTOCOMPLETE
from intake.web import messages
from intake.web.dates import PARTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fhir.intake.items import Item, Option

Params: TypeAlias = dict[str, Any]
_MOST_RADIOS: Final = 30
_LONGEST_LINE: Final = 100
"""Texts of more characters get a box of several lines."""
_LONG_TEXT: Final = 500
_WIDTHS: Final = (2, 3, 4, 5, 10)
_BOX: Final = {"day": "2", "month": "2", "year": "4"}


class Component(NamedTuple):
    """What a question is asked with: the name of a component of the kit, and its parameters."""

    kind: str
    params: Params


def face(item: Item, *, in_row: bool = False) -> Component:
    """Return what depends on the question alone; in a row, it stands below the row's title."""
    title = _title(item, "s" if in_row else "m")
    if item.type in {"choice", "boolean"}:
        return _choice_face(item, title)
    hint = {"hint": {"text": _hint(item)}} if _hint(item) else {}
    if item.type == "date":
        return Component("date", {"fieldset": {"legend": title}, **hint})
    params: Params = {"label": title, **hint}
    if item.type in {"integer", "decimal", "quantity"}:
        return Component("input", {**params, **_number(item)})
    if item.type == "open-choice":
        params |= {"spellcheck": False, "attributes": {"list": datalist_id(item)}}
        if not in_row:
            params["datalist"] = datalist(item)
        return Component("input", params)
    if item.type == "text" and (item.max_length or _LONG_TEXT) > _LONGEST_LINE:
        return Component("textarea", {**params, "rows": _lines(item)})
    return Component("input", {**params, **_line(item)})


def fill(
    face: Component,
    name: str,
    typed: Sequence[str],
    error: str | None = None,
    faulty: Sequence[str] = (),
) -> Component:
    """Return a face with its name, what was typed, and what is wrong (with which parts)."""
    kind = face.kind
    params = {**face.params, "name": name}
    params["idPrefix" if kind in {"radios", "checkboxes"} else "id"] = name
    if error:
        params["errorMessage"] = {"text": error}
    shown = [_encodable(text) for text in typed]
    if kind == "date":
        params["items"] = _boxes(params, name, shown, faulty)
    elif kind == "checkboxes":
        params["values"] = shown
    elif shown and shown[0]:
        params["value"] = shown[0]
        if kind == "input" and ("\n" in shown[0] or "\r" in shown[0]):
            # A box of one line would join the lines that came from elsewhere.
            kind = "textarea"
            params |= {"rows": _lines(None), "attributes": None}
    return Component(kind, params)


def datalist_id(item: Item) -> str:
    """Return the id of the list of names to choose from that goes with a question."""
    return f"{item.link_id}-list"


def datalist(item: Item) -> Params | None:
    """Return the list of names to choose from, None when the question has none."""
    if item.type != "open-choice":
        return None
    names = [option.text(messages.LANGUAGE) for option in item.options]
    return {"id": datalist_id(item), "names": names}


def _title(item: Item, size: str) -> Params:
    title: Params = {"text": item.wording(messages.LANGUAGE), "size": size}
    if not item.required:
        mark = messages.TEXTS["optional_mark"]
        title["caption"] = {"text": mark, "placement": "end", "size": "m"}
    return title


def _hint(item: Item) -> str | None:
    own = item.hint.wording(messages.LANGUAGE) if item.hint else None
    match item.type:
        case "choice" if item.repeats:
            return own or messages.TEXTS["multi_hint"]
        case "open-choice":
            return " ".join(filter(None, [own, messages.TEXTS["medicine_search_hint"]]))
        case "date":
            return own or messages.TEXTS["date.hint"]
        case "integer" if item.control == "slider":
            return own or messages.out_of_range(item)
    return own


def _choice_face(item: Item, title: Params) -> Component:
    hint = {"hint": {"text": _hint(item)}} if _hint(item) else {}
    if item.type == "boolean":
        answers = [("true", messages.TEXTS["yes"]), ("false", messages.TEXTS["no"])]
        options = [{"value": value, "text": text} for value, text in answers]
        return Component("radios", {"fieldset": {"legend": title}, **hint, "items": options})
    options = [_option(option) for option in item.options if not option.exclusive]
    alone = [_option(option) for option in item.options if option.exclusive]
    if not item.repeats:
        options, alone = [_option(option) for option in item.options], []
    if not item.repeats and len(options) > _MOST_RADIOS:
        first = {"value": "", "text": messages.TEXTS["select_list"]}
        return Component("select", {"label": title, **hint, "items": [first, *options]})
    if options and alone:
        options.append({"divider": messages.TEXTS["or"]})
    kind = "checkboxes" if item.repeats else "radios"
    return Component(kind, {"fieldset": {"legend": title}, **hint, "items": [*options, *alone]})


def _option(option: Option) -> Params:
    return {"value": option.code, "text": option.text(messages.LANGUAGE)}


def _number(item: Item) -> Params:
    whole = item.type == "integer" or item.max_decimal_places == 0
    params: Params = {"inputmode": "numeric" if whole else "decimal", "autocomplete": "off"}
    if item.unit is not None:
        params["suffix"] = messages.unit_words(item.unit)
    if isinstance(item.max_value, int | float):
        needed = len(messages.number_words(item.max_value)) + (0 if whole else 2)
        params["width"] = str(next((width for width in _WIDTHS if width >= needed), _WIDTHS[-1]))
    return params


def _line(item: Item) -> Params:
    """Return what a browser may fill in by itself, and which keys a phone shows for it."""
    autocomplete = AUTOCOMPLETE.get(item.link_id)
    params: Params = {"autocomplete": autocomplete} if autocomplete else {}
    if autocomplete in {"tel", "email"}:
        params |= {"inputmode": autocomplete, "spellcheck": False}
    return params


def _lines(item: Item | None) -> int:
    return 5 if item is not None and (item.max_length or _LONG_TEXT) >= _LONG_TEXT else 3


def _boxes(params: Params, name: str, typed: Sequence[str], faulty: Sequence[str]) -> list[Params]:
    born = AUTOCOMPLETE.get(name)
    boxes = []
    for part, text in zip(PARTS, typed, strict=True):
        box: Params = {"id": f"{name}-{part}", "name": f"{name}-{part}", "width": _BOX[part]}
        box |= {"label": messages.TEXTS[f"date.{part}"], "value": text or None}
        if born:
            box["autocomplete"] = f"{born}-{part}"
        if "errorMessage" in params:
            box["error"] = part in faulty
        boxes.append(box)
    return boxes


def _encodable(text: str) -> str:
    """Return a text that UTF-8 can encode; lone surrogates, which no browser sends, become ?."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def rows(
    item: Item, rows: Sequence[Sequence[Any]], error: str | None, datalists: Sequence[Params]
) -> Component:
    """Return what the rows of a group are shown with; `rows` hold the fields of their cells."""
    name = item.link_id
    words = messages.row_texts(item)
    title = item.wording(messages.LANGUAGE)
    shown = [
        {
            "id": f"{name}-{number}",
            "title": words.title.format(n=number),
            "cells": cells,
            "command": f"remove:{name}:{number}",
        }
        for number, cells in enumerate(rows, 1)
    ]
    params: Params = {"id": name, "title": title, "rows": shown, "datalists": datalists}
    params |= {"hint": _hint(item), "error": error, "add": words.add, "remove": words.remove}
    params |= {"command": f"add:{name}", "next": f"{name}-{len(rows) + 1}"}
    return Component("rows", params)
