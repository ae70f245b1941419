"""The items of a Questionnaire to their records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from fhir.intake import urls
from fhir.intake.answer_options import EnableWhen, Interrupt
from fhir.intake.bindings import ITEM_TYPES
from fhir.intake.extensions import Extensions, typed_value
from fhir.intake.form_elements import (
    QuestionnaireError,
    is_finite,
    needed_text,
    objects_of,
    text_of,
    truth_of,
    whole_of,
)
from fhir.intake.items import Item
from fhir.intake.json_walk import objects
from fhir.intake.option_loading import translations
from fhir.intake.text_rules import text_fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fhir.intake.option_loading import Lists

Json: TypeAlias = dict[str, Any]
MAX_LINK_ID: Final = 255
_MEASURE: Final = ("comparator", "unit", "system", "code")


class ItemReader:
    """Reads the items of one Questionnaire, which are bounded in number and depth already."""

    def __init__(self, lists: Lists, *, ruled: bool) -> None:
        """Take the lists of answers; with ``ruled`` the conditions of the rule language count."""
        self._lists = lists
        self._ruled = ruled
        self._link_ids: set[str] = set()

    def items(self, rows: Sequence[Json], parent: str | None = None) -> tuple[Item, ...]:
        """Return the items of a level. Raises QuestionnaireError, which names the item."""
        return tuple(self._named_item(row, parent) for row in rows)

    def _named_item(self, row: Json, parent: str | None) -> Item:
        link_id = self._link_id(row)
        children = self.items(objects_of(row, "item"), link_id)
        try:
            return self._item(row, link_id, parent, children)
        except QuestionnaireError as error:
            raise QuestionnaireError(f"{error} (in the item {link_id[:60]!r})") from None

    def _link_id(self, row: Json) -> str:
        link_id = needed_text(row, "linkId")
        fault = text_fault(link_id, MAX_LINK_ID)
        if fault:
            raise QuestionnaireError(f"has the linkId {link_id[:60]!r}, which {fault}")
        if link_id in self._link_ids:
            raise QuestionnaireError(f"uses a linkId twice, {link_id[:60]!r}")
        self._link_ids.add(link_id)
        return link_id

    def _item(self, row: Json, link_id: str, parent: str | None, children: Sequence[Item]) -> Item:
        extensions = Extensions(row)
        hint = next(
            (child for child in children if child.control == "help" and child.is_text), None
        )
        options = self._lists.options(row)
        units = self._lists.units(extensions)
        return Item(
            link_id=link_id,
            type=_type(row),
            text=text_of(row, "text") or "",
            prefix=text_of(row, "prefix"),
            parent=parent,
            children=tuple(child for child in children if child is not hint),
            translations=translations(row.get("_text")),
            label=extensions.text(urls.SHORT_TEXT),
            hint=hint,
            why=extensions.text(urls.DESIGN_NOTE),
            codes=tuple(objects(row.get("code"))),
            required=truth_of(row, "required"),
            repeats=truth_of(row, "repeats"),
            read_only=truth_of(row, "readOnly"),
            hidden=extensions.value(urls.HIDDEN) is True,
            options=options,
            value_set=None if options else text_of(row, "answerValueSet"),
            unit=units[0] if len(units) == 1 else None,
            units=units,
            unit_value_set=None if units else extensions.text(urls.UNIT_VALUE_SET),
            initial=tuple(_initial(row)),
            initial_expression=extensions.expression(urls.INITIAL_EXPRESSION),
            calculated=extensions.expression(urls.CALCULATED_EXPRESSION),
            variables=extensions.variables(urls.VARIABLE),
            control=_code(extensions.value(urls.ITEM_CONTROL)),
            audience=extensions.text(urls.AUDIENCE),
            condition=extensions.text(urls.CONDITION) if self._ruled else None,
            enable_when=tuple(map(_enable_when, objects_of(row, "enableWhen"))),
            enable_behavior=text_of(row, "enableBehavior"),
            enable_expression=extensions.expression(urls.ENABLE_WHEN_EXPRESSION),
            interrupts=tuple(_interrupts(extensions)) if self._ruled else (),
            **_bounds(row, extensions),
        )


def _type(row: Json) -> str:
    kind = needed_text(row, "type")
    if kind not in ITEM_TYPES:
        raise QuestionnaireError(f"has the type {kind[:40]!r}, which R4 does not have")
    return kind


def _bounds(row: Json, extensions: Extensions) -> dict[str, Any]:
    low = extensions.value(urls.MIN_VALUE, urls.MIN_QUANTITY)
    high = extensions.value(urls.MAX_VALUE, urls.MAX_QUANTITY)
    if any(
        Extensions(constraint).value("expression") == urls.NOT_AFTER_TODAY
        for constraint in extensions.all(urls.CONSTRAINT)
    ):
        high = "today"
    size = extensions.value(urls.MAX_SIZE)
    return {
        "min_value": _bound(low),
        "max_value": _bound(high),
        "min_quantity": _quantity(low),
        "max_quantity": _quantity(high),
        "min_length": extensions.whole(urls.MIN_LENGTH),
        "max_length": whole_of(row, "maxLength"),
        "regex": extensions.text(urls.REGEX),
        "entry_format": extensions.text(urls.ENTRY_FORMAT),
        "max_decimal_places": extensions.whole(urls.MAX_DECIMAL_PLACES),
        "min_occurs": extensions.whole(urls.MIN_OCCURS),
        "max_occurs": extensions.whole(urls.MAX_OCCURS),
        "slider_step": extensions.whole(urls.SLIDER_STEP),
        "mime_types": extensions.texts(urls.MIME_TYPE),
        "max_size": size if is_finite(size) else None,
        "reference_types": extensions.texts(urls.REFERENCE_RESOURCE),
    }


def _bound(value: Any) -> str | float | None:  # any JSON value
    """Return a bound as a date or number, also that of a quantity."""
    plain: Any = value.get("value") if isinstance(value, dict) else value
    return plain if isinstance(plain, str) or is_finite(plain) else None


def _quantity(value: Any) -> Json | None:  # any JSON value
    if not isinstance(value, dict) or not is_finite(value.get("value")):
        return None
    texts = {key: value[key] for key in _MEASURE if isinstance(value.get(key), str)}
    return {"value": value["value"], **texts}


def _initial(row: Json) -> Iterator[tuple[str, Any]]:
    for each in objects_of(row, "initial"):
        element, value = typed_value(each, "value")
        if value is not None:
            yield element, value


def _code(concept: Any) -> str | None:  # a CodeableConcept
    codings = objects(concept.get("coding")) if isinstance(concept, dict) else []
    return text_of(codings[0], "code") if codings else None


def _enable_when(row: Json) -> EnableWhen:
    element, answer = typed_value(row, "answer")
    return EnableWhen(needed_text(row, "question"), needed_text(row, "operator"), answer, element)


def _interrupts(extensions: Extensions) -> Iterator[Interrupt]:
    for row in extensions.all(urls.INTERRUPT):
        parts = Extensions(row)
        condition = parts.text("condition")
        if condition is None:
            raise QuestionnaireError("has an interrupt without condition")
        wordings = [Extensions(wording) for wording in parts.all("wording")]
        titles = {w.text("lang") or "": w.text("title") or "" for w in wordings}
        texts = {w.text("lang") or "": w.text("text") or "" for w in wordings}
        yield Interrupt(condition, titles, texts)
