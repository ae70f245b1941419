"""A question to the parameters of the UI kit's component that asks it: pure functions.

A face is what depends on the question alone and is made once; `fill` adds what was typed and
what is wrong with it. The parameters are those of the kit's own macros.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from fhir.intake.places import escape
from intake.person import AUTOCOMPLETE
from intake.web import form_texts, messages
from intake.web.authored import authored, joined, shortened
from intake.web.dates import PARTS
from intake.web.form_texts import hints

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fhir.intake.answer_options import Option, Unit
    from fhir.intake.items import Item

Params: TypeAlias = dict[str, Any]
NUMBERS: Final = frozenset({"integer", "decimal", "quantity"})
_LONGEST_LINE: Final = 100
"""Texts of more characters get a box of several lines."""
_LONG_TEXT: Final = 500
_ANY_NUMBER: Final = "10"
_WIDTHS: Final = (2, 3, 4, 5, 10)
_BOX: Final = {"day": "2", "month": "2", "year": "4", "time": "5"}


class Component(NamedTuple):
    """What a question is asked with: the name of a component of the kit, and its parameters."""

    kind: str
    params: Params


def face(item: Item, *, in_row: bool = False, size: str = "", language: str = "") -> Component:
    """Return what depends on the question alone; in a row, it stands below the row's title.

    ``size`` is that of its title; ``language`` that of the form, "" for that of the page.
    """
    heading = title(item, size or ("s" if in_row else "m"), language)
    told = hint(item, language=language)
    hinted = {"hint": {"text": told}} if told else {}
    if is_chosen(item):
        return _choice_face(item, heading, hinted, language)
    if item.type in {"date", "dateTime"}:
        return Component("date", {"fieldset": {"legend": heading}, **hinted})
    if item.type == "quantity" and item.unit is None:
        return Component("measure", {"fieldset": {"legend": heading}, **hinted, **_measure(item)})
    params: Params = {"label": heading, **hinted}
    if item.type in NUMBERS:
        return Component("input", {**params, **_number(item)})
    if item.type == "time":
        return Component("input", {**params, "width": _BOX["time"], "autocomplete": "off"})
    if item.type == "open-choice" and item.options:
        params |= {"spellcheck": False, "attributes": {"list": datalist_id(item)}}
        if not in_row:
            params["datalist"] = datalist(item)
        return Component("input", params)
    if item.type == "text" and (item.max_length or _LONG_TEXT) > _LONGEST_LINE:
        return Component("textarea", {**params, "rows": _lines(item)})
    return Component("input", {**params, **_line(item)})


def untitled(face: Component) -> Component:
    """Return a face whose title is only read out, because it is shown above."""
    kind, params = face
    hidden = {**_heading(face), "hidden": True}
    own = {"label": hidden} if "label" in params else {"fieldset": {"legend": hidden}}
    return Component(kind, {**params, **own})


def brief_title(face: Component) -> str:
    """Return the title of a face, or its beginning, perhaps as markup."""
    return shortened(_heading(face)["text"])


def _heading(face: Component) -> Params:
    params = face.params
    heading: Params = params["label"] if "label" in params else params["fieldset"]["legend"]
    return heading


def is_chosen(item: Item) -> bool:
    """Tell whether an answer is one of a few that are shown."""
    return item.type in {"choice", "boolean"} or bool(item.options and item.type != "open-choice")


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
    shown = [encodable(text) for text in typed]
    if kind == "date":
        params["items"] = _boxes(params, name, shown, faulty)
    elif kind == "measure":
        params |= {"amount": shown[0], "unit": shown[1], "faulty": faulty if error else ()}
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
    return f"{escape(item.link_id)}-list"


def datalist(item: Item) -> Params | None:
    """Return the list of names to choose from, None when the question has none."""
    if item.type != "open-choice" or not item.options:
        return None
    names = [option.text(messages.LANGUAGE) for option in item.options]
    return {"id": datalist_id(item), "names": names}


def title(item: Item, size: str, language: str = "") -> Params:
    """Return the title of a question, marked if it can be skipped."""
    lang = form_texts.text_language(item, language)
    params: Params = {"text": form_texts.shown_title(item, lang), "size": size}
    if not item.required:
        mark = messages.TEXTS["optional_mark"]
        params["caption"] = {"text": mark, "placement": "end", "size": "m"}
    return params


def hint(item: Item, *, chosen: bool = False, language: str = "") -> str | None:
    """Return what helps to answer a question; ``chosen`` tells that its answers are shown."""
    own = hints(item, language)
    if chosen or is_chosen(item):
        is_several = item.repeats and (len(item.options) > 1 or item.type == "open-choice")
        return own or (messages.TEXTS["multi_hint"] if is_several else None)
    match item.type:
        case "open-choice" if item.options:
            return joined([own or "", messages.TEXTS["medicine_search_hint"]])
        case "date":
            return own or messages.TEXTS["date.hint"]
        case "dateTime":
            return own or form_texts.MOMENT_HINT
        case "time":
            return own or form_texts.TIME_HINT
        case "integer" | "decimal" if item.control == "slider":
            return own or messages.out_of_range(item)
    return own


def _choice_face(item: Item, heading: Params, hinted: Params, language: str) -> Component:
    params: Params = {"fieldset": {"legend": heading}, **hinted}
    if item.type == "boolean" and not item.options:
        answers = [("true", messages.TEXTS["yes"]), ("false", messages.TEXTS["no"])]
        options = [{"value": value, "text": text} for value, text in answers]
        return Component("radios", {**params, "items": options})
    if not item.repeats:
        shown = [option_params(option, language) for option in item.options]
        return Component("radios", {**params, "items": shown})
    options = [option_params(option, language) for option in item.options if not option.exclusive]
    alone = [option_params(option, language) for option in item.options if option.exclusive]
    return Component("checkboxes", {**params, "items": [*options, *apart(options, alone)]})


def apart(before: Sequence[Params], answers: Sequence[Params]) -> list[Params]:
    """Return answers with a divider between them and those before."""
    divider = [{"divider": messages.TEXTS["or"]}] if before and answers else []
    return [*divider, *answers]


def option_params(option: Option, language: str = "") -> Params:
    """Return an answer to choose, of a form in a language."""
    return {"value": option.code, "text": option_words(option, language)}


def option_words(option: Option, language: str = "") -> str:
    """Return an answer to choose as it is shown, perhaps as markup."""
    lang = "" if messages.LANGUAGE in option.translations else language
    return authored(option.text(messages.LANGUAGE), lang)


def _number(item: Item) -> Params:
    whole = item.type == "integer" or item.max_decimal_places == 0
    params: Params = {"inputmode": "numeric" if whole else "decimal", "autocomplete": "off"}
    if item.unit is not None:
        params["suffix"] = messages.unit_words(item.unit)
    params["width"] = _ANY_NUMBER
    if isinstance(item.max_value, int | float):
        needed = len(messages.number_words(item.max_value)) + (0 if whole else 2)
        params["width"] = str(next((width for width in _WIDTHS if width >= needed), _WIDTHS[-1]))
    return params


def _measure(item: Item) -> Params:
    """Return the units to choose from; without any, the unit is typed."""
    params: Params = {"width": "5", "amountLabel": form_texts.AMOUNT, "unitLabel": form_texts.UNIT}
    if item.units:
        first = {"value": "", "text": form_texts.SELECT_UNIT}
        units = [{"value": unit_value(u), "text": messages.unit_words(u)} for u in item.units]
        params["units"] = [first, *units]
    return params


def unit_value(unit: Unit) -> str:
    """Return what a browser sends for a unit that was selected."""
    return unit.code or unit.display


def _line(item: Item) -> Params:
    """Return what a browser may fill in by itself, and which keys a phone shows for it."""
    if item.type == "url":
        return {"inputmode": "url", "spellcheck": False}
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
    parts = PARTS if len(typed) == len(PARTS) else (*PARTS, "time")
    for part, text in zip(parts, typed, strict=True):
        box: Params = {"id": f"{name}-{part}", "name": f"{name}-{part}", "width": _BOX[part]}
        label = form_texts.TIME if part == "time" else messages.TEXTS[f"date.{part}"]
        box |= {"label": label, "value": text or None, "keys": part != "time" and "numeric"}
        if born:
            box["autocomplete"] = f"{born}-{part}"
        if "errorMessage" in params:
            box["error"] = part in faulty
        boxes.append(box)
    return boxes


def encodable(text: str) -> str:
    """Return a text that UTF-8 can encode; lone surrogates, which no browser sends, become ?."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
