"""One authored page or question (TOML) as a Questionnaire item (R4 JSON)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fhir.intake import urls

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Json = dict[str, Any]

TYPES: Final = {"multi_choice": "choice", "open_choice": "open-choice"}
SHARED_LISTS: Final = {"ynu": "yes-no-unsure", "medicines": "medicine"}
CONTROL_SYSTEM: Final = "http://hl7.org/fhir/questionnaire-item-control"
MAX_RADIO_OPTIONS: Final = 12


def texts(name: str, wording: Mapping[str, str]) -> Json:
    """Return an element with its translations: ``text`` and ``_text``."""
    element: Json = {name: wording["en"]}
    translations = [
        {
            "url": urls.TRANSLATION,
            "extension": [
                {"url": "lang", "valueCode": language},
                {"url": "content", "valueString": text},
            ],
        }
        for language, text in wording.items()
        if language != "en"
    ]
    if translations:
        element[f"_{name}"] = {"extension": translations}
    return element


def control(code: str) -> Json:
    """Return the extension that tells a form filler which control to show."""
    coding = {"system": CONTROL_SYSTEM, "code": code}
    return {"url": urls.ITEM_CONTROL, "valueCodeableConcept": {"coding": [coding]}}


def code_system(name: str) -> str:
    """Return the address of the code system of a question's own options."""
    return f"{urls.BASE}/CodeSystem/{name.replace('_', '-')}"


class Author:
    """Turns pages and questions into items; holds the lists that questions share."""

    def __init__(self, lists: Mapping[str, list[Json]], medicines: list[Json]) -> None:
        """Take the shared option lists and the medicines that can be chosen."""
        self._lists = {**lists, "medicines": medicines}

    def page(self, page: Json) -> Json:
        """Return the group item of a page."""
        extensions = [{"url": urls.AUDIENCE, "valueCode": page["audience"]}]
        extensions += _condition(page)
        extensions += [_interrupt(row) for row in page.get("interrupt", [])]
        children = [self.question(question) for question in page["question"]]
        if "intro" in page:
            intro = {"linkId": f"{page['id']}_intro", **texts("text", page["intro"])}
            children.insert(0, {**intro, "type": "display"})
        return {
            "extension": extensions,
            "linkId": page["id"],
            **texts("text", page["title"]),
            "type": "group",
            "item": children,
        }

    def question(self, question: Json) -> Json:
        """Return the item of a question, or of a repeating group with its columns."""
        item: Json = {
            "extension": [*self._extensions(question)],
            "linkId": question["id"],
        }
        if "code" in question:
            item["code"] = [question["code"]]
        item |= texts("text", question["text"])
        item["type"] = TYPES.get(question["type"], question["type"])
        if question.get("required"):
            item["required"] = True
        if question["type"] in {"multi_choice", "group"}:
            item["repeats"] = True
        if "max_length" in question:
            item["maxLength"] = question["max_length"]
        options = [*self._options(question)]
        if options:
            item["answerOption"] = options
        children = [_hint(question)] if "hint" in question else []
        children += [self.question(column) for column in question.get("column", [])]
        if children:
            item["item"] = children
        return item

    def _extensions(self, question: Json) -> Iterator[Json]:
        note = f"{question['why']} Source: {question['source']}."
        yield {"url": urls.SHORT_TEXT, "valueString": question["label"]}
        yield {"url": urls.DESIGN_NOTE, "valueMarkdown": note}
        yield from _condition(question)
        yield from self._control(question)
        yield from _bounds(question)
        if "max_rows" in question:
            yield {"url": urls.MAX_OCCURS, "valueInteger": question["max_rows"]}

    def _control(self, question: Json) -> Iterator[Json]:
        kind = question["type"]
        if kind == "multi_choice":
            yield control("check-box")
        elif kind == "choice":
            options = question["options"]
            short = isinstance(options, str) or len(options) <= MAX_RADIO_OPTIONS
            yield control("radio-button" if short else "drop-down")
        elif kind == "open_choice":
            yield control("autocomplete")
        elif "slider" in question:
            yield control("slider")
            yield {"url": urls.SLIDER_STEP, "valueInteger": question["slider"]}

    def _options(self, question: Json) -> Iterator[Json]:
        options = question.get("options", [])
        name = question["id"]
        if isinstance(options, str):
            name, options = SHARED_LISTS[options], self._lists[options]
        for option in options:
            system = option.get("system", code_system(name))
            wording = {k: v for k, v in option.items() if k in {"en", "es"}}
            coding = {"system": system, "code": option["code"], **texts("display", wording)}
            extensions = [*_option_extensions(option)]
            yield {**({"extension": extensions} if extensions else {}), "valueCoding": coding}


def _condition(table: Json) -> list[Json]:
    if "when" not in table:
        return []
    return [{"url": urls.CONDITION, "valueString": " ".join(table["when"].split())}]


def _interrupt(row: Json) -> Json:
    parts: list[Json] = [{"url": "condition", "valueString": " ".join(row["when"].split())}]
    for language in row["title"]:
        wording = [
            {"url": "lang", "valueCode": language},
            {"url": "title", "valueString": row["title"][language]},
            {"url": "text", "valueString": row["text"][language]},
        ]
        parts.append({"url": "wording", "extension": wording})
    return {"url": urls.INTERRUPT, "extension": parts}


def _hint(question: Json) -> Json:
    return {
        "extension": [control("help")],
        "linkId": f"{question['id']}_hint",
        **texts("text", question["hint"]),
        "type": "display",
    }


def _option_extensions(option: Json) -> Iterator[Json]:
    if option.get("exclusive"):
        yield {"url": urls.OPTION_EXCLUSIVE, "valueBoolean": True}
    if "region" in option:
        parts = [
            {"url": "area", "valueCode": option["region"]},
            {"url": "side", "valueCode": option["side"]},
            *({"url": "view", "valueCode": view} for view in option["views"]),
        ]
        yield {"url": urls.REGION, "extension": parts}


def _bounds(question: Json) -> Iterator[Json]:
    kind = question["type"]
    unit = question.get("unit")
    if unit is not None:
        coding = {"system": urls.UCUM, "code": unit["ucum"], "display": unit["text"]}
        url = urls.UNIT_OPTION if kind == "quantity" else urls.UNIT
        yield {"url": url, "valueCoding": coding}
    for key, simple, quantity in (
        ("min", urls.MIN_VALUE, urls.MIN_QUANTITY),
        ("max", urls.MAX_VALUE, urls.MAX_QUANTITY),
    ):
        if key in question:
            yield _bound(kind, question[key], unit, simple, quantity)
    if "decimals" in question:
        yield {"url": urls.MAX_DECIMAL_PLACES, "valueInteger": question["decimals"]}


def _bound(kind: str, value: Any, unit: Json | None, simple: str, quantity: str) -> Json:
    if kind == "quantity" and unit is not None:
        measured = {"unit": unit["text"], "system": urls.UCUM, "code": unit["ucum"]}
        return {"url": quantity, "valueQuantity": {"value": value, **measured}}
    if value == "today":
        return _not_in_the_future()
    return {"url": simple, "valueDate" if kind == "date" else "valueInteger": value}


def _not_in_the_future() -> Json:
    parts = [
        {"url": "key", "valueId": "not-in-the-future"},
        {"url": "severity", "valueCode": "error"},
        {"url": "expression", "valueString": urls.NOT_AFTER_TODAY},
        {"url": "human", "valueString": "The date can not be in the future."},
    ]
    return {"url": urls.CONSTRAINT, "extension": parts}
