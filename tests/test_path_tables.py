"""The FHIRPath subset: every row of the tables gives its result."""

from __future__ import annotations

import pytest

from tests.path_case import FOLDER, outcome, table

NAMES = sorted(path.stem for path in FOLDER.glob("*.txt"))
ROWS = [(name, *row) for name in NAMES for row in table(name)]


@pytest.mark.parametrize("name", NAMES)
def test_table(name: str) -> None:
    wrong = {
        expression: (found, result)
        for expression, result in table(name)
        if (found := outcome(expression)) != result
    }
    assert not wrong


def test_tables_are_all_there() -> None:
    assert len(NAMES) == 9
    assert len(ROWS) > 950
    assert len({expression for _, expression, _ in ROWS}) == len(ROWS)


@pytest.mark.parametrize("first", ["true", "false", "{}"])
@pytest.mark.parametrize("second", ["true", "false", "{}"])
def test_laws_of_three_valued_logic(first: str, second: str) -> None:
    assert outcome(f"({first} and {second}).not()") == outcome(f"{first}.not() or {second}.not()")
    assert outcome(f"({first} or {second}).not()") == outcome(f"{first}.not() and {second}.not()")
    assert outcome(f"{first} implies {second}") == outcome(f"{first}.not() or {second}")
    for sign in ("and", "or", "xor"):
        assert outcome(f"{first} {sign} {second}") == outcome(f"{second} {sign} {first}")
        for third in ("true", "false", "{}"):
            assert outcome(f"({first} {sign} {second}) {sign} {third}") == outcome(
                f"{first} {sign} {second} {sign} {third}"
            )
