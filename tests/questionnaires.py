"""Forms of others for tests, as files and as rows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from intake.questionnaire_files import content_hash
from intake.storage import questionnaires
from intake.storage.questionnaires import NewVersion
from tests.any_forms import item, questionnaire
from tests.databases import NOW

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

    from intake.storage.tables import Questionnaire

SCORE = "http://example.org/Questionnaire/score"


def resource(version: str = "1", url: str = SCORE, **more: Any) -> dict[str, Any]:
    """Return a small form without rules."""
    return questionnaire(
        item("pain", "integer", text="How bad is the pain?"),
        item("where", text="Where does it hurt?", required=True),
        url=url,
        version=version,
        **{"title": "Pain score", **more},
    )


def new_version(form: dict[str, Any], *supporting: dict[str, Any]) -> NewVersion:
    """Return a form as it is handed to the storage."""
    return NewVersion(
        url=form["url"],
        version=form["version"],
        title=form["title"],
        text=json.dumps(form),
        sha256=content_hash(form, supporting),
        supporting=supporting,
    )


def add(
    session: Session,
    form: dict[str, Any],
    *supporting: dict[str, Any],
    slug: str | None = None,
) -> tuple[Questionnaire, bool]:
    """Store a form."""
    given = new_version(form, *supporting)
    return questionnaires.add(session, given, new_id=uuid4(), slug=slug, now=NOW)


def write(path: Path, data: Any) -> Path:
    """Write JSON, or bytes as they are."""
    path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
    return path
