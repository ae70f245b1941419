"""Valid answers made for a form, to try it out: the same for the same seed."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from fhir.intake.answers import AnswerError, Answers, check_value, is_blank, row_columns
from fhir.intake.enablement import Enablement
from fhir.intake.places import escape
from fhir.intake.sample_openings import Openings
from fhir.intake.sample_values import sample_values
from fhir.intake.settling import settle

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from fhir.intake.items import Form, Item
    from fhir.intake.places import Where

_ROUNDS: Final = 60
_MOST: Final = 20
"""A question that needs more answers or rows is left blank."""
_MOST_ROWS: Final = 200
"""So many rows are begun in all."""
_TRIED: Final = 200


def sample_answers(form: Form, on: date, *, seed: int = 0) -> Answers:
    """Return answers to every question that a person would be asked, so that a form is complete.

    With the seed 0 they open the questions that depend on them, as far as they can. A question is
    left blank for which no valid answer was found.
    """
    sampler = _Sampler(form, on, seed)
    asked = [escape(name) for name, item in form.top.items() if item.is_fillable]
    initial = settle(form, {}, on)
    answers = {k: v for k, v in initial.items() if not sampler.opens_more(form.top[k], v)}
    for _ in range(_ROUNDS):
        enablement = Enablement(form, answers, on)
        filled = sampler.fill(enablement, form.top, answers, ())
        settled = settle(form, filled, on, asked=asked)
        if settled == answers:
            break
        answers = settled
    return _without_empty_rows(answers)


class _Sampler:
    def __init__(self, form: Form, on: date, seed: int) -> None:
        self._on = on
        self._seed = seed
        self._openings = None if seed else Openings(form)
        self._rows_left = _MOST_ROWS

    def opens_more(self, item: Item, value: Any) -> bool:
        """Tell whether another answer opens more than an initial value."""
        if self._openings is None or not item.is_fillable or item.is_rows:
            return False
        best = self._openings.best(item, [*item.values(value), *sample_values(item, self._on)])
        return bool(best) and best[0] not in item.values(value)

    def fill(
        self,
        enablement: Enablement,
        items: Mapping[str, Item],
        data: Mapping[str, Any],
        where: Where,
    ) -> Answers:
        filled = dict(data)
        for name, item in items.items():
            is_own = bool(where) and name == where[-1][0]
            if not is_own and not enablement.is_shown(item, where):
                continue
            if item.is_rows and not is_own:
                columns = row_columns(item)
                filled[name] = [
                    self.fill(enablement, columns, row, (*where, (name, number)))
                    for number, row in enumerate(filled.get(name) or self._new_rows(item, where))
                ]
            elif item.is_fillable and is_blank(filled.get(name)):
                filled[name] = self._answer(item, single=is_own)
        return {name: value for name, value in filled.items() if not is_blank(value)}

    def _new_rows(self, item: Item, where: Where) -> list[Answers]:
        count = max(1, item.min_occurs or 0) if where else _count(item)
        if count > min(_most(item), self._rows_left):
            return []
        self._rows_left -= count
        return [{} for _ in range(count)]

    def _answer(self, item: Item, *, single: bool) -> Any:
        wanted = 1 if single or not item.repeats else _count(item)
        if (item.min_occurs or 0) > 1 and not (item.repeats or single):
            return None
        openings = self._openings
        if openings is not None and not item.required and openings.is_better_blank(item):
            return None
        best = openings.best(item, sample_values(item, self._on)) if openings else []
        if item.repeats and not single:
            wanted = min(max(wanted, len(best)), _most(item))
        found = self._chosen(item, [*best, *self._turned(item)], wanted)
        if len(found) < min(wanted, item.min_occurs or 0) or not found:
            return None
        return found[0] if single or not item.repeats else _listed(item, found)

    def _turned(self, item: Item) -> Iterator[Any]:
        values = [*islice(sample_values(item, self._on), _TRIED)]
        start = self._seed % len(values) if values else 0
        yield from (*values[start:], *values[:start])

    def _chosen(self, item: Item, values: list[Any], wanted: int) -> list[Any]:
        found: list[Any] = []
        for value in values:
            if len(found) == wanted:
                break
            if value not in found and self._fits(item, value, [*found, value]):
                found.append(value)
        return found

    def _fits(self, item: Item, value: Any, together: list[Any]) -> bool:
        try:
            check_value(item, value, on=self._on)
        except AnswerError:
            return False
        options = [item.option(each) for each in together if isinstance(each, str)]
        return len(options) < 2 or not any(option and option.exclusive for option in options)


def _most(item: Item) -> int:
    return _MOST if item.max_occurs is None else min(item.max_occurs, _MOST)


def _count(item: Item) -> int:
    """Return how many answers or rows are given: two where that is allowed."""
    least = item.min_occurs or 0
    most = item.max_occurs if item.max_occurs is not None else max(2, least)
    return max(min(2, most), least)


def _listed(item: Item, values: list[Any]) -> list[Any]:
    """Return answers of a list in its order."""
    order = {option.code: number for number, option in enumerate(item.options)}
    if all(isinstance(value, str) and value in order for value in values):
        return sorted(values, key=order.__getitem__)
    return values


def _without_empty_rows(answers: Mapping[str, Any]) -> Answers:
    found: Answers = {}
    for name, value in answers.items():
        kept = value
        if isinstance(value, list) and all(isinstance(row, dict) for row in value):
            kept = [row if "value" in row else _without_empty_rows(row) for row in value]
            kept = [row for row in kept if row]
        if not is_blank(kept):
            found[name] = kept
    return found
