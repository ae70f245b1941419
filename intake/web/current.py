"""The form of a request, in the version that counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, g

from intake.catalogue import content_by_canonical, content_by_slug
from intake.state import get_state
from intake.web.addresses import current_slug
from intake.web.session import current_visit

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from intake.content import Content


def current_content() -> Content:
    """Return the form of this request, in the version with which the browser's visit began.

    A view calls this before it opens a session of its own. It is looked up once for a request;
    the product's own form is at hand. Answers 404 where no form has the address.
    """
    if current_slug() is None:
        return get_state().content
    known: Content | None = g.intake_content
    if known is None:
        state = get_state()
        with state.storage.read() as session:
            visit = current_visit(session)
            if visit is None:
                known = served_content(session)
            else:
                known = content_by_canonical(state, session, visit.questionnaire)
        g.intake_content = known
    return known


def served_content(session: Session) -> Content:
    """Return the form that is begun here: of a stored one the version added last."""
    slug = current_slug()
    if slug is None:
        return get_state().content
    return content_by_slug(session, slug) or abort(404)
