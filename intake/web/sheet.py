"""What all fields of one page share: which rows were sent, what is asked, how much may be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intake.web.names import SentRows

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Mapping

MOST_CONTROLS: Final = 800
"""So many controls are shown in the rows of one page, which must be able to be sent.

A request has 1,000 at most; the others are for what does not stand in rows.
"""


class Sheet:
    """The asked places, the rows that a browser sent, and how many further controls may be made.

    ``begun`` is what the cells of new rows begin with, by the plan of the rows.
    """

    def __init__(self, names: Iterable[str] = (), asked: Collection[str] = ()) -> None:
        self.sent = SentRows(names)
        self.asked = frozenset(asked)
        self.begun: dict[Hashable, Mapping[str, object]] = {}
        self._left = MOST_CONTROLS

    @property
    def is_full(self) -> bool:
        """Whether rows were refused."""
        return self._left < 0

    def take(self, controls: int) -> bool:
        """Count controls that are to be made; False when there would be too many."""
        self._left -= max(controls, 1)
        return self._left >= 0
