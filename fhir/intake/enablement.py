"""Which questions are shown for these answers, and which shown ones lack an answer."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from fhir.intake.answers import Answers, is_blank
from fhir.intake.loading import QuestionnaireError
from referral.case import AnswerCase
from referral.compiling import compile_questions
from referral.parser import ExpressionError, parse
from referral.values import truth

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from fhir.intake.items import Form, Interrupt, Item
    from referral.compiling import Compiled
    from referral.expression import Node
    from referral.values import Truth


@lru_cache(maxsize=32)
def _compiled(form: Form) -> Compiled:
    compiled, problems = compile_questions(form.questions)
    if problems:
        raise QuestionnaireError("; ".join(map(str, problems)))
    return compiled


@lru_cache(maxsize=32)
def _interrupts(form: Form) -> Mapping[str, tuple[tuple[Interrupt, Node], ...]]:
    """Compile the conditions of the interrupting pages, by the page that they interrupt."""
    scope = _compiled(form).scope
    try:
        return {
            page.link_id: tuple((row, parse(row.condition, scope)) for row in page.interrupts)
            for page in form.pages
        }
    except ExpressionError as error:
        raise QuestionnaireError(f"the condition of an interrupt: {error}") from None


class Enablement:
    """The questions of a form as they stand for one set of answers on one day.

    TRUE is shown; FALSE is not applicable; UNKNOWN (None) is not shown either, because the
    question before it is blank.
    """

    def __init__(self, form: Form, answers: Mapping[str, object], on: date) -> None:
        """Take the form, the answers and the day of the form."""
        self._form = form
        self._answers = answers
        self._case = AnswerCase(answers, _compiled(form), on)

    def shown(self, item: Item) -> Truth:
        """Tell whether a question is shown; a column is shown with its rows."""
        rows = self._form.row_group(item)
        return self._case.shown((rows or item).link_id)

    def questions(self) -> tuple[Item, ...]:
        """Return the shown questions and repeating groups, in document order."""
        return self._shown

    @cached_property
    def _shown(self) -> tuple[Item, ...]:
        return tuple(
            item
            for item in self._form.items.values()
            if (item.is_question or item.is_rows) and self.shown(item) is True
        )

    def pages(self) -> tuple[Item, ...]:
        """Return the pages that have a shown question."""
        shown = {self._form.page_of[item.link_id].link_id for item in self.questions()}
        return tuple(page for page in self._form.pages if page.link_id in shown)

    def interrupts(self, page: Item) -> tuple[Interrupt, ...]:
        """Return the interrupting pages of a page whose condition is TRUE, gravest first."""
        return tuple(
            row
            for row, condition in _interrupts(self._form)[page.link_id]
            if truth(condition.value(self._case)) is True
        )

    def keep(self) -> tuple[Answers, tuple[str, ...]]:
        """Return the answers of shown questions, and the link ids of those that were dropped."""
        shown = {item.link_id for item in self.questions()}
        kept = {name: value for name, value in self._answers.items() if name in shown}
        return kept, tuple(name for name in self._answers if name not in shown)

    def missing(self) -> tuple[str, ...]:
        """Return where a shown required question has no answer: link ids, with row numbers."""
        return tuple(self._missing())

    def _missing(self) -> Iterator[str]:
        for item in self.questions():
            rows = self._form.row_group(item)
            if not item.required:
                continue
            if rows is None:
                if is_blank(self._answers.get(item.link_id)):
                    yield item.link_id
                continue
            given = self._answers.get(rows.link_id)
            for number, row in enumerate(given if isinstance(given, list) else [], 1):
                if is_blank(row.get(item.link_id)):
                    yield f"{rows.link_id}[{number}].{item.link_id}"
