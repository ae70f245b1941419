"""What external validators say: a JSON object for each message, one on a line."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from conformance.verdict import JudgeError

if TYPE_CHECKING:
    from collections.abc import Iterable

_SEVERITIES: Final = ("fatal", "error", "warning", "information")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message: the file, how grave it is, where in the file, a code of the judge, the text."""

    file: str
    severity: str
    place: str
    code: str
    text: str

    @property
    def is_error(self) -> bool:
        """Whether the judge refuses the file for this."""
        return self.severity in {"fatal", "error"}

    @property
    def case(self) -> str:
        """The id of the case, for which its folder is named."""
        return Path(self.file).parent.name

    def __str__(self) -> str:
        """Name the case, the file, the place and what is wrong."""
        return f"{self.case}/{Path(self.file).name} {self.place}: {self.text}"


def read_messages(output: str) -> list[Message]:
    """Read what a validator printed. Raises JudgeError when a line is no message."""
    found = []
    for line in output.splitlines():
        try:
            row = json.loads(line)
            message = Message(**{name: row[name] or "" for name in Message.__slots__})
        except (ValueError, KeyError, TypeError):
            raise JudgeError(f"its output has a line that is no message: {line[:200]}") from None
        if message.severity not in _SEVERITIES:
            raise JudgeError(f"its output has the unknown severity {message.severity!r}")
        found.append(message)
    return found


def count_resources(files: Iterable[Path]) -> int:
    """Count the resources in files: each file's own, and those in a Bundle."""
    documents = (json.loads(path.read_bytes()) for path in files)
    return sum(1 + len(document.get("entry", ())) for document in documents)


def kinds(messages: Iterable[Message]) -> str:
    """Count messages by kind in a line, the most frequent first."""
    counts = Counter(
        f"{message.severity} {message.code or 'without a code'}" for message in messages
    )
    return ", ".join(f"{count} {kind}" for kind, count in counts.most_common())
