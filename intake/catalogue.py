"""The forms that are served: the product's own, and those that an operator added.

A stored form is read once for a process: whoever asks for it gets the same `Content`, so that what
is kept by form, such as the classes of its pages, is made once too.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Final

import orjson

from fhir.intake.loading import load_form
from fhir.intake.value_sets import Terminology, standard_terminology
from intake.content import Content
from intake.storage import questionnaires

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from intake.state import State
    from intake.storage.tables import Questionnaire

_MOST: Final = 128
"""So many forms are kept in memory, those used last."""
_KEPT: Final[dict[tuple[str, str, str], Content]] = {}
_ALONE: Final = Lock()


def content_by_slug(session: Session, slug: str) -> Content | None:
    """Return the form that is served at an address, in the version added last, or None."""
    row = questionnaires.find_by_slug(session, slug)
    return None if row is None else content_of(row)


def content_by_canonical(state: State, session: Session, canonical: str) -> Content:
    """Return the form that a visit or a submission names, in just that version.

    It is the product's own form unless one is stored under the name: stored forms stay, so any
    other name is that of an earlier version of ours, or of ours under another base address.
    """
    if canonical == state.content.form.canonical:
        return state.content
    row = questionnaires.find_by_canonical(session, canonical)
    return state.content if row is None else content_of(row)


def slug_of(session: Session, canonical: str) -> str | None:
    """Return the address of the stored form that a visit names; None for the product's own."""
    row = questionnaires.find_by_canonical(session, canonical)
    return None if row is None else row.slug


def content_of(row: Questionnaire) -> Content:
    """Return the form of a stored version, whose session is open.

    Raises QuestionnaireError for a form that an earlier version of the program took and this one
    can not use.
    """
    key = (row.url, row.version, row.sha256)
    with _ALONE:
        content = _KEPT.pop(key, None) or _read(row)
        _KEPT[key] = content
        if len(_KEPT) > _MOST:
            del _KEPT[next(iter(_KEPT))]
    return content


def _read(row: Questionnaire) -> Content:
    """Read a stored form, which gets the names that it is stored under if it has none."""
    questionnaire = orjson.loads(row.resource) | {"url": row.url, "version": row.version}
    around = Terminology(orjson.loads(row.supporting), standard_terminology())
    return Content(questionnaire, load_form(questionnaire, around, ruled=False))
