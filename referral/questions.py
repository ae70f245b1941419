"""What a rule pack must know of a form: which questions exist and when they apply."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Kind: TypeAlias = Literal[
    "choice", "multi_choice", "open_choice", "number", "date", "text", "rows", "boolean"
]


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the form.

    ``codes`` are the option codes, ``condition`` the three-valued expression that must be TRUE
    for the question to be shown (None: always), ``parent`` the repeating group it is a column of.
    """

    id: str
    kind: Kind
    codes: frozenset[str] = frozenset()
    condition: str | None = None
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name that an expression may use, with the kind of its values.

    ``truth`` is a condition, ``codes`` a list of codes; ``options`` are the allowed literals,
    None when the name has no options.
    """

    kind: Literal["choice", "codes", "number", "date", "text", "rows", "truth"]
    options: frozenset[str] | None = None


YNU: Final = frozenset({"yes", "no", "unsure"})
_KINDS: Final[Mapping[Kind, str]] = {"multi_choice": "codes", "boolean": "truth"}


def symbols(questions: Iterable[Question]) -> dict[str, Symbol]:
    """Return the symbols of the questions that expressions may name, in form order."""
    return {q.id: symbol(q) for q in questions if q.parent is None}


def symbol(question: Question) -> Symbol:
    """Return the symbol of one question."""
    kind = _KINDS.get(question.kind, question.kind)
    return Symbol(kind, question.codes or None)  # type: ignore[arg-type]  # checked by the table
