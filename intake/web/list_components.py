"""What a list with a search, or with room for own words, is shown with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intake.web import components, form_texts
from intake.web.commands import add_command, find_command
from intake.web.components import Component, Params, option_params
from intake.web.row_components import about

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fhir.intake.answer_options import Option
    from fhir.intake.items import Item
    from intake.web.list_field import ListField
    from intake.web.lists import Listing


def list_face(item: Item, *, size: str = "m", language: str = "") -> Component:
    """Return what depends on the question alone, in a form of a language."""
    title = components.title(item, size, language)
    hint = components.hint(item, chosen=True, language=language)
    params: Params = {"fieldset": {"legend": title}, **({"hint": {"text": hint}} if hint else {})}
    return Component("checkboxes" if item.repeats else "radios", params)


def fill_list(field: ListField, matching: Sequence[Option], count: int) -> Component:
    """Return a face with what was chosen, typed and searched; `count` is how many match."""
    listing = field.listing
    filled = components.fill(field.face, field.name, field.typed, field.error)
    params = filled.params
    if listing.is_long:
        items = _chosen_first(listing, field.typed, matching)
        params["search"] = _search(field, len(matching), count)
    else:
        items = _all(field)
    if listing.other is not None:
        items = [*items, {"value": listing.other, "text": form_texts.OTHER}]
        params["own"] = _own(field)
    return Component(filled.kind, {**params, "items": items})


def _all(field: ListField) -> list[Params]:
    options = field.item.options
    lang = field.listing.language
    alone = [option_params(o, lang) for o in options if o.exclusive and field.item.repeats]
    others = [option_params(o, lang) for o in options if not (o.exclusive and field.item.repeats)]
    return [*others, *components.apart(others, alone)]


def _chosen_first(
    listing: Listing, chosen: Sequence[str], matching: Sequence[Option]
) -> list[Params]:
    """Return what was chosen and is not found now, then what is found."""
    found = {option.code for option in matching}
    codes = dict.fromkeys(code for code in chosen if code not in found)
    kept = [listing.by_code[code] for code in codes if code in listing.by_code]
    return [option_params(option, listing.language) for option in (*kept, *matching)]


def _search(field: ListField, shown: int, count: int) -> Params:
    query = components.encodable(field.query)
    return {
        "name": f"{field.name}-find",
        "label": form_texts.SEARCH,
        "value": query,
        "found": f"{field.name}-found",
        "status": form_texts.found(shown, count, len(field.listing.options), query.strip()),
        "button": form_texts.FIND,
        "about": about(field),
        "command": find_command(field.name),
    }


def _own(field: ListField) -> Params:
    name = f"{field.name}-own"
    texts = [*map(components.encodable, field.own or [""])]
    boxes = [
        {"id": name if number == 1 else f"{name}-{number}", "number": number, "value": text}
        for number, text in enumerate(texts, 1)
    ]
    own: Params = {"name": name, "label": form_texts.OWN_WORDS, "boxes": boxes}
    if field.item.repeats and len(boxes) < field.most_own:
        own |= {"add": form_texts.ADD_OWN_WORDS, "command": add_command(field.name)}
        own |= {"next": f"{name}-{len(boxes) + 1}", "about": about(field)}
    return own
