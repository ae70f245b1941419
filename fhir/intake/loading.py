"""A Questionnaire resource (R4 JSON) to its item tree."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from fhir.intake import urls
from fhir.intake.items import EnableWhen, Form, Interrupt, Item, Option, Region, Unit

if TYPE_CHECKING:
    from collections.abc import Iterator

Json: TypeAlias = dict[str, Any]
FILE: Final = "questionnaire.json"


class QuestionnaireError(ValueError):
    """A Questionnaire that can not be used as a form."""


def standard_questionnaire() -> Json:
    """Read the Questionnaire that comes with the product."""
    resource: Json = json.loads((files("fhir.intake") / FILE).read_text(encoding="utf-8"))
    return resource


def rebase(resource: Json, base: str) -> Json:
    """Return the product's Questionnaire with its url and code systems under another base.

    Extensions keep their addresses: they name a meaning, not a place.
    """

    def move(value: Any) -> Any:
        if isinstance(value, dict):
            own = {k: v if k == "extension" else move(v) for k, v in value.items()}
            return {k: move_address(v) if k in {"url", "system"} else v for k, v in own.items()}
        return [move(element) for element in value] if isinstance(value, list) else value

    def move_address(value: Any) -> Any:
        if isinstance(value, str) and value.startswith(urls.BASE + "/"):
            return base.rstrip("/") + value.removeprefix(urls.BASE)
        return value

    moved: Json = move(resource)
    return moved


def load_form(resource: Json) -> Form:
    """Build the item tree. Raises QuestionnaireError when the resource is no usable R4 form."""
    if resource.get("resourceType") != "Questionnaire":
        raise QuestionnaireError("is no Questionnaire")
    try:
        pages = tuple(_item(item, None) for item in resource["item"])
        form = Form(
            url=resource["url"],
            version=resource.get("version", ""),
            title=resource.get("title", ""),
            name=resource.get("name", ""),
            language=resource.get("language", "en"),
            pages=pages,
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise QuestionnaireError(f"is no R4 Questionnaire: {error!r}") from error
    if len(form.items) != sum(1 for page in pages for _ in page.walk()):
        raise QuestionnaireError("uses a linkId twice")
    return form


def _item(json_item: Json, parent: str | None) -> Item:
    extensions = Extensions(json_item)
    link_id = json_item["linkId"]
    children = tuple(_item(child, link_id) for child in json_item.get("item", ()))
    hints = [child for child in children if child.control == "help"]
    return Item(
        link_id=link_id,
        type=json_item["type"],
        text=json_item.get("text", ""),
        parent=parent,
        children=tuple(child for child in children if child not in hints),
        translations=_translations(json_item.get("_text")),
        label=extensions.value(urls.SHORT_TEXT),
        hint=hints[0] if hints else None,
        why=extensions.value(urls.DESIGN_NOTE),
        codes=tuple(json_item.get("code", ())),
        required=json_item.get("required", False),
        repeats=json_item.get("repeats", False),
        read_only=json_item.get("readOnly", False),
        options=tuple(_option(option) for option in json_item.get("answerOption", ())),
        unit=_unit(extensions),
        min_value=extensions.limit(urls.MIN_VALUE, urls.MIN_QUANTITY),
        max_value=extensions.latest(),
        max_length=json_item.get("maxLength"),
        max_decimal_places=extensions.value(urls.MAX_DECIMAL_PLACES),
        max_occurs=extensions.value(urls.MAX_OCCURS),
        slider_step=extensions.value(urls.SLIDER_STEP),
        control=_code(extensions.value(urls.ITEM_CONTROL)),
        audience=extensions.value(urls.AUDIENCE),
        condition=extensions.value(urls.CONDITION),
        enable_when=tuple(_enable_when(row) for row in json_item.get("enableWhen", ())),
        enable_behavior=json_item.get("enableBehavior"),
        enable_expression=(extensions.value(urls.ENABLE_WHEN_EXPRESSION) or {}).get("expression"),
        interrupts=tuple(_interrupt(row) for row in extensions.all(urls.INTERRUPT)),
    )


class Extensions:
    """The extensions of one element, by url."""

    def __init__(self, element: Json) -> None:
        """Take the element that holds them."""
        self._rows: list[Json] = element.get("extension", [])

    def all(self, url: str) -> Iterator[Json]:
        """Yield every extension of a url."""
        return (row for row in self._rows if row.get("url") == url)

    def value(self, url: str) -> Any:
        """Return the value of the first extension of a url, None if there is none."""
        return next((element_value(row, "value") for row in self.all(url)), None)

    def limit(self, simple: str, quantity: str) -> str | float | None:
        """Return a bound: a number or an ISO date."""
        found: str | float | None = self.value(simple)
        return (self.value(quantity) or {}).get("value") if found is None else found

    def latest(self) -> str | float | None:
        """Return the upper bound; ``"today"`` for a date that can not be in the future."""
        for row in self.all(urls.CONSTRAINT):
            if Extensions(row).value("expression") == urls.NOT_AFTER_TODAY:
                return "today"
        return self.limit(urls.MAX_VALUE, urls.MAX_QUANTITY)


def element_value(element: Json, prefix: str) -> Any:
    """Return the value of a choice element such as ``value[x]`` or ``answer[x]``."""
    return next((v for k, v in element.items() if k.startswith(prefix) and k != prefix), None)


def _translations(element: Json | None) -> dict[str, str]:
    found = {}
    for row in Extensions(element or {}).all(urls.TRANSLATION):
        parts = Extensions(row)
        found[parts.value("lang")] = parts.value("content")
    return found


def _code(concept: Json | None) -> str | None:
    return concept["coding"][0]["code"] if concept else None


def _option(row: Json) -> Option:
    coding = row.get("valueCoding")
    if coding is None:
        plain = str(element_value(row, "value"))
        return Option(code=plain, display=plain)
    extensions = Extensions(row)
    return Option(
        code=coding["code"],
        display=coding.get("display", coding["code"]),
        system=coding.get("system"),
        exclusive=bool(extensions.value(urls.OPTION_EXCLUSIVE)),
        region=next((_region(part) for part in extensions.all(urls.REGION)), None),
        translations=_translations(coding.get("_display")),
    )


def _region(row: Json) -> Region:
    parts = Extensions(row)
    views = tuple(view["valueCode"] for view in parts.all("view"))
    return Region(parts.value("area"), parts.value("side"), views)


def _unit(extensions: Extensions) -> Unit | None:
    coding = extensions.value(urls.UNIT) or extensions.value(urls.UNIT_OPTION)
    return Unit(coding["code"], coding["display"], coding["system"]) if coding else None


def _enable_when(row: Json) -> EnableWhen:
    return EnableWhen(row["question"], row["operator"], element_value(row, "answer"))


def _interrupt(row: Json) -> Interrupt:
    parts = Extensions(row)
    wordings = [Extensions(wording) for wording in parts.all("wording")]
    titles = {wording.value("lang"): wording.value("title") for wording in wordings}
    texts = {wording.value("lang"): wording.value("text") for wording in wordings}
    return Interrupt(parts.value("condition"), titles, texts)
