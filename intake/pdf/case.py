"""Everything that a presenter of one patient's summary reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fhir.intake.answers import is_blank
from fhir.intake.enablement import Enablement
from intake.pdf.phrases import DOT, Phrase, join
from intake.pdf.wording import NONE_ASKED, NOT_SURE, Wording, is_no, is_unsure

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fhir.intake.items import Form
    from fhir.intake.record import Record
    from intake.pdf.fonts import Coverage
    from referral import Assessment, Pack


@dataclass(frozen=True, slots=True)
class Case:
    """The form, its answers and what the pack made of them; `shown` are the questions asked."""

    form: Form
    answers: Mapping[str, object]
    record: Record
    assessment: Assessment
    pack: Pack
    words: Wording
    shown: frozenset[str]

    def answered(self, link_id: str) -> bool:
        """Tell whether a question has an answer."""
        return not is_blank(self.answers.get(link_id))

    def denied(self, link_id: str) -> bool:
        """Tell whether a question was answered with no or none."""
        return is_no(self.answers.get(link_id))

    def state(self, link_id: str) -> Phrase:
        """Return the answer, where none is "none (asked)", and not sure is "not sure"."""
        answer = self.answers.get(link_id)
        if is_no(answer):
            return (NONE_ASKED,)
        if is_unsure(answer) and answer in (["not_sure"], ["unsure"], "unsure", "not_sure"):
            return (NOT_SURE,)
        return self.words.value(link_id, answer)

    def brief(self, link_ids: Iterable[str]) -> Phrase:
        """Return the answers to those of the questions that were asked, in short."""
        asked = (name for name in link_ids if name in self.shown)
        return join((self.words.brief(name, self.answers.get(name)) for name in asked), DOT)


def make_case(  # noqa: PLR0913  # by keyword only: the parts of one summary
    *,
    form: Form,
    answers: Mapping[str, object],
    record: Record,
    assessment: Assessment,
    pack: Pack,
    coverage: Coverage,
) -> Case:
    """Find out what was asked and make what was typed printable."""
    enablement = Enablement(form, answers, record.day)
    shown = frozenset(item.link_id for item in enablement.questions())
    words = Wording(form, answers, coverage)
    return Case(form, answers, record, assessment, pack, words, shown)
