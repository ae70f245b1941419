"""The authored form (``fhir/intake/form/*.toml``) as a FHIR R4 SDC Questionnaire."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from fhir.intake import urls
from fhir.intake.loading import load_form
from fhir.intake.rules.fhirpath import AGE, Mapper, variables
from referral.parser import parse
from referral.questions import Symbol, symbols
from scripts.authored_item import Author, texts
from scripts.enable_when import NativeConditions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from fhir.intake.items import Form
    from referral.expression import Node
    from referral.questions import Symbol as SymbolType

Json = dict[str, Any]


def build(folder: Path, medicines: list[Json]) -> Json:
    """Build the Questionnaire from the files of a folder.

    ``medicines`` are the answer options of the list of medicines (code, text, system or None).
    """
    identity = tomllib.loads((folder / "form.toml").read_text(encoding="utf-8"))
    pages = [
        tomllib.loads(path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("[0-9]*.toml"))
    ]
    author = Author(identity["lists"], medicines)
    resource = _header(identity)
    resource["item"] = [author.page(page) for page in pages]
    _write_conditions(resource)
    return resource


def _header(identity: Json) -> Json:
    return {
        "resourceType": "Questionnaire",
        "id": identity["id"],
        "meta": {"profile": [urls.SDC_QUESTIONNAIRE]},
        "language": "en",
        "extension": [],
        "url": f"{urls.BASE}/Questionnaire/{identity['id']}",
        "version": identity["version"],
        "name": identity["name"],
        **texts("title", identity["title"]),
        "status": identity["status"],
        "subjectType": ["Patient"],
        "date": identity["date"],
        "publisher": identity["publisher"],
        "description": identity["description"],
    }


def _write_conditions(resource: Json) -> None:
    """Add enableWhen, or the expression, to every item with a condition of its own."""
    form = load_form(resource)
    conditions = dict(_parsed(form))
    questions = {question.id: question for question in form.questions}
    order = {name: [o.code for o in item.options] for name, item in form.items.items()}
    native = NativeConditions(questions, order, lambda name, value: _answer(form, name, value))
    mapper = Mapper(questions)
    needed: set[str] = set()
    for item in _walk(resource["item"]):
        node = conditions.get(item["linkId"])
        if node is None:
            continue
        written = native.write(node)
        if written is None:
            needed |= set(node.names())
            item["extension"].append(_expression(mapper.write(node)))
        else:
            item.update(written)
    resource["extension"] = [
        {"url": urls.VARIABLE, "valueExpression": _fhirpath(path, name=name)}
        for name, path in variables(form, needed)
    ]


def _parsed(form: Form) -> Iterator[tuple[str, Node]]:
    scope: Mapping[str, SymbolType] = {**symbols(form.questions), AGE: Symbol("number")}
    for item in form.items.values():
        if item.condition is not None:
            yield item.link_id, parse(item.condition, scope)


def _answer(form: Form, name: str, value: object) -> Json:
    item = form.items[name]
    option = item.option(str(value)) if item.options else None
    if option is not None:
        return {"answerCoding": {"system": option.system, "code": option.code}}
    if item.unit is not None and item.type == "quantity":
        unit = item.unit
        quantity = {"value": value, "unit": unit.display, "system": unit.system, "code": unit.code}
        return {"answerQuantity": quantity}
    return {"answerInteger": value}


def _expression(path: str) -> Json:
    return {
        "url": urls.ENABLE_WHEN_EXPRESSION,
        "valueExpression": _fhirpath(f"iif({path}, true, false)"),
    }


def _fhirpath(path: str, name: str | None = None) -> Json:
    named = {"name": name} if name else {}
    return {**named, "language": "text/fhirpath", "expression": path}


def _walk(items: list[Json]) -> Iterator[Json]:
    for item in items:
        yield item
        yield from _walk(item.get("item", []))
