"""Every public Questionnaire: stored, filled in page by page, sent, and valid."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from fhir.intake.loading import QuestionnaireError, load_form
from fhir.intake.strict_json import dump_json
from fhir.intake.validation import check_response
from tests.cases import TEST_DATA
from tests.stored_forms import Stranger, add_form
from tests.web import make_app, stored_submissions

if TYPE_CHECKING:
    from flask import Flask

CORPUS = TEST_DATA / "fhir" / "corpus"
UNSOUND = {
    "ASLPA1-positive": "uses a linkId twice",
    "quantity-min-max-compat-units": "asks for 50 km at least and 5 km at most",
    "quantity-min-max-incompat-units": "compares lengths with masses",
    "string-min-max-length": "asks for 20 characters at least and 2 at most",
    "questionnaire-retired": "is retired, so that nobody can begin it",
    "invariant-undefined": "is named Undefined, which the lint of pages takes for a mistake",
}
"""What can not be filled in, by a part of the name of its file, and why."""
UNFINISHED = {
    "ASLPA1-9": "a required choice from a list that is not at hand",
    "string-min-occurs": "two answers at least to a question that takes one",
    "AuCore": "required values of the patient's record, which nobody can type",
}
"""What is stored in progress: it asks for what no page can take."""


def questionnaires() -> list[Any]:
    """Return the Questionnaires of the corpus, also those in Bundles."""
    if not CORPUS.is_dir():
        reason = f"the corpus is not at {CORPUS} (set INTAKE_TEST_DATA)"
        return [pytest.param("", {}, marks=pytest.mark.skip(reason=reason))]
    return [
        pytest.param(path.name, resource, id=path.stem[3:])
        for path in sorted(CORPUS.glob("Q__*.json"))
        for resource in resources(json.loads(path.read_bytes()))
        if resource.get("resourceType") == "Questionnaire"
    ]


def resources(data: Any) -> list[dict[str, Any]]:
    if not isinstance(data, dict):
        return []
    return [data, *(entry.get("resource", {}) for entry in data.get("entry", ()))]


def reason(name: str, known: dict[str, str]) -> str | None:
    return next((why for part, why in known.items() if part in name), None)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return make_app(tmp_path_factory.mktemp("corpus"))


@pytest.mark.parametrize(("name", "resource"), questionnaires())
def test_every_questionnaire_is_filled_in_and_sent(
    app: Flask, name: str, resource: dict[str, Any]
) -> None:
    if reason(name, UNSOUND):
        pytest.skip(f"{name} {reason(name, UNSOUND)}")
    slug = sha256(name.encode() + dump_json(resource)).hexdigest()[:8]
    given = resource | {"url": f"http://example.org/{slug}", "version": "1"}
    form = add_form(app, given, slug)
    person = Stranger(app.test_client(), form, base=f"/intake/q/{slug}", every=True)
    person.send(person.walk())
    assert person.at == "/done"
    (sent,) = (s for s in stored_submissions(app) if s.questionnaire == form.canonical)
    response = json.loads(sent.response)
    now = datetime.now(UTC)
    errors = [i for i in check_response(response, person.form, now=now) if i.severity == "error"]
    assert not errors
    is_unfinished = reason(name, UNFINISHED) and response["status"] == "in-progress"
    assert response["status"] == "completed" or is_unfinished
    assert app.test_client().get(f"/intake/clinic/{sent.id}").status_code == 200


def test_what_can_not_be_loaded_says_so() -> None:
    for param in questionnaires():
        name, resource = param.values
        if name and reason(name, UNSOUND) == UNSOUND["ASLPA1-positive"]:
            with pytest.raises(QuestionnaireError, match="twice"):
                load_form(resource)
