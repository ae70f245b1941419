"""A rule pack: plain TOML in a folder, read once, checked against the form, compiled, frozen."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from referral.compiling import Compiled, compile_pack
from referral.lint import check_references
from referral.reading import Problem, read_tables

if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.resources.abc import Traversable

    from referral.questions import Question
    from referral.records import Tables

DEFAULT: Final = "muscle-twitching"


class PackError(ValueError):
    """A pack that can not be used; ``problems`` says what is wrong and where."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(map(str, self.problems[:5])))


@dataclass(frozen=True, slots=True)
class Pack:
    """A checked pack, ready to assess answers: its tables and what was compiled of them."""

    tables: Tables
    compiled: Compiled

    @property
    def name(self) -> str:
        """The name of the pack."""
        return self.tables.header.name

    @property
    def version(self) -> str:
        """The version of the pack, stored with every assessment."""
        return self.tables.header.version


def default_folder() -> Traversable:
    """Return the folder of the pack that comes with the product."""
    return files("referral") / "packs" / DEFAULT


def load_pack(folder: Traversable, questions: Iterable[Question]) -> Pack:
    """Read and compile the pack in a folder for a form's questions.

    Raises PackError with every problem found: unknown names, codes, sources, duplicate ids.
    """
    by_id = {question.id: question for question in questions}
    tables, problems = read_tables(folder)
    if tables is None:
        raise PackError(problems)
    compiled, faults = compile_pack(tables, by_id)
    problems += [*check_references(tables, by_id), *faults]
    if problems:
        raise PackError(problems)
    return Pack(tables, compiled)
