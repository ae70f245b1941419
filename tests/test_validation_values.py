"""One answer against its question: what is right, what is wrong, and the words for it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from fhir.intake.answer_options import Option, Unit
from fhir.intake.items import Item
from fhir.intake.values.objects import reference_type
from fhir.intake.values.rules import value_faults

UCUM = "http://unitsofmeasure.org"
TODAY = date(2026, 11, 22)
WEEK = Unit("wk", "weeks", UCUM)
ONE = {"value": 1, "unit": "weeks", "system": UCUM, "code": "wk"}
LIST = (
    Option(
        code="a",
        display="Apple",
        system="https://x.example",
        value={"system": "https://x.example", "code": "a", "display": "Apple"},
    ),
    Option(
        code="b",
        display="b",
        system="https://x.example",
        value={"system": "https://x.example", "code": "b"},
    ),
)


def faults(kind: str, element: str, value: Any, **more: Any) -> list[tuple[str, str]]:
    item = Item(link_id="q", type=kind, text="Q", **more)
    return value_faults(item, element, value, on=TODAY, max_text=50)


@pytest.mark.parametrize(
    ("kind", "element", "value", "more", "expected"),
    [
        ("boolean", "valueBoolean", "x", {}, "'x' is neither true nor false"),
        ("integer", "valueInteger", "x", {}, "'x' is no number"),
        ("integer", "valueInteger", 1.5, {}, "1.5 is no whole number"),
        ("integer", "valueInteger", -1, {"min_value": 0, "unit": WEEK}, "-1 is less than 0 weeks"),
        ("integer", "valueInteger", 11, {"max_value": 10}, "11 is more than 10"),
        ("integer", "valueInteger", 2**31, {}, "the number is too large"),
        (
            "decimal",
            "valueDecimal",
            0.125,
            {"max_decimal_places": 2},
            "0.125 has more than 2 decimal places",
        ),
        (
            "decimal",
            "valueDecimal",
            1e-7,
            {"max_decimal_places": 6},
            "1e-07 has more than 6 decimal places",
        ),
        ("decimal", "valueDecimal", float("nan"), {}, "nan is no number"),
        ("date", "valueDate", "soon", {}, "'soon' is no date such as 1980-03-27"),
        ("date", "valueDate", "2026-02-30", {}, "'2026-02-30' is no date of the calendar"),
        (
            "date",
            "valueDate",
            "2026-11-23",
            {"max_value": "today"},
            "2026-11-23 is in the future (the form is of 2026-11-22)",
        ),
        ("date", "valueDate", "1899", {"min_value": "1900-01-01"}, "1899 is before 1900-01-01"),
        ("date", "valueDate", "2001", {"max_value": "2000-12-31"}, "2001 is after 2000-12-31"),
        ("time", "valueTime", "08:59:59", {"min_value": "09:00:00"}, "08:59:59 is before 09:00:00"),
        (
            "dateTime",
            "valueDateTime",
            "2026-11-22T10:00:00Z",
            {"max_value": "2026-11-22T10:30:00+01:00"},
            "2026-11-22T10:00:00Z is after 2026-11-22T10:30:00+01:00",
        ),
        ("string", "valueString", 3, {}, "3 is no text"),
        ("string", "valueString", "x" * 51, {}, "the text is longer than 50 characters"),
        ("text", "valueString", "\u0007", {}, "the text holds the control character U+0007"),
        ("url", "valueUri", "a b", {}, "'a b' is no address: it has a space"),
        ("url", "valueUri", "uuid:1", {}, "'uuid:1' should begin with urn:uuid:"),
        (
            "choice",
            "valueCoding",
            {"code": "x"},
            {"options": LIST},
            "'x' is none of the answers to choose from",
        ),
        (
            "quantity",
            "valueQuantity",
            {**ONE, "value": -1},
            {"unit": WEEK, "units": (WEEK,), "min_value": 0, "min_quantity": {**ONE, "value": 0}},
            "-1 is less than 0 weeks",
        ),
        (
            "attachment",
            "valueAttachment",
            {"data": "AAAA"},
            {},
            "the attachment does not tell its type (contentType)",
        ),
        ("reference", "valueReference", {}, {}, "the reference refers to nothing"),
    ],
)
def test_sentences(
    kind: str, element: str, value: Any, more: dict[str, Any], expected: str
) -> None:
    assert [message for _, message in faults(kind, element, value, **more)] == [expected]


@pytest.mark.parametrize(
    ("kind", "element", "value", "more"),
    [
        ("integer", "valueInteger", 0, {"min_value": 0, "max_value": 0}),
        ("decimal", "valueDecimal", 0.5, {"max_decimal_places": 1, "min_value": 0.5}),
        ("decimal", "valueDecimal", 5, {"max_decimal_places": 0}),
        ("date", "valueDate", "2026", {"max_value": "today"}),
        ("date", "valueDate", "2026-11-22", {"max_value": "today"}),
        ("date", "valueDate", "2020", {"min_value": "2020-06-01", "max_value": "2020-06-30"}),
        ("dateTime", "valueDateTime", "2022-06-30", {"max_value": "2022-06"}),
        ("string", "valueString", "ab", {"min_length": 2, "max_length": 2, "regex": "[a-b]{2}"}),
        ("text", "valueString", "a\nb", {}),
        ("choice", "valueCoding", LIST[0].answer["valueCoding"], {"options": LIST}),
        (
            "choice",
            "valueCoding",
            {"system": "https://x.example", "code": "a", "display": " APPLE "},
            {"options": LIST},
        ),
        (
            "choice",
            "valueCoding",
            {"system": "https://x.example", "code": "b", "display": "B"},
            {"options": LIST},
        ),
        ("open-choice", "valueString", "Pear", {"options": LIST}),
        ("string", "valueString", "a", {"options": LIST}),
        (
            "decimal",
            "valueDecimal",
            1.0,
            {"options": (Option(code="1", display="1", element="valueDecimal", value=1),)},
        ),
        (
            "quantity",
            "valueQuantity",
            {"value": 7, "unit": "d", "system": UCUM, "code": "d"},
            {"min_quantity": ONE, "max_quantity": ONE},
        ),
        ("quantity", "valueQuantity", {"value": 5}, {}),
        (
            "quantity",
            "valueQuantity",
            {"value": 5, "comparator": "<", **ONE},
            {"max_quantity": {**ONE, "value": 0}},
        ),
        (
            "attachment",
            "valueAttachment",
            {"contentType": "image/png", "url": "https://x.example/a"},
            {"mime_types": ("image/*",)},
        ),
        (
            "attachment",
            "valueAttachment",
            {"contentType": "text/plain; charset=utf-8"},
            {"mime_types": ("text/plain",)},
        ),
        (
            "attachment",
            "valueAttachment",
            {"contentType": "image/png", "size": 100},
            {"max_size": 100.0},
        ),
        (
            "reference",
            "valueReference",
            {"reference": "Patient/1/_history/2"},
            {"reference_types": ("Patient",)},
        ),
        (
            "reference",
            "valueReference",
            {"display": "my doctor"},
            {"reference_types": ("Patient",)},
        ),
        ("reference", "valueReference", {"reference": "https://x.example/about/me"}, {}),
    ],
)
def test_what_is_right(kind: str, element: str, value: Any, more: dict[str, Any]) -> None:
    assert faults(kind, element, value, **more) == []


@pytest.mark.parametrize(
    ("reference", "kind"),
    [
        ({"reference": "Patient/1"}, "Patient"),
        ({"reference": "https://x.example/fhir/Patient/1/_history/3"}, "Patient"),
        ({"reference": "https://x.example/about/1"}, None),
        ({"reference": "urn:uuid:0", "type": "Patient"}, "Patient"),
        ({"type": "http://hl7.org/fhir/StructureDefinition/Patient"}, "Patient"),
        ({"reference": "#p"}, None),
        ({"reference": 3, "type": 4}, None),
    ],
)
def test_reference_types(reference: dict[str, Any], kind: str | None) -> None:
    assert reference_type(reference) == kind


ODD: tuple[Any, Any, Any] = ({}, [], 3)


def test_a_form_with_wrong_types_does_no_harm() -> None:
    odd: dict[str, Any] = {
        "min_value": {},
        "max_value": [],
        "min_length": "x",
        "max_length": "y",
        "regex": 3,
        "max_decimal_places": "z",
        "max_size": "big",
        "mime_types": (None,),
        "min_quantity": {"value": "x"},
        "units": (Unit(*ODD),),
        "reference_types": (3,),
        "entry_format": 4,
    }
    for kind, element, value in (
        ("integer", "valueInteger", 1),
        ("decimal", "valueDecimal", 1.5),
        ("string", "valueString", "x"),
        ("date", "valueDate", "2026"),
        ("quantity", "valueQuantity", {"value": 1, "unit": [], "code": {}, "system": UCUM}),
        ("attachment", "valueAttachment", {"contentType": "a/b", "size": 3}),
        ("reference", "valueReference", {"reference": "Patient/1"}),
    ):
        faults(kind, element, value, **odd)
