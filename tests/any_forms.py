"""Small Questionnaires for tests, written as briefly as they can be."""

from __future__ import annotations

from typing import Any

from fhir.intake.loading import load_form

Json = dict[str, Any]
URL = "http://example.org/Questionnaire/any"
CODES = "http://example.org/codes"


def item(link_id: str, kind: str = "string", *children: Json, **more: Any) -> Json:
    """Return an item; ``enable`` are triples of question, operator and answer element."""
    made: Json = {"linkId": link_id, "text": more.pop("text", f"Text of {link_id}"), "type": kind}
    enable = more.pop("enable", ())
    if enable:
        made["enableWhen"] = [
            {"question": question, "operator": operator, **answer}
            for question, operator, answer in enable
        ]
    if len(enable) > 1:
        more.setdefault("enableBehavior", "all")
    if children:
        made["item"] = list(children)
    return made | more


def coding(code: str) -> Json:
    """Return a coding of the test's own codes."""
    return {"system": CODES, "code": code, "display": code.title()}


def options(*codes: str) -> list[Json]:
    """Return answer options with codings."""
    return [{"valueCoding": coding(code)} for code in codes]


def questionnaire(*items: Json, **more: Any) -> Json:
    """Return a Questionnaire."""
    return {
        "resourceType": "Questionnaire",
        "url": URL,
        "version": "1",
        "title": "Any form",
        "status": "active",
        "item": list(items),
    } | more


def form_of(*items: Json, **more: Any) -> Any:
    """Return the item tree of a Questionnaire."""
    return load_form(questionnaire(*items, **more))
