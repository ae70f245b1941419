from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir.intake.strict_json import JsonError, dump_json, strict_loads

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
NUMBERS = st.integers(-(10**17), 10**17) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
    max_leaves=30,
)


@given(JSON)
def test_reads_what_is_json(value: object) -> None:
    assert strict_loads(dump_json(value)) == value


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is not JSON"),
        (b"{", "is not JSON"),
        (b"{} x", "is not JSON"),
        (b"{'a': 1}", "is not JSON"),
        (b'{"a": 1, "a": 2}', "holds the key 'a' twice"),
        (b'[{"b": {"a": 1, "a": 1}}]', "holds the key 'a' twice"),
        (b"[NaN]", "holds NaN"),
        (b"[-Infinity]", "holds -Infinity"),
        (b"[1e999]", "too large"),
        (b"[" + b"9" * 19 + b"]", "more than 18 digits"),
        (b"[" + b"9" * 5000 + b"]", "more than 18 digits"),
        (b'["\\ud800"]', "lone surrogate"),
        (b'{"\\udc00": 1}', "lone surrogate"),
        (b"\xff\xfe[]", "is not UTF-8"),
        (b'["\xed\xa0\x80"]', "is not UTF-8"),
        (b"[" * 100_000, "deeper than"),
        (b'{"a":' * 100_000, "deeper than"),
        (b'["' + b"x" * 2_000_000 + b'"]', "larger than 2 MB"),
        (b'["\x01"]', "is not JSON"),
        (b'{"a":"' + b'\\"' * 500_000, "is not JSON"),
        (b"{" + b",".join(b'"%d":1' % n for n in range(60_000)) + b',"59999":1}', "'59999' twice"),
    ],
)
def test_refuses(data: bytes, message: str) -> None:
    with pytest.raises(JsonError) as caught:
        strict_loads(data)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_place_of_a_fault() -> None:
    with pytest.raises(JsonError, match=r"line 2, column 1"):
        strict_loads(b"[1,\nx]")


def test_brackets_in_text_are_no_depth() -> None:
    assert strict_loads(b'["' + b"[" * 500 + b'\\"["]') == ["[" * 500 + '"[']


def test_byte_order_mark_is_taken() -> None:
    assert strict_loads(b"\xef\xbb\xbf[]") == []


def test_pair_of_surrogates_is_a_character() -> None:
    assert strict_loads(b'["\\ud83d\\ude00"]') == ["😀"]
