"""The TOML files of a pack folder to its tables, with every problem and its place."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from referral import records
from referral.tables import TableError, read

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.resources.abc import Traversable

_RECORDS: Final[Mapping[str, type]] = {
    "pack": records.Header,
    "tier": records.Tier,
    "derived": records.Derived,
    "rule": records.Rule,
    "test": records.Test,
    "panel": records.Panel,
    "source": records.Source,
    "red_flag": records.RedFlag,
    "factor": records.Factor,
    "drug_class": records.DrugClass,
    "drink": records.Drink,
    "judgement": records.Judgement,
}
IDS: Final = ("id", "name", "item", "topic")
"""The key that names a record, in whichever table; the first one present counts."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a pack: the file, the record in it, and a sentence."""

    file: str
    record: str
    message: str

    def __str__(self) -> str:
        """Return ``file: record: message``."""
        return ": ".join(part for part in (self.file, self.record, self.message) if part)


@dataclass(slots=True)
class _Found:
    records: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in _RECORDS})
    files: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add(self, file: str, table: str, number: int, row: object) -> None:
        label = f"{table} {_label(row) or number}"
        try:
            self.records[table].append(read(_RECORDS[table], row))
        except TableError as error:
            self.problems.append(Problem(file, label, str(error)))
        if label in self.files and table != "factor":
            first = self.files[label]
            self.problems.append(Problem(file, label, f"is there already, in {first}"))
        self.files.setdefault(label, file)


def read_tables(folder: Traversable) -> tuple[records.Tables | None, list[Problem]]:
    """Read every TOML file of a folder; return the tables, None if there is no header."""
    found = _Found()
    try:
        files = sorted(folder.iterdir(), key=lambda entry: entry.name)
    except OSError as error:
        return None, [Problem(folder.name, "", f"can not be read: {_reason(error)}")]
    for file in files:
        if file.name.endswith(".toml"):
            _read_file(file, found)
    headers = found.records.pop("pack")
    if len(headers) != 1:
        problem = Problem(folder.name, "pack", "the folder needs one [pack] table")
        return None, [*found.problems, problem]
    made = {name: tuple(rows) for name, rows in found.records.items()}
    return records.Tables(header=headers[0], files=found.files, **made), found.problems


def _read_file(file: Traversable, found: _Found) -> None:
    try:
        _add_tables(file.name, tomllib.loads(_text(file)), found)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        found.problems.append(Problem(file.name, "", f"is not TOML: {error}"))
    except (OSError, RecursionError, ValueError) as error:
        found.problems.append(Problem(file.name, "", f"can not be read: {_reason(error)}"))


def _text(file: Traversable) -> str:
    # A named pipe would keep the reader waiting.
    if not file.is_file():
        raise OSError("is no file")
    return file.read_text(encoding="utf-8")


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "is nested too deeply"
    if isinstance(error, OSError):
        return error.strerror or str(error)
    # Python's own words on a number with too many digits, without its hint to programmers.
    return str(error).partition(";")[0]


def _add_tables(file: str, document: Mapping[str, object], found: _Found) -> None:
    for table, content in document.items():
        if table not in _RECORDS:
            found.problems.append(Problem(file, table, "is no table of a pack"))
            continue
        rows = content if isinstance(content, list) else [content]
        for number, row in enumerate(rows, 1):
            found.add(file, table, number, row)


def _label(row: object) -> str:
    if not isinstance(row, dict):
        return ""
    return next((str(row[key]) for key in IDS if key in row), "")
