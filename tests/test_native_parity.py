"""Our own form by its rules, and by the conditions of FHIR that it states too, asks the same."""

from __future__ import annotations

import random
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from fhir.intake.enablement import Enablement
from fhir.intake.loading import load_form, standard_questionnaire
from tests.cases import FORM_DAY, VIGNETTES

if TYPE_CHECKING:
    from fhir.intake.items import Form

PARTS = 300


@cache
def form(*, ruled: bool) -> Form:
    return load_form(standard_questionnaire(), ruled=ruled)


def shown(answers: dict[str, Any], *, ruled: bool) -> tuple[list[str], list[str], Any]:
    """Return the questions, the pages, and the answers to what is shown."""
    found = Enablement(form(ruled=ruled), answers, FORM_DAY)
    # Of a form with rules the columns are listed too.
    questions = [item.link_id for item in found.questions() if item.link_id in found._form.top]
    kept, dropped = found.keep()
    return questions, [page.link_id for page in found.pages()], (kept, set(dropped))


def parts() -> list[dict[str, Any]]:
    """Return answers of all vignettes in random mixtures, with many blanks."""
    chance = random.Random(4)  # noqa: S311
    cases = [case["answers"] for case in VIGNETTES.values()]
    found = []
    for _ in range(PARTS):
        mixed = chance.choice(cases) | chance.choice(cases)
        share = chance.choice([0.1, 0.3, 0.6, 0.9])
        found.append({name: value for name, value in mixed.items() if chance.random() < share})
    return found


def test_only_one_of_the_two_has_rules() -> None:
    assert form(ruled=True).is_ruled
    assert not form(ruled=False).is_ruled
    assert len(VIGNETTES) == 49


@pytest.mark.parametrize("case", VIGNETTES)
def test_vignettes(case: str) -> None:
    answers = VIGNETTES[case]["answers"]
    assert shown(answers, ruled=False) == shown(answers, ruled=True)


def test_answers_in_part() -> None:
    for number, answers in enumerate(parts()):
        assert shown(answers, ruled=False) == shown(answers, ruled=True), number


def test_no_answers() -> None:
    assert shown({}, ruled=False) == shown({}, ruled=True)
