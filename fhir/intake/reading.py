"""A QuestionnaireResponse to answers, with everything in it that does not fit the form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from fhir.intake.loading import element_value
from fhir.intake.problems import Problem
from fhir.intake.text_rules import text_fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhir.intake.items import Form, Item

Json: TypeAlias = dict[str, Any]
STATUSES: Final = ("in-progress", "completed", "amended", "entered-in-error", "stopped")
_VALUE_KEYS: Final = {
    "boolean": {"valueBoolean"},
    "decimal": {"valueDecimal"},
    "integer": {"valueInteger"},
    "date": {"valueDate"},
    "dateTime": {"valueDateTime"},
    "time": {"valueTime"},
    "url": {"valueUri"},
    "choice": {"valueCoding"},
    "open-choice": {"valueCoding", "valueString"},
    "quantity": {"valueQuantity"},
}


def read_items(resource: Json, form: Form) -> tuple[Json, list[Problem]]:
    """Return the raw answers of a response and every structural fault.

    The values are still to be checked against their questions (``check_answers``).
    """
    reader = _Reader()
    reader.read(resource.get("item"), form.pages, "QuestionnaireResponse", reader.answers)
    return reader.answers, reader.problems


class _Reader:
    def __init__(self) -> None:
        self.answers: Json = {}
        self.problems: list[Problem] = []

    def fault(self, place: str, message: str) -> None:
        self.problems.append(Problem(place, message))

    def read(self, rows: object, items: tuple[Item, ...], place: str, into: Json) -> None:
        """Read the items below one element into a mapping of link id to raw value."""
        if rows is None:
            return
        if not isinstance(rows, list) or not rows or not all(isinstance(r, dict) for r in rows):
            self.fault(f"{place}.item", "must be a list of items that is not empty")
            return
        order = {item.link_id: (number, item) for number, item in enumerate(items)}
        last = -1
        seen: set[str] = set()
        for index, row in enumerate(rows):
            here = f"{place}.item[{index}]"
            name = row.get("linkId")
            if not isinstance(name, str) or name not in order:
                self.fault(here, f"the form has no item {str(name)[:60]!r} here")
                continue
            number, item = order[name]
            if number < last:
                self.fault(here, f"{name} stands after a later item of the form")
            last = max(last, number)
            if name in seen and not item.is_rows:
                self.fault(here, f"{name} is there twice")
                continue
            seen.add(name)
            self.read_item(row, item, here, into)

    def read_item(self, row: Json, item: Item, place: str, into: Json) -> None:
        text = row.get("text")
        if text is not None and text not in (item.text, *item.translations.values()):
            self.fault(place, f"the text is not that of the question {item.link_id}")
        if item.type == "display":
            if "answer" in row or "item" in row:
                self.fault(place, f"{item.link_id} is a text and can not be answered")
        elif item.is_group:
            self.read_group(row, item, place, into)
        else:
            self.read_question(row, item, place, into)

    def read_group(self, row: Json, item: Item, place: str, into: Json) -> None:
        if "answer" in row:
            self.fault(place, f"{item.link_id} is a group and can not be answered")
        below: Json = {} if item.is_rows else into
        self.read(row.get("item"), item.children, place, below)
        if item.is_rows and below:
            into.setdefault(item.link_id, []).append(below)

    def read_question(self, row: Json, item: Item, place: str, into: Json) -> None:
        if "item" in row:
            self.fault(place, f"{item.link_id} is a question; items can not stand below it")
        answers = row.get("answer")
        if answers is None:
            return
        if not isinstance(answers, list) or not answers:
            self.fault(f"{place}.answer", "must be a list of answers that is not empty")
            return
        if len(answers) > 1 and not item.repeats:
            self.fault(place, f"{item.link_id} takes one answer, not {len(answers)}")
            return
        values = [*self.values(answers, item, place)]
        if len(values) == len(answers):
            into[item.link_id] = values if item.repeats else values[0]

    def values(self, answers: list[Any], item: Item, place: str) -> Iterator[Any]:
        allowed = _VALUE_KEYS.get(item.type, {"valueString"})
        for index, answer in enumerate(answers):
            here = f"{place}.answer[{index}]"
            keys = (
                {k for k in answer if k.startswith("value")} if isinstance(answer, dict) else set()
            )
            if len(keys) != 1 or not keys <= allowed:
                expected = " or ".join(sorted(allowed))
                self.fault(here, f"{item.link_id} needs {expected}")
                continue
            if "item" in answer:
                self.fault(here, "items can not stand below an answer of this form")
                continue
            value = self.value(item, element_value(answer, "value"), here)
            if value is not None:
                yield value

    def value(self, item: Item, value: Any, place: str) -> Any:
        if item.type == "quantity":
            return self.quantity(item, value, place)
        if item.type == "choice" or isinstance(value, dict):
            return self.coding(item, value, place)
        if value is None:
            self.fault(place, "has no value")
        return value

    def coding(self, item: Item, coding: Any, place: str) -> Any:
        if not isinstance(coding, dict):
            self.fault(place, f"{item.link_id} needs a coding with a code")
            return None
        kept = {k: v for k, v in coding.items() if k in {"system", "code", "display"}}
        if not all(isinstance(v, str) and text_fault(v) is None for v in kept.values()):
            self.fault(place, f"the coding of {item.link_id} holds what is no text")
            return None
        if item.type == "open-choice":
            return kept
        option = item.option(f"{kept.get('system', '')}|{kept.get('code', '')}")
        if option is None:
            code = str(kept.get("code"))[:60]
            self.fault(place, f"{code!r} is none of the answers to {item.link_id}")
            return None
        return option.code

    def quantity(self, item: Item, quantity: Any, place: str) -> Any:
        if not isinstance(quantity, dict) or "value" not in quantity:
            self.fault(place, f"{item.link_id} needs a quantity with a value")
            return None
        if "comparator" in quantity:
            self.fault(place, f"{item.link_id} needs an exact value, without a comparator")
            return None
        unit = item.unit
        given = (quantity.get("system"), quantity.get("code"))
        if unit is not None and given != (unit.system, unit.code):
            self.fault(place, f"{item.link_id} is asked in {unit.display} ({unit.code})")
            return None
        return quantity["value"]
