"""The clinician's blueprint: the list of submissions, one of them, its files. Reads are audited."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, abort, current_app, redirect, request, send_file, url_for

from intake.catalogue import content_by_canonical
from intake.documents import MEDIA_TYPES
from intake.processing import ASSESSMENT, BUNDLE, RESPONSE
from intake.state import get_state
from intake.storage import audit, outbox, submissions
from intake.web.chart import read_chart
from intake.web.emergency_pages import emergency_pages
from intake.web.environment import render
from intake.web.moments import moment_at_clinic
from intake.web.plain_forms import PlainForm
from intake.web.submission_list import page_number, submission_page
from intake.web.summary_state import NO_REASON, summary_states

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from intake.storage.tables import Submission
    from intake.web.summary_state import SummaryState

CLINICIAN: Final = "intake_clinician"
RETRY_SECONDS: Final = 5
_ID: Final = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NAME_PART: Final = re.compile("[^a-z0-9]+")


def blueprint() -> Blueprint:
    """Make the blueprint; every application needs its own."""
    pages = Blueprint(CLINICIAN, __name__, static_folder="static", static_url_path="/static")
    pages.add_url_rule("/", "submissions", show_submissions)
    pages.add_url_rule("/<submission_id>", "submission", show_submission)
    pages.add_url_rule("/<submission_id>/<name>", "file", download)
    pages.add_url_rule("/<submission_id>/retry", "retry", retry, methods=["POST"])
    return pages


def show_submissions() -> ResponseReturnValue:
    """Show a page of the clinic's submissions, newest first."""
    state = get_state()
    number = page_number(request.args.get("page")) or abort(404)
    with state.storage.read() as session:
        page = submission_page(session, state, number=number) or abort(404)
    listed = [row.id for row in page.rows]
    subject = ("clinic", state.settings.clinic_id)
    _record("submissions.list", subject, {"page": number, "submissions": listed})
    return render(
        "intake/clinic/submissions.html",
        page_title="Submissions",
        page=page,
    )


def show_submission(submission_id: str) -> ResponseReturnValue:
    """Show what was found from one patient's answers, and every answer."""
    state = get_state()
    zone = state.settings.time_zone
    with state.storage.read() as session:
        submission = _find(session, submission_id)
        summary = summary_states(session, [submission.id])[submission.id]
        interruptions = emergency_pages(session, submission.visit_id, zone)
        content = content_by_canonical(state, session, submission.questionnaire)
    chart = read_chart(submission, content)
    _record("submission.read", ("submission", submission.id))
    return render(
        "intake/clinic/submission.html",
        page_title=f"Submission {submission.reference}",
        submission=submission,
        chart=chart,
        summary=summary,
        interruptions=interruptions,
        sent=moment_at_clinic(submission.created_at, zone),
        form=PlainForm(),
        back_url=url_for(".submissions"),
    )


def download(submission_id: str, name: str) -> ResponseReturnValue:
    """Send a file of a submission; a page that says why when there is none."""
    if name not in MEDIA_TYPES:
        abort(404)
    state = get_state()
    with state.storage.read() as session:
        submission = _find(session, submission_id)
        if name == ASSESSMENT and submission.assessment is None:
            abort(404)
        summary = summary_states(session, [submission.id])[submission.id]
        file = _file(session, submission, name)
        content = content_by_canonical(state, session, submission.questionnaire)
    refusal = read_chart(submission, content).refusal if name == BUNDLE else ""
    if refusal or file is None:
        return _no_file(submission, summary, refusal)
    _record("file.read", ("submission", submission.id), {"file": name})
    reference = _NAME_PART.sub("-", submission.reference.lower())
    return send_file(
        BytesIO(file),
        mimetype=MEDIA_TYPES[name],
        as_attachment=True,
        download_name=f"{reference}-{name}",
    )


def retry(submission_id: str) -> ResponseReturnValue:
    """Have the files of a submission made again."""
    if not PlainForm().is_sent():
        return _explain(
            400,
            "Try again from the page of the submission",
            "The button was pressed on a page that is out of date.",
            url_for(".submission", submission_id=submission_id),
        )
    state = get_state()
    now = datetime.now(UTC)
    with state.storage.write() as session:
        submission = _find(session, submission_id)
        due = outbox.retry(session, submission.id, now)
        if due:
            audit.record(
                session,
                now=now,
                actor=audit.Actor("clinician", state.actor()),
                action="summary.retried",
                subject=("submission", submission.id),
            )
    if due and state.worker is not None:
        state.worker.wake()
    return redirect(url_for(".submission", submission_id=submission.id), 303)


def _find(session: Session, submission_id: str) -> Submission:
    """Return a submission of this clinic, or answer 404, the same whatever the reason."""
    if not _ID.fullmatch(submission_id):
        abort(404)
    return submissions.find_submission(session, submission_id) or abort(404)


def _file(session: Session, submission: Submission, name: str) -> bytes | None:
    stored = {RESPONSE: submission.response, ASSESSMENT: submission.assessment}.get(name)
    if stored is not None:
        return stored.encode()
    document = submissions.find_document(session, submission.id, name)
    return document.content if document else None


def _record(action: str, subject: tuple[str, str], detail: Mapping[str, Any] | None = None) -> None:
    """Audit a read before anything of it is shown."""
    state = get_state()
    with state.storage.write() as session:
        audit.record(
            session,
            now=datetime.now(UTC),
            actor=audit.Actor("clinician", state.actor()),
            action=action,
            subject=subject,
            detail=detail,
        )


def _no_file(submission: Submission, summary: SummaryState, refusal: str) -> ResponseReturnValue:
    """Say why there is no such file: refused, still being made, or failed."""
    back = url_for(".submission", submission_id=submission.id)
    if refusal:
        return _explain(404, "There is no Bundle of this submission", refusal, back)
    if summary.state != "making":
        return _explain(503, "This file could not be made", summary.error or NO_REASON, back)
    text = "It is usually ready within a minute. Load this page again."
    response = current_app.make_response(_explain(503, "This file is being made", text, back))
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _explain(code: int, title: str, text: str, back: str) -> tuple[str, int]:
    page = render("intake/clinic/notice.html", title=title, text=text, back_url=back)
    return page, code
