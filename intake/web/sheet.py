"""What all fields of one page share: which rows were sent, what is asked, how much may be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intake.web.names import SentRows

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Mapping

MOST_CELLS: Final = 5_000
"""So many questions are shown in the rows of one page, whatever a browser sends."""


class Sheet:
    """The asked places, the rows that a browser sent, and how many further cells may be made.

    ``begun`` is what the cells of new rows begin with, by the plan of the rows.
    """

    def __init__(self, names: Iterable[str] = (), asked: Collection[str] = ()) -> None:
        self.sent = SentRows(names)
        self.asked = frozenset(asked)
        self.begun: dict[Hashable, Mapping[str, object]] = {}
        self._left = MOST_CELLS

    @property
    def is_full(self) -> bool:
        """Whether cells were refused."""
        return self._left < 0

    def take(self, cells: int) -> bool:
        """Count cells that are to be made; False when there would be too many."""
        self._left -= max(cells, 1)
        return self._left >= 0
