"""Forms under way for each page: filled in, and with some of its questions not asked yet."""

from __future__ import annotations

from functools import cache

from fhir.intake.enablement import Enablement
from fhir.intake.items import CLINICIAN
from intake.content import standard_content
from intake.journey import Draft, plan_journey
from intake.person import BIRTH_DATE, PERSON, person_page
from tests.browser import draft_of
from tests.cases import FORM_DAY, VIGNETTES

CONTENT = standard_content()
FORM = CONTENT.form
PAGES = [PERSON, *(page.link_id for page in FORM.pages if page.audience != CLINICIAN)]


@cache
def drafts() -> list[Draft]:
    """Return the cases that the pages let pass, as forms filled in to the end."""
    return [
        draft_of(row["answers"], CONTENT)
        for row in VIGNETTES.values()
        if BIRTH_DATE in row["answers"] and not Enablement(FORM, row["answers"], FORM_DAY).missing()
    ]


def questions(name: str, draft: Draft) -> list[str]:
    """Return what a page asks for a draft."""
    step = plan_journey(FORM, draft, FORM_DAY).step(name)
    return [item.link_id for item in step.questions] if step else []


@cache
def fullest(name: str) -> Draft:
    """Return the case for which a page asks most."""
    return max(drafts(), key=lambda draft: len(questions(name, draft)))


def without(draft: Draft, names: list[str]) -> Draft:
    """Return a draft in which some questions were not asked yet."""
    answers = {key: value for key, value in draft.answers.items() if key not in names}
    person = None if BIRTH_DATE in names else draft.person
    return Draft(answers=answers, asked=draft.asked - {*names}, person=person)


@cache
def opened(name: str) -> list[str]:
    """Return what a page asks only after its own answers."""
    draft = fullest(name)
    asked = questions(name, draft)
    first = questions(name, without(draft, asked))
    return [question for question in asked if question not in first]


def title(name: str) -> str:
    """Return the heading of a page of questions."""
    return (FORM.items.get(name) or person_page(FORM)).text
