"""Submissions and the documents made from them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from intake.storage.tables import Document, Submission

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


def find_submission(session: Session, submission_id: str) -> Submission | None:
    """Return a submission by its id, or None."""
    return session.get(Submission, submission_id)


def submission_of(session: Session, visit_id: str) -> Submission | None:
    """Return what was sent at a visit, or None."""
    return session.scalars(select(Submission).where(Submission.visit_id == visit_id)).one_or_none()


def list_submissions(session: Session, *, offset: int, limit: int) -> tuple[list[Submission], int]:
    """Return a part of the submissions, newest first, and how many there are in all."""
    newest = select(Submission).order_by(Submission.created_at.desc(), Submission.id.desc())
    rows = session.scalars(newest.offset(offset).limit(limit)).all()
    total = session.scalar(select(func.count(Submission.id)))
    return list(rows), total or 0


def find_document(session: Session, submission_id: str, name: str) -> Document | None:
    """Return a document of a submission by its name, such as "summary.pdf", or None."""
    return session.get(Document, (submission_id, name))


def save_document(  # noqa: PLR0913, PLR0917  # a document has as many parts
    session: Session,
    submission_id: str,
    name: str,
    media_type: str,
    content: bytes,
    now: datetime,
) -> Document:
    """Store a document of a submission, in place of an earlier one of the same name."""
    document = find_document(session, submission_id, name)
    if document is None:
        document = Document(submission_id=submission_id, name=name)
        session.add(document)
    document.media_type = media_type
    document.content = content
    document.sha256 = hashlib.sha256(content).hexdigest()
    document.created_at = now
    return document
