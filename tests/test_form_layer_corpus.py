"""Public forms on the form layer alone: every page drawn, sent back, and read as it was."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from fhir.intake.loading import QuestionnaireError, load_form
from fhir.intake.samples import sample_answers
from intake.web.forms import page_form
from tests import pages
from tests.cases import FORM_DAY
from tests.corpus import REASON, files
from tests.corpus import read as read_file
from tests.form_case import sent
from tests.layer_case import ZONE, every_place, page_of, read
from tests.web import make_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fhir.intake.items import Form

RULES = (pages._lint_ids, pages._lint_links, pages._lint_controls, pages._lint_content_policy)
FILES = [pytest.param(path, id=path.stem) for path in files("Q")] or [
    pytest.param(None, marks=pytest.mark.skip(reason=REASON))
]


@pytest.fixture(autouse=True, scope="module")
def _context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    app = make_app(tmp_path_factory.mktemp("host"), INTAKE_TIME_ZONE=ZONE)
    with app.test_request_context():
        yield


def instants(answer: Any) -> Any:
    """Return answers with moments as such: pages write them in the zone of the clinic."""
    if isinstance(answer, dict):
        return {name: instants(each) for name, each in answer.items()}
    if isinstance(answer, list):
        return [instants(each) for each in answer]
    is_moment = isinstance(answer, str) and len(answer) > 15 and answer[10:11] == "T"
    return datetime.fromisoformat(answer) if is_moment else answer


@pytest.mark.parametrize("path", FILES)
def test_answers_to_a_public_form_come_back(path: Path) -> None:
    try:
        form: Form = load_form(read_file(path))
    except QuestionnaireError as error:
        pytest.skip(f"is no form: {error}"[:200])
    answers = sample_answers(form, FORM_DAY)
    for page in form.pages:
        made = page_form(form, page)
        shown = made(None, asked=[*every_place(form, page, answers)], answers=answers)
        drawn = page_of(shown)
        assert not drawn.faults
        for rule in RULES:
            rule(drawn)
        back = made(sent(drawn), asked=shown.asked)
        back.remember(answers)
        names = {field.item.link_id for field in shown.questions}
        expected = {name: answers[name] for name in answers if name in names}
        assert instants(read(back)) == instants(expected)
