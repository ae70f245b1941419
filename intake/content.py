"""The form and the rule pack in use, loaded once for a process."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from fhir.intake import urls
from fhir.intake.loading import load_form, rebase, standard_questionnaire
from fhir.intake.publishing import publish
from referral import load_pack
from referral.pack import default_folder

if TYPE_CHECKING:
    from fhir.intake.items import Form
    from referral import Pack
    from referral.records import Source


@dataclass(frozen=True, slots=True)
class Content:
    """A Questionnaire, its item tree, and the rules that judge its answers: None without rules."""

    questionnaire: dict[str, Any]
    form: Form
    pack: Pack | None = None


@dataclass(frozen=True, slots=True)
class RuledContent(Content):
    """A form whose answers are judged by a rule pack."""

    pack: Pack

    @property
    def sources(self) -> dict[str, Source]:
        """The sources of the pack by id."""
        return {source.id: source for source in self.pack.tables.source}


@cache
def standard_content(base: str = urls.BASE) -> RuledContent:
    """Load the product's own form, named under a base address, with its pack."""
    questionnaire = standard_questionnaire()
    if base != urls.BASE:
        questionnaire = rebase(questionnaire, base)
    form = load_form(questionnaire)
    pack = load_pack(default_folder(), form.questions)
    return RuledContent(publish(questionnaire), form, pack)
