"""Buttons that only redraw a page, without a script: add, remove, find."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

COMMAND: Final = "rows"
"""The name of these buttons."""
_NUMBER: Final = re.compile("[1-9][0-9]{0,3}")


class RowCommand(NamedTuple):
    """A pressed button: add a row to a group, remove its row of a number, or search a list.

    ``group`` is the name of the rows or of the question, as its controls have it.
    """

    group: str
    remove: int | None
    find: bool = False


def add_command(name: str) -> str:
    """Return the value of the button that adds a row or a box."""
    return f"add:{name}"


def remove_command(name: str, number: int) -> str:
    """Return the value of the button that removes a row or a box."""
    return f"remove:{name}:{number}"


def find_command(name: str) -> str:
    """Return the value of the button that searches a list."""
    return f"find:{name}"


def parse_command(text: str) -> RowCommand | None:
    """Read ``add:medication`` or ``remove:medication:1``, None when it is no command."""
    action, _, rest = text.partition(":")
    if action in {"add", "find"} and rest:
        return RowCommand(rest, None, find=action == "find")
    group, _, number = rest.rpartition(":")
    if action == "remove" and group and _NUMBER.fullmatch(number):
        return RowCommand(group, int(number))
    return None
