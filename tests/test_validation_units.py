"""Units, patterns, and answers that are compared."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from fhir.intake.comparison import compare, is_equal
from fhir.intake.patterns import MAX_LENGTH, is_supported, matches
from fhir.intake.units import convert, is_unit


@pytest.mark.parametrize(
    ("value", "one", "other", "expected"),
    [
        ("10000", "m", "km", "10"),
        ("10", "[mi_i]", "km", "16.09344"),
        ("37", "Cel", "[degF]", "98.6"),
        ("3", "wk", "d", "21"),
        ("5", "{drinks}/d", "/d", "5"),
        ("5", "{score}", "1", "5"),
        ("1", "10*3/uL", "/L", "1000000000"),
        ("100", "100.g", "kg", "10"),
        ("1", "[iU]", "mg", None),
        ("1", "kg", "m", None),
        ("1", "kilo", "kg", None),
    ],
)
def test_conversion(value: str, one: str, other: str, expected: str | None) -> None:
    found = convert(Decimal(value), one, other)
    assert found == (None if expected is None else Decimal(expected))


def test_codes_of_units() -> None:
    for code in ("kg", "mm[Hg]", "{score}", "[degF]", "10*9/L", "%", "/min"):
        assert is_unit(code), code
    for code in ("Kg", "cups", "centimeterz", "", "m/", "m" * 100, "m99999999", "é", "\ud800"):
        assert not is_unit(code), code


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("[0-9]{5}", "12345", True),
        ("[0-9]{5}", "123456", False),
        ("a|ab", "ab", True),
        ("^a$", "a", True),
        ("a.b", "a\nb", False),
        (r"\p{L}+", "Ünïq", True),
        ("(a+)+$", "a" * 50_000 + "b", False),
        ("(?=a)a", "a", None),
        (r"(a)\1", "aa", None),
        ("a++", "aa", None),
        ("[a-z&&[^b]]", "a", None),
        ("[a[b]]", "a", None),
        (r"\[a[bc]", "[ab", True),
        ("(", "(", None),
        ("a{100000}", "a", None),
        ("a" * (MAX_LENGTH + 1), "a", None),
        ("a", "\ud800", None),
    ],
)
def test_patterns(pattern: str, text: str, expected: bool | None) -> None:
    assert matches(pattern, text) is expected
    assert is_supported(pattern) is (expected is not None or text == "\ud800")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (("valueInteger", 3), ("valueDecimal", 3.0), 0),
        (("valueInteger", 2), ("valueDecimal", 2.5), -1),
        (("valueDecimal", float("nan")), ("valueInteger", 1), None),
        (("valueDate", "2022"), ("valueDate", "2022-06"), None),
        (("valueDate", "2021"), ("valueDate", "2022-06"), -1),
        (
            ("valueDateTime", "2022-06-01T10:00:00Z"),
            ("valueDateTime", "2022-06-01T11:00:00+02:00"),
            1,
        ),
        (("valueDateTime", "2022-06-01T10:00:00Z"), ("valueDate", "2022-06-01"), None),
        (
            ("valueDateTime", "2022-06-01T10:00:00.50Z"),
            ("valueDateTime", "2022-06-01T10:00:00.5Z"),
            0,
        ),
        (
            ("valueDateTime", "2022-06-01T10:00:00.4Z"),
            ("valueDateTime", "2022-06-01T10:00:00.5Z"),
            -1,
        ),
        (("valueTime", "09:00:00"), ("valueTime", "10:00:00"), -1),
        (("valueString", "a"), ("valueInteger", 1), None),
        (
            ("valueQuantity", {"value": 1, "code": "kg"}),
            ("valueQuantity", {"value": 1000, "code": "g"}),
            0,
        ),
        (
            ("valueQuantity", {"value": 1, "code": "kg"}),
            ("valueQuantity", {"value": 1, "code": "m"}),
            None,
        ),
        (("valueQuantity", {"value": "x"}), ("valueQuantity", {"value": 1}), None),
    ],
)
def test_comparison(one: tuple[str, Any], other: tuple[str, Any], expected: int | None) -> None:
    assert compare(one, other) == expected
    assert compare(other, one) == (None if expected is None else -expected)


def test_equal_codings() -> None:
    one = {"system": "https://x.example", "code": "a", "display": "A"}
    assert is_equal(("valueCoding", one), ("valueCoding", {**one, "display": "B"}))
    assert is_equal(("valueCoding", one), ("valueCoding", {"code": "a"}))
    assert not is_equal(
        ("valueCoding", one), ("valueCoding", {**one, "system": "https://y.example"})
    )
    assert not is_equal(("valueCoding", one), ("valueString", "a"))
