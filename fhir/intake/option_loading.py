"""The answers and units that an item of a Questionnaire lets one choose from."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from fhir.intake import urls
from fhir.intake.answer_options import Option, Region, Unit, value_key
from fhir.intake.extensions import Extensions, typed_value
from fhir.intake.form_elements import QuestionnaireError, is_whole, objects_of, text_of, truth_of
from fhir.intake.json_walk import objects
from fhir.intake.value_sets import MAX_CODES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from fhir.intake.value_sets import Terminology

Json: TypeAlias = dict[str, Any]
_CODING: Final = ("system", "version", "code", "display")


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


def _is_scalar(value: object) -> bool:
    return isinstance(value, str | int | float)


_TYPES: Final[Mapping[str, Callable[[object], bool]]] = {
    "valueCoding": _is_object,
    "valueReference": _is_object,
    "valueInteger": is_whole,
    **dict.fromkeys(("valueDate", "valueTime", "valueString"), _is_text),
}


class Lists:
    """The lists of answers and units of one form: what many items name is made once."""

    def __init__(self, terminology: Terminology) -> None:
        """Take the lists at hand."""
        self._terminology = terminology
        self._options: dict[str, tuple[Option, ...]] = {}
        self._units: dict[str, tuple[Unit, ...]] = {}

    def options(self, json_item: Json) -> tuple[Option, ...]:
        """Return the answers of an item, none where its list is not at hand.

        Of answers that are the same only the first is there; two that share a code are told apart
        by ``system|code``. Raises QuestionnaireError.
        """
        rows = objects_of(json_item, "answerOption")
        if len(rows) > MAX_CODES:
            raise QuestionnaireError(f"has more than {MAX_CODES:,} answers to choose from")
        address = text_of(json_item, "answerValueSet")
        if not rows:
            return self._named(address) if address is not None else ()
        own = [option for row in rows if (option := _option(row))]
        return _distinct([*own, *(self._named(address) if address is not None else ())])

    def _named(self, address: str) -> tuple[Option, ...]:
        if address not in self._options:
            codings = self._terminology.codings(address) or ()
            self._options[address] = _distinct([_coded(coding) for coding in codings])
        return self._options[address]

    def units(self, extensions: Extensions) -> tuple[Unit, ...]:
        """Return the units of an answer, none where any will do or the list is not at hand."""
        codings = extensions.values(urls.UNIT) or extensions.values(urls.UNIT_OPTION)
        if codings:
            return tuple(_unit(coding) for coding in objects([*codings]))
        address = extensions.text(urls.UNIT_VALUE_SET)
        if address is None:
            return ()
        if address not in self._units:
            found = self._terminology.codings(address) or ()
            self._units[address] = tuple(_unit(coding) for coding in found)
        return self._units[address]


def translations(element: Any) -> dict[str, str]:  # an element such as ``_text``
    """Return the wordings of a text in other languages."""
    found: dict[str, str] = {}
    for row in Extensions(element).all(urls.TRANSLATION) if isinstance(element, dict) else ():
        parts = Extensions(row)
        language, content = parts.text("lang"), parts.text("content")
        if language is not None and content is not None:
            found[language] = content
    return found


def _distinct(options: Sequence[Option]) -> tuple[Option, ...]:
    """Leave out answers that are there already, and give each of the others a code of its own."""
    known: dict[object, Option] = {}
    for option in options:
        known.setdefault((option.element, value_key(option.answer[option.element])), option)
    rows = [option for option in known.values() if option.code]
    count = Counter(option.code for option in rows)
    if len(count) == len(rows):
        return tuple(rows)
    taken = {code for code, number in count.items() if number == 1}
    return tuple(_renamed(rows, count, taken))


def _renamed(rows: list[Option], count: Counter[str], taken: set[str]) -> Iterator[Option]:
    last: Counter[str] = Counter()
    for option in rows:
        if count[option.code] == 1:
            yield option
            continue
        wanted = option.key if option.element == "valueCoding" else option.code
        name = wanted
        while name in taken:
            last[wanted] += 1
            name = f"{wanted}#{last[wanted] + 1}"
        taken.add(name)
        yield replace(option, code=name)


def _option(row: Json) -> Option | None:
    """Return an answer, None of a row that has no value."""
    element, value = typed_value(row, "value")
    if value is None:
        return None
    if not _TYPES.get(element, _is_scalar)(value):
        raise QuestionnaireError(f"has an answer to choose from with a {element} of another type")
    extensions = Extensions(row)
    exclusive = extensions.value(urls.OPTION_EXCLUSIVE) is True
    initial = truth_of(row, "initialSelected")
    if element != "valueCoding":
        text = _plain(value)
        return Option(
            code=text,
            display=text,
            element=element,
            value=value,
            exclusive=exclusive,
            initial=initial,
            translations=translations(row.get(f"_{element}")),
        )
    return replace(
        _coded(value),
        exclusive=exclusive,
        initial=initial,
        region=next((_region(part) for part in extensions.all(urls.REGION)), None),
        translations=translations(value.get("_display")),
    )


def _coded(coding: Json) -> Option:
    known = {key: text for key in _CODING if (text := text_of(coding, key)) is not None}
    code = known.get("code", known.get("display", ""))
    return Option(
        code=code,
        display=known.get("display", code),
        system=known.get("system"),
        value=known,
    )


def _plain(value: Any) -> str:  # any JSON value
    if isinstance(value, dict):
        return str(value.get("display") or value.get("reference") or value)
    return str(value)


def _region(row: Json) -> Region:
    parts = Extensions(row)
    area, side = parts.text("area"), parts.text("side")
    if area is None or side is None:
        raise QuestionnaireError("has a region of the body without area or side")
    return Region(area, side, parts.texts("view"))


def _unit(coding: Json) -> Unit:
    code = text_of(coding, "code") or ""
    return Unit(code, text_of(coding, "display") or code, text_of(coding, "system") or "")
