"""Findings about the conditions of items: questions that are not there, answers that can not be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fhir.intake.answer_options import option_index

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fhir.intake.answer_options import EnableWhen
    from fhir.intake.items import Form, Item

_ELEMENTS: Final[Mapping[str, frozenset[str]]] = {
    "boolean": frozenset({"answerBoolean"}),
    "decimal": frozenset({"answerDecimal", "answerInteger"}),
    "integer": frozenset({"answerInteger", "answerDecimal"}),
    "date": frozenset({"answerDate", "answerDateTime"}),
    "dateTime": frozenset({"answerDateTime", "answerDate"}),
    "time": frozenset({"answerTime"}),
    "string": frozenset({"answerString"}),
    "text": frozenset({"answerString"}),
    "url": frozenset({"answerString"}),
    "quantity": frozenset({"answerQuantity"}),
    "reference": frozenset({"answerReference"}),
    "choice": frozenset({"answerCoding"}),
    "open-choice": frozenset({"answerCoding", "answerString"}),
}
_UNORDERED: Final = frozenset({"boolean", "choice", "open-choice", "reference", "attachment"})
_OPERATORS: Final = frozenset({"exists", "=", "!=", ">", "<", ">=", "<="})


def condition_findings(form: Form, item: Item) -> Iterator[tuple[str, str]]:
    """Yield code and sentence of every condition of an item that can not work."""
    for condition in item.enable_when:
        asked = form.items.get(condition.question)
        if asked is None or not asked.is_question:
            what = "is no question" if asked else "is not in the form"
            yield (
                "unknown-question",
                f"enableWhen asks for {condition.question!r:.60}, which {what}.",
            )
        else:
            yield from _faults(condition, asked)


def _faults(condition: EnableWhen, asked: Item) -> Iterator[tuple[str, str]]:
    name, operator = asked.link_id, condition.operator
    if operator not in _OPERATORS:
        yield "impossible-condition", f"{operator!r:.20} is no operator of enableWhen."
    elif operator == "exists":
        if condition.element != "answerBoolean":
            yield "impossible-condition", "The operator exists needs answerBoolean (que-7)."
    elif condition.element not in _elements(asked):
        given = condition.element or "nothing"
        yield (
            "impossible-condition",
            f"enableWhen compares {name!r:.60}, of type {asked.type}, with {given}.",
        )
    elif operator not in {"=", "!="} and asked.type in _UNORDERED:
        yield "impossible-condition", f"{name!r:.60}, of type {asked.type}, has no order."
    elif operator == "=" and asked.type == "choice" and not _is_listed(asked, condition):
        yield "impossible-condition", f"{name!r:.60} has no such answer to choose."


def _elements(asked: Item) -> frozenset[str]:
    elements = option_index(asked.options).elements
    listed = {element.replace("value", "answer", 1) for element in elements}
    return _ELEMENTS.get(asked.type, frozenset()) | listed


def _is_listed(asked: Item, condition: EnableWhen) -> bool:
    element, wanted = condition.element.replace("answer", "value", 1), condition.answer
    if not asked.options or asked.option_of(element, wanted) is not None:
        return True
    if element != "valueCoding" or not isinstance(wanted, dict) or "code" not in wanted:
        return False
    # A coding without a system is that of any system.
    if wanted.get("system") is not None:
        return asked.option_of(element, {"code": wanted["code"]}) is not None
    return option_index(asked.options).has_code(wanted["code"])
