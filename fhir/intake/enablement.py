"""Which questions are shown for these answers, and which shown ones lack an answer."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from fhir.intake.answers import Answers, is_blank, row_columns
from fhir.intake.form_elements import QuestionnaireError
from fhir.intake.native_enablement import NativeEnablement
from fhir.intake.places import escape, place
from fhir.intake.stable_answers import stable_answers
from referral.case import AnswerCase
from referral.compiling import compile_questions
from referral.parser import ExpressionError, parse
from referral.values import truth

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from fhir.intake.answer_options import Interrupt
    from fhir.intake.items import Form, Item
    from fhir.intake.places import Where
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

    By the conditions of the rule language, where the form has them: TRUE is shown; FALSE is not
    applicable; UNKNOWN (None) is not shown either, because the question before it is blank. Else
    by the conditions of FHIR; then what stands below a question is shown once that is answered.
    """

    def __init__(self, form: Form, answers: Mapping[str, Any], on: date) -> None:
        """Take the form, the answers and the day of the form."""
        self._form = form
        self._answers = answers
        self._on = on
        self._case = AnswerCase(answers, _compiled(form), on) if form.is_ruled else None
        self._native = None if form.is_ruled else NativeEnablement(form, answers, on)

    def shown(self, item: Item) -> Truth:
        """Tell whether a question is shown; a column is shown with its rows."""
        if self._case is None:
            return self.is_shown(item)
        rows = self._form.row_group(item)
        return self._case.shown((rows or item).link_id)

    def is_shown(self, item: Item, where: Where = ()) -> bool:
        """Tell whether an item is shown in a row; of a form in the rule language with its rows."""
        return item.link_id not in self._form.hidden and self._is_enabled(item, where)

    def _is_enabled(self, item: Item, where: Where) -> bool:
        if self._native is not None:
            return self._native.is_enabled(item, where)
        return not (item.is_question or item.is_rows) or self.shown(item) is True

    def questions(self) -> tuple[Item, ...]:
        """Return the shown questions and repeating groups, in document order."""
        return self._shown

    @cached_property
    def _shown(self) -> tuple[Item, ...]:
        return tuple(
            item
            for item in self._form.items.values()
            if (item.is_question or item.is_rows) and self.is_shown(item)
        )

    def pages(self) -> tuple[Item, ...]:
        """Return the pages that have a shown question."""
        shown = {self._form.page_of[item.link_id].link_id for item in self.questions()}
        return tuple(page for page in self._form.pages if page.link_id in shown)

    def interrupts(self, page: Item) -> tuple[Interrupt, ...]:
        """Return the interrupting pages of a page whose condition is TRUE, gravest first."""
        if self._case is None:
            return ()
        return tuple(
            row
            for row, condition in _interrupts(self._form)[page.link_id]
            if truth(condition.value(self._case)) is True
        )

    def keep(self) -> tuple[Answers, tuple[str, ...]]:
        """Return the answers of enabled questions, and the places of those that were dropped."""
        dropped: list[str] = []
        if self._native is not None and self._form.has_enable_expressions:
            kept = stable_answers(self._form, self._answers, self._on)
            _note_lost(self._form.top, self._answers, kept, (), dropped)
        else:
            kept = self._kept(self._form.top, self._answers, (), dropped)
        return kept, tuple(dropped)

    def _kept(
        self, items: Mapping[str, Item], data: Mapping[str, Any], where: Where, dropped: list[str]
    ) -> Answers:
        kept: Answers = {}
        for name, value in data.items():
            item = items.get(name)
            is_own = bool(where) and name == where[-1][0]
            if item is None or not (is_own or self._is_enabled(item, where)):
                dropped.append(place(item, where) if item else escape(name))
            elif item.is_rows and not is_own:
                columns = row_columns(item)
                rows = [
                    self._kept(columns, row, (*where, (name, number)), dropped)
                    for number, row in enumerate(value)
                ]
                kept[name] = rows
            else:
                kept[name] = value
        return kept

    def missing(self) -> tuple[str, ...]:
        """Return where a shown required question has no answer: places, with row numbers."""
        return tuple(self._missing(self._form.top, self._answers, ()))

    def _missing(
        self, items: Mapping[str, Item], data: Mapping[str, Any], where: Where
    ) -> Iterator[str]:
        for name, item in items.items():
            value = data.get(name)
            is_own = bool(where) and name == where[-1][0]
            if not is_own and not self.is_shown(item, where):
                continue
            if item.is_rows and not is_own:
                yield from self._missing_rows(item, value or [], where)
            elif is_blank(value) and item.required and item.is_fillable:
                yield place(item, where)

    def _missing_rows(self, item: Item, rows: list[Answers], where: Where) -> Iterator[str]:
        columns = row_columns(item) if rows else {}
        inside = [
            missing
            for number, row in enumerate(rows)
            for missing in self._missing(columns, row, (*where, (item.link_id, number)))
        ]
        # Rows without any answer are none.
        can_be = item.is_group or item.is_fillable
        if item.required and can_be and not inside and not any(rows):
            yield place(item, where)
        yield from inside


def _note_lost(
    items: Mapping[str, Item],
    given: Mapping[str, Any],
    kept: Mapping[str, Any],
    where: Where,
    lost: list[str],
) -> None:
    for name, value in given.items():
        item = items.get(name)
        if item is None or name not in kept:
            lost.append(place(item, where) if item else escape(name))
        elif item.is_rows and not (where and name == where[-1][0]):
            columns = row_columns(item)
            for number, rows in enumerate(zip(value, kept[name], strict=True)):
                _note_lost(columns, *rows, (*where, (name, number)), lost)
