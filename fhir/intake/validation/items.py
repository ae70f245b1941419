"""The items of a response against its form: place, order, number, text, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from fhir.intake.occurrences import walk
from fhir.intake.validation.answers import answer_faults
from fhir.intake.values.formats import shown, whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fhir.intake.enabling import Enabling
    from fhir.intake.items import Form, Item
    from fhir.intake.occurrences import Occurrence, Scope

Json: TypeAlias = dict[str, Any]


class Found(NamedTuple):
    """A code, where, at which item, and a message that completes its name and a colon.

    ``stranger`` is the link id of what is no item of the form.
    """

    code: str
    place: str
    item: Item | None
    message: str
    stranger: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A response with its form; ``value_faults`` are those of each answer, by its item's place."""

    form: Form
    top: Scope
    enabling: Enabling
    value_faults: Mapping[str, list[tuple[str, str, str]]]


def item_faults(case: Case) -> Iterator[Found]:
    """Yield what does not fit the form, in document order."""
    for scope in walk(case.top):
        if scope.holder:
            yield from _row_faults(case, scope)
        for item in scope.items:
            yield from _item_faults(case, scope, item)


def _row_faults(case: Case, scope: Scope) -> Iterator[Found]:
    """Yield the items that the form does not have just here, and those out of order."""
    order = {item.link_id: number for number, item in enumerate(scope.items)}
    rows = scope.holder.get("item")
    last = -1
    for index, row in enumerate(rows if isinstance(rows, list) else ()):
        place = f"{scope.place}.item[{index}]"
        name = row.get("linkId") if isinstance(row, dict) else None
        if not isinstance(name, str) or not name:
            yield Found("no-link-id", place, None, "the item has no linkId")
            continue
        number = order.get(name)
        if number is None:
            yield _stranger(case, name, place)
            continue
        if number < last:
            yield Found(
                "order", place, scope.items[number], "stands after a later item of the form"
            )
        last = max(last, number)


def _stranger(case: Case, name: str, place: str) -> Found:
    item = case.form.items.get(name)
    if item is None:
        message = f"the form has no item {shown(name)}"
        return Found("unknown-link-id", place, None, message, name)
    parent = f"below {shown(item.parent)}" if item.parent else "at the top"
    return Found("misplaced", place, item, f"belongs {parent} of the form")


def _item_faults(case: Case, scope: Scope, item: Item) -> Iterator[Found]:
    found = scope.find(item.link_id)
    is_enabled = case.enabling.is_enabled(item, scope)
    if found:
        if not is_enabled and _is_around_enabled(case, scope):
            for occurrence in found:
                if occurrence.element.get("answer") or occurrence.element.get("item"):
                    message = "is answered, but does not apply by the other answers"
                    yield Found("not-enabled", occurrence.place, item, message)
        if len(found) > 1 and not (item.is_group and item.repeats):
            yield _repeated(found[1])
        for occurrence in found:
            yield from _occurrence_faults(case, occurrence)
    if item.required or item.min_occurs is not None or item.max_occurs is not None:
        yield from _count_faults(scope, item, found, is_enabled=is_enabled)


def _is_around_enabled(case: Case, scope: Scope) -> bool:
    if scope.item is None or scope.around is None:
        return True
    return case.enabling.is_enabled(scope.item, scope.around)


def _repeated(second: Occurrence) -> Found:
    if second.item.repeats:
        message = "is there as several items; its answers belong into one"
        return Found("split-question", second.place, second.item, message)
    return Found("repeated-item", second.place, second.item, "is there more than once")


def _count_faults(
    scope: Scope, item: Item, found: list[Occurrence], *, is_enabled: bool
) -> Iterator[Found]:
    """Yield what is missing of an enabled item, and what is too much of any."""
    place = found[0].place if found else scope.place
    count = sum(_count(occurrence) for occurrence in found)
    what = "group" if item.is_group else "answer"
    if is_enabled and item.required and not count and not item.is_text:
        message = "is required and has no answer in it" if item.is_group else "is required"
        yield Found("required-missing", place, item, message)
    least, most = whole(item.min_occurs), whole(item.max_occurs)
    if is_enabled and least is not None and 0 < count < least:
        message = f"needs at least {least} {what}s, not {count}"
        yield Found("too-few", place, item, message)
    if most is not None and count > most:
        yield Found("too-many", place, item, f"takes at most {most} {what}s, not {count}")


def _count(occurrence: Occurrence) -> int:
    if occurrence.item.is_group:
        return 1 if occurrence.element.get("item") else 0
    return occurrence.count


def _occurrence_faults(case: Case, occurrence: Occurrence) -> Iterator[Found]:
    item, place, element = occurrence.item, occurrence.place, occurrence.element
    text = element.get("text")
    if text and not item.has_text(text):
        message = f"has the text {shown(text)}, which the form does not have here"
        yield Found("text-differs", place, item, message)
    has_answer, has_items = "answer" in element, "item" in element
    if item.is_text:
        if has_answer or has_items:
            yield Found("answered-display", place, item, "is a text to be read, not answered")
        return
    if not has_answer and not has_items:
        yield Found("empty-item", place, item, "could be left out, as it has no answer")
    elif item.is_group:
        if has_answer:
            yield Found("answered-group", place, item, "is a group and has no answers of its own")
    else:
        if has_items:
            message = "has items beside its answer, not in it (qrs-1)"
            yield Found("items-beside-answer", place, item, message)
        for code, where, message in answer_faults(case, occurrence):
            yield Found(code, where, item, message)


NAME_LENGTH: Final = 80


def name_of(item: Item) -> str:
    """Return what a message calls an item: its text if that is short, else its link id."""
    text = item.short
    if isinstance(text, str) and 0 < len(text) <= NAME_LENGTH:
        return f'"{" ".join(text.split())}"'
    return shown(item.link_id)
