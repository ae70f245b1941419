"""The questions of a form as a rule pack must know them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from referral import Question

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fhir.intake.items import Form
    from referral.questions import Kind

_KINDS: Final[Mapping[str, Kind]] = {
    "integer": "number",
    "decimal": "number",
    "quantity": "number",
    "date": "date",
    "boolean": "boolean",
    "choice": "choice",
    "open-choice": "open_choice",
}


def rule_questions(form: Form) -> Iterator[Question]:
    """Yield the questions and rows of a form, in document order."""
    for item in form.items.values():
        if not (item.is_question or item.is_rows):
            continue
        rows = form.row_group(item)
        kind: Kind = "rows" if item.is_group else _KINDS.get(item.type, "text")
        if kind == "choice" and item.repeats:
            kind = "multi_choice"
        codes = frozenset(option.code for option in item.options)
        parent = rows.link_id if rows else None
        yield Question(item.link_id, kind, codes, item.condition, parent)
