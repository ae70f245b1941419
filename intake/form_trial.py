"""A form tried out as a patient would fill it in: every page, the check, the response.

The pages are those of the server, on a database that is thrown away. Generated answers are put
into the draft, so that each page shows them; then each is sent as it is shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import orjson
from flask import Flask
from sqlalchemy import select

from fhir.intake.conformance import model_problems
from fhir.intake.reading import read_items
from fhir.intake.samples import sample_answers
from fhir.intake.validation import check_response
from intake.catalogue import content_by_slug
from intake.drafts import load_draft, store_draft
from intake.extension import Intake
from intake.page_controls import controls
from intake.person import BIRTH_DATE, NAME
from intake.state import NAME as EXTENSION
from intake.storage import questionnaires, schema
from intake.storage.tables import Submission, Visit

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from fhir.intake.answers import Answers
    from intake.content import Content
    from intake.state import State
    from intake.storage.questionnaires import NewVersion

_MOST_STEPS: Final = 400
_PERSON: Final = {
    NAME: "Trial Person",
    f"{BIRTH_DATE}-day": "1",
    f"{BIRTH_DATE}-month": "2",
    f"{BIRTH_DATE}-year": "1980",
}
_ERROR: Final = re.compile(r'<a href="#[^"]*">([^<]*)</a>')


class TrialError(Exception):
    """What a patient could not get past; the message says where."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of a trial: the pages that were sent, the answers given, the response's status."""

    pages: int
    answers: int
    status: str


def trial_app(folder: Path) -> Flask:
    """Make an application with the extension alone; its database is a file in ``folder``."""
    app = Flask("trial", instance_path=str(folder), static_folder=None)
    app.config.update(
        TESTING=True,
        SECRET_KEY=uuid4().hex,
        INTAKE_URL_PREFIX="",
        INTAKE_CLINICIAN_URL_PREFIX="/clinic",
        INTAKE_TIME_ZONE="UTC",
        INTAKE_DATABASE_URL=f"sqlite:///{folder / 'trial.db'}",
    )
    Intake().init_app(app)
    schema.upgrade(app.extensions[EXTENSION].storage.engine)
    return app


def try_form(app: Flask, version: NewVersion, *, seed: int = 0) -> Trial:
    """Fill in a form on the pages of an application, which takes it in for that.

    Raises TrialError when a page can not be shown or sent, or the response is not what was given.
    """
    now = datetime.now(UTC)
    state: State = app.extensions[EXTENSION]
    slug = f"trial-{uuid4().hex[:12]}"
    with state.storage.write() as session:
        questionnaires.add(session, _own(version), new_id=uuid4(), slug=slug, now=now)
    with state.storage.read() as session:
        content = content_by_slug(session, slug)
    if content is None:
        raise TrialError("the form is not found at its address")
    answers = sample_answers(content.form, now.date(), seed=seed)
    walk = _Walk(app.test_client(), f"/q/{slug}/")
    walk.begin()
    _prepare(state, content, answers, now)
    pages = walk.fill()
    response = _sent(state)
    _compare(response, content, answers, now)
    return Trial(pages=pages, answers=len(answers), status=response["status"])


def _own(version: NewVersion) -> NewVersion:
    """Return a version that can be begun and stands in nobody's way, whatever was tried before."""
    resource = orjson.loads(version.text) | {"status": "active"}
    return replace(version, url=f"urn:uuid:{uuid4()}", text=orjson.dumps(resource).decode())


class _Walk:
    """The way of a browser from page to page."""

    def __init__(self, client: FlaskClient, start: str) -> None:
        self._client = client
        self._start = start

    def begin(self) -> None:
        page = self._get(self._start)
        page = self._post(self._start, controls(page.text))
        self._post(page.request.path, controls(page.text) | _PERSON)

    def fill(self) -> int:
        """Send every page as it is shown; return how many there were."""
        page = self._get(f"{self._start}check")
        for number in range(_MOST_STEPS):
            path = page.request.path
            if path.endswith("/done"):
                return number - 1
            page = self._post(path, controls(page.text))
        raise TrialError(f"the form does not end after {_MOST_STEPS} pages")

    def _get(self, path: str) -> TestResponse:
        return self._checked(self._client.get(path, follow_redirects=True))

    def _post(self, path: str, data: dict[str, Any]) -> TestResponse:
        return self._checked(self._client.post(path, data=data, follow_redirects=True))

    def _checked(self, page: TestResponse) -> TestResponse:
        if page.status_code != 200:
            told = "; ".join(_ERROR.findall(page.text)) or page.status
            path = page.request.path.removeprefix(self._start)
            raise TrialError(f"the page {path!r} can not be passed: {told:.300}")
        return page


def _prepare(state: State, content: Content, answers: Answers, now: datetime) -> None:
    """Put the answers into the draft that was begun last."""
    with state.storage.write() as session:
        visit = session.scalars(select(Visit).order_by(Visit.created_at.desc())).first()
        assert visit is not None
        draft = load_draft(visit, content.form, now.date())
        store_draft(visit, replace(draft, answers=answers), content.form, now)


def _sent(state: State) -> dict[str, Any]:
    with state.storage.read() as session:
        newest = select(Submission).order_by(Submission.created_at.desc())
        submission = session.scalars(newest).first()
    if submission is None:
        raise TrialError("nothing was stored when it was sent")
    response: dict[str, Any] = orjson.loads(submission.response)
    return response


def _compare(response: dict[str, Any], content: Content, answers: Answers, now: datetime) -> None:
    found, unread = read_items(response, content.form)
    if unread:
        raise TrialError(f"its response can not be read back: {unread[0]}")
    if found != answers:
        names = [k for k in {**answers, **found} if answers.get(k) != found.get(k)]
        raise TrialError(f"its response has other answers than were given: {', '.join(names):.200}")
    issues = check_response(response, content.form, now=now)
    errors = [str(issue.message) for issue in issues if issue.severity == "error"]
    errors += map(str, model_problems(response))
    if errors:
        raise TrialError(f"its response is not valid: {errors[0]}")
