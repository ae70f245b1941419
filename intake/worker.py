"""The worker that makes the files of submissions: a thread of the server, or a process apart."""

from __future__ import annotations

import logging
import os
import random
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from intake import signals
from intake.catalogue import content_by_canonical
from intake.documents import MEDIA_TYPES, make_documents
from intake.pdf.renderer import Renderer
from intake.processing import Layout
from intake.storage import StorageError, audit, outbox, submissions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask
    from sqlalchemy.orm import Session

    from intake.state import State
    from intake.storage.outbox import Job

_LOG: Final = logging.getLogger(__name__)
_LEASE: Final = timedelta(minutes=5)
"""Longer than any render may take; a job of a worker that died is taken over after it."""
_POLL_SECONDS: Final = 15.0
_BATCH: Final = 1
"""Jobs claimed together would wait for each other, and fall with a worker that one of them ends."""


def work(app: Flask, renderer: Renderer) -> int:
    """Do the jobs that are due now; return how many were taken.

    A job that fails is put off, and shown as failed after some tries; it never touches the
    submission.
    """
    state: State = app.extensions["intake"]
    jobs = outbox.claim(state.storage, now=datetime.now(UTC), limit=_BATCH, lease=_LEASE)
    for job in jobs:
        try:
            _do(app, state, job, renderer)
        except Exception as error:  # noqa: BLE001  # one job must not end the worker
            _LOG.error("summary of %s: %s", job.submission_id, type(error).__name__)
            _end(app, state, job, f"The files could not be made ({type(error).__name__}).")
    return len(jobs)


def _do(app: Flask, state: State, job: Job, renderer: Renderer) -> None:
    with state.storage.read() as session:
        submission = submissions.find_submission(session, job.submission_id)
        content = (
            content_by_canonical(state, session, submission.questionnaire) if submission else None
        )
    if submission is None or content is None:
        _end(app, state, job, "There is no such submission.", lasting=True)
        return
    layout = Layout(variant=state.settings.variant, paper=state.settings.paper)
    made = make_documents(submission, content, renderer, layout)
    _end(app, state, job, made.error, lasting=made.lasting, files=made.files)


def _end(  # noqa: PLR0913  # what came of a job, and whose it was
    app: Flask,
    state: State,
    job: Job,
    error: str | None,
    *,
    lasting: bool = False,
    files: Mapping[str, bytes] | None = None,
) -> None:
    """Store what a job made and how it ended, in one transaction, and tell the host."""
    now = datetime.now(UTC)
    is_over = error is None or lasting or job.attempts >= outbox.MAX_ATTEMPTS
    with state.storage.write() as session:
        if not _settle(session, job, now, error, lasting=lasting):
            return  # another worker has taken it over
        _save(session, job, files or {}, now)
        if is_over:
            audit.record(
                session,
                now=now,
                actor=audit.Actor("system"),
                action="summary.failed" if error else "summary.made",
                subject=("submission", job.submission_id),
            )
    if is_over:
        signal = signals.summary_failed if error else signals.summary_made
        with app.app_context():
            signals.tell(signal, submission=job.submission_id)


def _settle(session: Session, job: Job, now: datetime, error: str | None, *, lasting: bool) -> bool:
    if error is None:
        return outbox.finish(session, job, now)
    jitter = random.random()  # noqa: S311  # spreads the tries, no secret
    return outbox.fail(session, job, now, error, permanent=lasting, jitter=jitter)


def _save(session: Session, job: Job, files: Mapping[str, bytes], now: datetime) -> None:
    for name, content in files.items():
        submissions.save_document(
            session,
            job.submission_id,
            name=name,
            media_type=MEDIA_TYPES[name],
            content=content,
            now=now,
        )


class Worker:
    """A thread that works through the outbox of an application.

    It starts when it is first woken, in the process that wakes it: a thread does not survive the
    fork of a server that loads the application first.
    """

    def __init__(self, app: Flask) -> None:
        """Serve an application with the extension."""
        self._app = app
        self._due = threading.Event()
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._owner = 0

    def wake(self) -> None:
        """Look at the outbox now; start the thread if this process has none."""
        with self._lock:
            running = self._thread is not None and self._thread.is_alive()
            if not running or self._owner != os.getpid():
                self._owner = os.getpid()
                self._stopping.clear()
                self._thread = threading.Thread(target=self.run, name="intake-worker", daemon=True)
                self._thread.start()
        self._due.set()

    def stop(self, timeout: float = 30.0) -> None:
        """End the thread after the job that it is at, within ``timeout`` seconds."""
        self._stopping.set()
        self._due.set()
        if self._thread is not None and self._owner == os.getpid():
            self._thread.join(timeout)

    def run(self) -> None:
        """Work until told to stop; also the loop of ``intake worker``."""
        with Renderer() as renderer:
            while not self._stopping.is_set():
                self._due.clear()
                if not self._try_work(renderer):
                    self._due.wait(_POLL_SECONDS)

    def _try_work(self, renderer: Renderer) -> int:
        try:
            return work(self._app, renderer)
        except StorageError as error:
            _LOG.warning("the outbox can not be read: %s", error)
            return 0
