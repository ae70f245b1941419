"""Generated answers to the form: any subset, any valid value, shown or not."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from fhir.intake.text_rules import text_fault
from intake.content import standard_content

if TYPE_CHECKING:
    from fhir.intake.items import Item

FORM = standard_content().form
MEDICINES = ["furosemide", "Lasix", "SERTRALINE", "salbutamol", "warfarin", "vitamin zzz", "Ünïq"]
TEXTS = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co")), min_size=1, max_size=60
).filter(lambda text: text_fault(text) is None)


def answer(item: Item) -> st.SearchStrategy[Any]:
    if item.is_rows:
        columns = [column for column in item.children if column.is_question]
        row = st.fixed_dictionaries({}, optional={c.link_id: answer(c) for c in columns})
        return st.lists(row.filter(bool), min_size=1, max_size=3)
    if item.type == "choice":
        codes = [option.code for option in item.options]
        return _several(item) if item.repeats else st.sampled_from(codes)
    if item.type == "open-choice":
        return st.one_of(st.sampled_from(MEDICINES), TEXTS)
    if item.type == "date":
        return st.dates(date(1930, 1, 1), date(2024, 1, 1)).map(date.isoformat)
    if item.type in {"integer", "quantity"}:
        assert isinstance(item.min_value, int | float)
        assert isinstance(item.max_value, int | float)
        low, high = int(item.min_value), int(min(item.max_value, 80))
        whole = st.integers(low, high)
        return whole if item.type == "integer" else st.one_of(whole, whole.map(lambda n: n / 2))
    return TEXTS


def _several(item: Item) -> st.SearchStrategy[list[str]]:
    alone = [option.code for option in item.options if option.exclusive]
    others = [option.code for option in item.options if not option.exclusive]
    together = st.lists(st.sampled_from(others), min_size=1, max_size=4, unique=True)
    return st.one_of(together, *(st.just([code]) for code in alone)) if alone else together


ASKED = [
    item
    for item in FORM.items.values()
    if (item.is_question or item.is_rows) and FORM.row_group(item) is None
]
PARTIAL = st.fixed_dictionaries({}, optional={item.link_id: answer(item) for item in ASKED})
FULL = st.fixed_dictionaries({item.link_id: answer(item) for item in ASKED})
ANSWERS = st.one_of(PARTIAL, FULL)
"""Raw answers, also to questions that are then not shown."""
