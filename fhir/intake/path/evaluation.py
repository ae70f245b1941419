"""What an evaluation carries: the inputs, the clock, and a budget that ends hostile work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from decimal import ROUND_HALF_EVEN, Context, DivisionByZero, InvalidOperation, Overflow
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from fhir.intake.path.errors import PathError
from fhir.intake.path.node import Untyped, value_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from decimal import Decimal

    from fhir.intake.path.node import Item, Items

BUDGET: Final = 200_000
MAX_STRING: Final = 1_000_000
MAX_NUMBER: Final = 10**28
_STEP_TEXT: Final = 250  # characters that cost about as much as a step
DECIMALS: Final = Context(
    prec=28, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow]
)


class Run:
    """One evaluation. ``left`` counts down with every element looked at."""

    __slots__ = ("left", "now", "variables", "zone")

    def __init__(self, variables: Mapping[str, Items], now: datetime) -> None:
        self.variables = variables
        self.now = now
        self.zone: tzinfo = now.tzinfo or UTC
        self.left = BUDGET

    def spend(self, steps: int) -> None:
        """Count steps; raises PathError when the budget is used up."""
        self.left -= steps
        if self.left < 0:
            raise PathError("The expression needs more steps than it may take.")

    def text(self, text: str) -> str:
        """Count the length of a text; raises PathError when it is too long."""
        if len(text) > _STEP_TEXT:
            if len(text) > MAX_STRING:
                raise PathError(f"A text grows beyond {MAX_STRING:,} characters.")
            self.spend(len(text) // _STEP_TEXT)
        return text


@dataclass(slots=True)
class Frame:
    """What an expression is evaluated against: ``$this``, ``$index`` and ``$total``."""

    run: Run
    focus: Items
    index: int | None = None
    total: Items | None = None

    def of(self, item: Item, index: int) -> Frame:
        """Return the frame of one item."""
        return Frame(self.run, [item], index, self.total)


Evaluate: TypeAlias = "Callable[[Frame], list[Any]]"


def single(items: Items, what: str) -> Any:
    """Return the value of the only item, None of an empty collection or a valueless element.

    Raises PathError for several items.
    """
    if len(items) > 1:
        raise PathError(f"{what} needs one value but got {len(items)}.")
    return value_of(items[0]) if items else None


def single_text(items: Items, what: str) -> str | None:
    """Return the only item as text; a date of a resource as it stands there."""
    value = single(items, what)
    if value is None or isinstance(value, str):
        return value
    raw = getattr(items[0], "json", None)
    if isinstance(raw, str):
        return raw
    raise PathError(f"{what} needs text but got {describe(value)}.")


def single_integer(items: Items, what: str) -> int | None:
    """Return the only item as an integer."""
    value = single(items, what)
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise PathError(f"{what} needs an integer but got {describe(value)}.")


def truth(items: Items, what: str) -> bool | None:
    """Return a collection as a truth value: empty is None, one item that is no boolean True."""
    value = single(items, what)
    return value if value is None or isinstance(value, bool) else True


def describe(value: Item) -> str:
    """Name the kind of a value for a message."""
    if isinstance(value, Untyped):
        return "a value of unknown type"
    for kind, name in ((bool, "a boolean"), (int, "an integer"), (str, "text")):
        if isinstance(value, kind):
            return name
    return {"Decimal": "a decimal", "Quantity": "a quantity", "Temporal": "a date or time"}.get(
        type(value).__name__, "an element with children"
    )


def bounded_number(number: int | Decimal) -> int | Decimal:
    """Return a number; raises PathError when it is too large to be exact."""
    if not -MAX_NUMBER < number < MAX_NUMBER:
        raise PathError("A number grows beyond 28 digits.")
    return number
