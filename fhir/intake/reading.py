"""A QuestionnaireResponse to answers, with everything in it that does not fit the form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from fhir.intake.problems import Problem
from fhir.intake.text_rules import text_fault
from fhir.intake.values.rules import elements_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhir.intake.items import Form, Item

Json: TypeAlias = dict[str, Any]
STATUSES: Final = ("in-progress", "completed", "amended", "entered-in-error", "stopped")
_CODING: Final = frozenset({"system", "version", "code", "display"})
_QUANTITY: Final = frozenset({"value", "unit", "system", "code"})


def read_items(resource: Json, form: Form) -> tuple[Json, list[Problem]]:
    """Return the raw answers of a response and every structural fault.

    The values are still to be checked against their questions (``check_answers``).
    """
    reader = _Reader()
    reader.read(resource.get("item"), form.roots, "QuestionnaireResponse", reader.answers)
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
        if text is not None and not item.has_text(text):
            self.fault(place, f"the text is not that of the question {item.link_id}")
        if item.is_text:
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
        if item.is_rows:
            self.read_rows(answers, item, place, into)
            return
        values = [*self.values(answers, item, place)]
        if values and len(values) == len(answers):
            into[item.link_id] = values if item.repeats else values[0]
        below = answers[0].get("item") if isinstance(answers[0], dict) else None
        if below is not None:
            self.read(below, item.children, f"{place}.answer[0]", into)

    def read_rows(self, answers: list[Any], item: Item, place: str, into: Json) -> None:
        """Read the answers of a repeating question, each with what stands below it."""
        rows = []
        for index, answer in enumerate(answers):
            below: Json = {}
            for value in self.values([answer], item, place, index):
                below[item.link_id] = value
            if isinstance(answer, dict):
                self.read(answer.get("item"), item.children, f"{place}.answer[{index}]", below)
            rows.append(below)
        into[item.link_id] = rows

    def values(self, answers: list[Any], item: Item, place: str, first: int = 0) -> Iterator[Any]:
        for index, answer in enumerate(answers, first):
            here = f"{place}.answer[{index}]"
            if not isinstance(answer, dict):
                self.fault(here, f"{item.link_id} needs an answer")
                continue
            keys = [key for key in answer if key.startswith("value")]
            if "item" in answer and (not item.children or (item.repeats and not item.is_rows)):
                self.fault(here, "items can not stand below an answer of this form")
            elif "item" in answer and not keys:
                continue
            elif len(keys) != 1 or keys[0] not in elements_of(item):
                self.fault(here, f"{item.link_id} needs {' or '.join(sorted(elements_of(item)))}")
            else:
                value = self.value(item, keys[0], answer[keys[0]], here)
                if value is not None:
                    yield value

    def value(self, item: Item, element: str, value: Any, place: str) -> Any:
        if element == "valueCoding":
            return self.coding(item, value, place)
        if item.options and (item.type != "open-choice" or element != "valueString"):
            return self.listed(item, element, value, place)
        if element == "valueQuantity":
            return self.quantity(item, value, place)
        if value is None:
            self.fault(place, "has no value")
        return value

    def listed(self, item: Item, element: str, value: Any, place: str) -> Any:
        option = item.option_of(element, value)
        if option is None:
            self.fault(place, f"{str(value)[:60]!r} is none of the answers to {item.link_id}")
            return None
        return option.code

    def coding(self, item: Item, coding: Any, place: str) -> Any:
        if not isinstance(coding, dict):
            self.fault(place, f"{item.link_id} needs a coding with a code")
            return None
        kept = {k: v for k, v in coding.items() if k in _CODING}
        if item.type == "open-choice" or not item.options:
            if all(isinstance(v, str) and text_fault(v) is None for v in kept.values()):
                return kept
            self.fault(place, f"the coding of {item.link_id} holds what is no text")
            return None
        option = item.option_of("valueCoding", kept)
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
        if unit is None:
            return {k: v for k, v in quantity.items() if k in _QUANTITY}
        if (quantity.get("system"), quantity.get("code")) != (unit.system, unit.code):
            self.fault(place, f"{item.link_id} is asked in {unit.display} ({unit.code})")
            return None
        return quantity["value"]
