"""Things that happen at once, or at the worst moment: nothing is lost, doubled or half done."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from intake.storage.tables import Audit, Outbox
from tests.crowds import (
    AT_ONCE,
    CALM,
    answer,
    at_once,
    changing,
    copies,
    sending,
    serving,
    visit_id,
    with_token,
)
from tests.web import make_app, state_of, stored_submissions, stored_visits

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from intake.content import Content

pytest_plugins = ["tests.databases"]


@pytest.fixture
def app(tmp_path: Path, database_url: str) -> Flask:
    return make_app(tmp_path, INTAKE_DATABASE_URL=database_url)


@pytest.mark.parametrize("keys", ["one", "many"])
def test_pressing_send_many_times_at_once(app: Flask, content: Content, keys: str) -> None:
    (token,) = copies(app, content, 1)
    with serving(app) as port:
        browser = with_token(port, token)
        data = sending(browser)
        sent = [
            {**data, "key": data["key"] if keys == "one" else f"key-{number}"}
            for number in range(AT_ONCE)
        ]
        found = at_once(*(partial(browser.open, "/check", data) for data in sent))
        done = at_once(*[partial(browser.read, "/done")] * AT_ONCE)
    assert {answered[:2] for answered in found} == {(303, "/done")}
    (submission,) = stored_submissions(app)
    assert all(submission.reference in page.text for page in done)
    with state_of(app).storage.read() as session:
        assert len([*session.scalars(select(Outbox))]) == 1
        created = select(Audit).where(Audit.action == "submission.created")
        assert len([*session.scalars(created)]) == 1


def test_tabs_that_save_different_pages_at_once(app: Flask, content: Content) -> None:
    (token,) = copies(app, content, 1)
    changes: dict[str, dict[str, Any]] = {
        "/form/g_start": {"completed_by": "carer"},
        "/form/g_muscles": {"cramps": "some"},
        "/form/g_mind": {"sleep_hours": 4.5},
        "/form/g_daily": {"alcohol_week": 11},
        "/form/g_end": {"your_words": "from another tab"},
    }
    options = {option.code for option in content.form.items["cramps"].options}
    changes["/form/g_muscles"]["cramps"] = min(options - {CALM["cramps"]})
    with serving(app) as port:
        browser = with_token(port, token)
        posts = [(path, changing(browser, content, path, **new)) for path, new in changes.items()]
        found = at_once(*(partial(browser.open, *post) for post in posts))
    assert {answered[0] for answered in found} == {303}
    visit = next(v for v in stored_visits(app) if v.id == visit_id(token))
    for new in changes.values():
        for link_id, value in new.items():
            assert answer(visit.response or "", link_id) == value, link_id
    assert answer(visit.response or "", "consent") == CALM["consent"]


def test_a_page_that_is_saved_while_the_form_is_sent(app: Flask, content: Content) -> None:
    """One of the two is done, and the patient is told which: nothing is sent unchecked."""
    tokens = copies(app, content, 6)
    with serving(app) as port:
        for token in tokens:
            browser = with_token(port, token)
            data, page = sending(browser), changing(browser, content, "/form/g_mind", sleep_hours=3)
            saved, sent = at_once(
                partial(browser.open, "/form/g_mind", page), partial(browser.open, "/check", data)
            )
            name = visit_id(token)
            found = [row for row in stored_submissions(app) if row.visit_id == name]
            if saved[0] == 303:  # it came first, so what is sent would not be what was checked
                assert (sent[0], found) == (409, [])
                continue
            assert (saved[0], sent[:2]) == (409, (303, "/done"))
            (submission,) = found
            assert answer(submission.response, "sleep_hours") == CALM["sleep_hours"]


def test_consent_that_is_withdrawn_while_the_form_is_sent(app: Flask, content: Content) -> None:
    tokens = copies(app, content, 6)
    with serving(app) as port:
        for token in tokens:
            browser = with_token(port, token)
            data, page = sending(browser), changing(browser, content, "/form/g_start", consent="no")
            at_once(
                partial(browser.open, "/form/g_start", page), partial(browser.open, "/check", data)
            )
    sent = {row.visit_id for row in stored_submissions(app)}
    names = [visit_id(token) for token in tokens]
    for visit in (row for row in stored_visits(app) if row.id in names):
        assert visit.status in {"completed", "stopped"}
        assert (visit.id in sent) == (visit.status == "completed")
        assert (visit.response, visit.person, visit.asked) == (None, None, "[]")
