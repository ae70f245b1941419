"""A Questionnaire resource (R4 JSON) to its item tree."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from fhir.intake import urls
from fhir.intake.extensions import Extensions
from fhir.intake.form_elements import QuestionnaireError, objects_of, text_of
from fhir.intake.item_loading import ItemReader
from fhir.intake.items import Form, Item
from fhir.intake.json_size import size_fault
from fhir.intake.layout import lay_out
from fhir.intake.option_loading import Lists
from fhir.intake.value_sets import Terminology, standard_terminology

if TYPE_CHECKING:
    from collections.abc import Sequence

Json: TypeAlias = dict[str, Any]
FILE: Final = "questionnaire.json"
MAX_DEPTH: Final = 20
MAX_ITEMS: Final = 1_000
MAX_CONDITIONS: Final = 10_000
MAX_VARIABLES: Final = 1_000
MAX_EXPRESSIONS: Final = 200_000
"""Characters of all expressions together."""


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


def load_form(resource: Any, around: Terminology | None = None, *, ruled: bool = True) -> Form:
    """Build the item tree; ``around`` holds lists of answers that the resource only names.

    With ``ruled`` the conditions of the rule language, where an item has one, go before those of
    FHIR, and pages may interrupt; without, they count for nothing.

    Raises QuestionnaireError, whose message completes "the Questionnaire ...", for any JSON that is
    no usable R4 form, and for one that is too large: more than 1,000 items, or nested deeper than
    20, 10,000 conditions, 1,000 variables or 200,000 characters of expressions.
    """
    if not isinstance(resource, dict) or resource.get("resourceType") != "Questionnaire":
        raise QuestionnaireError("is no Questionnaire")
    fault = size_fault(resource)
    if fault:
        raise QuestionnaireError(fault)
    _check_items(resource)
    terminology = Terminology(resource.get("contained"), around or standard_terminology())
    reader = ItemReader(Lists(terminology), ruled=ruled)
    form = _form(resource, reader.items(objects_of(resource, "item")))
    if not form.items:
        raise QuestionnaireError("has no items")
    _check_expressions(form)
    try:
        form.enabling_order  # noqa: B018  # kept with the form from now on
    except ValueError as error:
        raise QuestionnaireError(str(error)) from None
    return form


def _check_items(resource: Json) -> None:
    count, conditions, depth = 0, 0, 0
    level = objects_of(resource, "item")
    while level:
        count, depth = count + len(level), depth + 1
        conditions += sum(len(objects_of(row, "enableWhen")) for row in level)
        if depth > MAX_DEPTH:
            raise QuestionnaireError(f"nests its items deeper than {MAX_DEPTH} levels")
        if count > MAX_ITEMS:
            raise QuestionnaireError(f"has more than {MAX_ITEMS:,} items")
        if conditions > MAX_CONDITIONS:
            raise QuestionnaireError(f"has more than {MAX_CONDITIONS:,} conditions")
        level = [child for row in level for child in objects_of(row, "item")]


def _form(resource: Json, roots: tuple[Item, ...]) -> Form:
    period = resource.get("effectivePeriod")
    period = period if isinstance(period, dict) else {}
    name = text_of(resource, "name") or ""
    title = text_of(resource, "title") or name
    return Form(
        url=text_of(resource, "url") or "",
        version=text_of(resource, "version") or "",
        title=title,
        name=name,
        language=text_of(resource, "language") or "en",
        roots=roots,
        pages=lay_out(roots, title),
        status=text_of(resource, "status") or "active",
        subject_types=_texts(resource.get("subjectType")),
        effective=(text_of(period, "start"), text_of(period, "end")),
        variables=Extensions(resource).variables(urls.VARIABLE),
    )


def _texts(value: Any) -> tuple[str, ...]:
    rows: Sequence[Any] = value if isinstance(value, list) else ()
    return tuple(row for row in rows if isinstance(row, str))


def _check_expressions(form: Form) -> None:
    rows = (form.variables, *(item.variables for item in form.items.values()))
    variables = [text for row in rows for _, text in row]
    own = [
        text
        for item in form.items.values()
        for text in (item.calculated, item.initial_expression, item.enable_expression)
        if text
    ]
    if len(variables) > MAX_VARIABLES:
        raise QuestionnaireError(f"has more than {MAX_VARIABLES:,} variables")
    if sum(map(len, [*variables, *own])) > MAX_EXPRESSIONS:
        raise QuestionnaireError(f"has more than {MAX_EXPRESSIONS:,} characters of expressions")


__all__ = [
    "FILE",
    "Extensions",
    "QuestionnaireError",
    "load_form",
    "rebase",
    "standard_questionnaire",
]
