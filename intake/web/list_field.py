"""A list that is searched, or that leaves room for own words, or both; no script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fhir.intake.text_rules import text_fault
from intake.web import form_texts, list_components, messages
from intake.web.fields import check_count, text_message
from intake.web.lists import MOST_SHOWN
from intake.web.messages import FieldError
from intake.web.question_field import QuestionField

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from fhir.intake.answer_options import Option
    from fhir.intake.items import Item
    from intake.web.components import Component
    from intake.web.lists import Listing
    from intake.web.question_field import FormData

MOST_OWN: Final = 20
"""So many boxes for own words are shown where the form itself sets no limit."""


class ListField(QuestionField):
    """One or several of a list.

    ``typed`` are the codes that were chosen, ``own`` the words beside "Other"; ``query`` is what is
    searched, ``found`` what was searched when the page was shown.
    """

    def __init__(self, item: Item, face: Component, listing: Listing, **options: Any) -> None:
        super().__init__(item, face, **options)
        self.listing = listing
        self.own: list[str] = []
        self.query = ""
        self.found = ""

    def take(self, formdata: FormData) -> list[str]:
        """Return the codes that a browser sent, and keep the words and the search."""
        if self.listing.other is not None:
            self.own = formdata.getlist(f"{self.name}-own")[: self.most_own]
        if self.listing.is_long:
            self.query = " ".join(formdata.getlist(f"{self.name}-find"))
            self.found = " ".join(formdata.getlist(f"{self.name}-found"))
        return formdata.getlist(self.name)

    def show(self, answer: Any) -> list[str]:
        """Return the codes of an answer; what is none of the list are own words."""
        codes: list[str] = []
        self.own = []
        for each in answer if isinstance(answer, list) else [answer]:
            option = self.listing.option_of(each)
            if option is not None:
                codes.append(option.code)
            elif each is not None and self.listing.other is not None:
                self.own.append(_words(each))
        return [*codes, *([self.listing.other] if self.own and self.listing.other else [])]

    @property
    def data(self) -> list[str]:
        """What was chosen and typed, under the name that WTForms uses."""
        return [*self.typed, *self.own]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was chosen and no words were typed."""
        return not any(self.typed) and not any(self.own)

    @property
    def most_own(self) -> int:
        """How many boxes for own words there can be."""
        return (self.item.max_occurs or MOST_OWN) if self.item.repeats else 1

    def add(self) -> None:
        """Add a box for own words; the component shows one in any case."""
        if len(self.own) < self.most_own:
            self.own = [*(self.own or [""]), ""]

    def answer(self, on: date) -> Any:
        """Return the answer, or several as a list, the own words last; None for none."""
        if self.query.strip() and self.query != self.found:
            raise FieldError(form_texts.NOT_FOUND_YET)
        chosen = [code for code in self.typed if code]
        is_other = self.listing.other is not None and self.listing.other in chosen
        own = [text for text in self.own if text]
        options = self._options([code for code in chosen if code != self.listing.other])
        if is_other and not own:
            raise FieldError(form_texts.NO_OWN_WORDS)
        if self.item.repeats:
            return self._several(options, own, on)
        if len(chosen) > 1:
            raise FieldError(messages.ONE_ANSWER)
        if options and own:
            raise FieldError(form_texts.EITHER)
        return next(iter(self._answers(options, own, on)), None)

    def _several(self, options: Sequence[Option], own: Sequence[str], on: date) -> Any:
        alone = next((option for option in options if option.exclusive), None)
        if alone is not None and len(options) + len(own) > 1:
            raise FieldError(messages.alone(alone))
        if len(set(own)) < len(own):
            raise FieldError(form_texts.TWICE)
        check_count(self.item, len(options) + len(own))
        return self._answers(options, own, on) or None

    def _options(self, codes: Sequence[str]) -> list[Option]:
        options = [self.listing.by_code.get(code) for code in codes]
        known = [option for option in options if option is not None]
        if len(known) < len(options) or len(set(codes)) < len(codes):
            raise FieldError(messages.TEXTS["error.option_unknown"])
        return sorted(known, key=self.listing.place)

    def _answers(self, options: Sequence[Option], own: Sequence[str], on: date) -> list[Any]:
        answers = [*map(self.listing.answer, options), *own]
        for answer in answers:
            self.check(answer, on)
        return answers

    def fault(self, answer: Any, on: date, reason: str) -> str:
        """Return what makes own words acceptable."""
        if isinstance(answer, str) and self.listing.other is not None:
            return text_message(self.item, answer, reason)
        return super().fault(answer, on, reason)

    @property
    def component(self) -> Component:
        """The answers that are found, those chosen, and the boxes around them."""
        matching = self.listing.find(self.query) if self.listing.is_long else ()
        shown = matching[:MOST_SHOWN]
        return list_components.fill_list(self, shown, len(matching))

    @property
    def first_control(self) -> str:
        """The id of the control to which an error leads."""
        if self.listing.is_long:
            return f"{self.name}-find"
        return f"{self.name}-own" if self._own_is_wrong else str(self.name)

    @property
    def _own_is_wrong(self) -> bool:
        return any(text_fault(text) for text in self.own if text)


def _words(answer: Any) -> str:  # an answer in memory
    if isinstance(answer, dict):
        return str(answer.get("display") or answer.get("code") or "")
    return str(answer)
