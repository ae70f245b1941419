"""Forms that an operator added: each version stored once, and never changed."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from sqlalchemy import select

from intake.storage.errors import ConflictError
from intake.storage.tables import SLUG_LENGTH, Questionnaire

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

Json: TypeAlias = dict[str, Any]
_SLUG: Final = re.compile(f"[a-z0-9-]{{1,{SLUG_LENGTH}}}")
_GAP: Final = re.compile("[^a-z0-9]+")
_ROOM: Final = 4
"""Characters of an address left free for a number that tells it from another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVersion:
    """A version to be added: what it is called, the text of its file, and the resources it needs.

    ``sha256`` is the hash of the content, the same however the file was written.
    """

    url: str
    version: str
    title: str
    text: str
    sha256: str
    supporting: tuple[Json, ...] = ()


def add(
    session: Session, given: NewVersion, *, new_id: UUID, slug: str | None, now: datetime
) -> tuple[Questionnaire, bool]:
    """Store a version; return its row, and whether it is new. The same content again is no change.

    All versions of a form have one address: that of the first, which is ``slug`` or made of the
    title. Raises ConflictError with a sentence: other content under the same version, or an
    address that can not be had.
    """
    before = _latest(session, Questionnaire.url == given.url)
    stored = find_version(session, given.url, given.version)
    if stored is not None and stored.sha256 != given.sha256:
        raise ConflictError(
            f"{given.url}|{given.version} is stored already with other content:"
            " a change needs a new version."
        )
    address = _address(session, given, before, slug)
    if stored is not None:
        return stored, False
    row = Questionnaire(
        id=str(new_id),
        slug=address,
        number=before.number + 1 if before is not None else 1,
        url=given.url,
        version=given.version,
        title=given.title,
        resource=given.text,
        supporting=json.dumps(given.supporting, ensure_ascii=False),
        sha256=given.sha256,
        created_at=now,
    )
    session.add(row)
    return row, True


def find_by_slug(session: Session, slug: str) -> Questionnaire | None:
    """Return the version that is served at an address, the one added last, or None."""
    return _latest(session, Questionnaire.slug == slug)


def find_by_canonical(session: Session, canonical: str) -> Questionnaire | None:
    """Return the version of a ``url|version``, the one added last for a bare url, or None."""
    url, _, version = canonical.partition("|")
    if version:
        return find_version(session, url, version)
    return _latest(session, Questionnaire.url == url)


def find_version(session: Session, url: str, version: str) -> Questionnaire | None:
    """Return one version of a form, or None."""
    query = select(Questionnaire).where(Questionnaire.url == url, Questionnaire.version == version)
    return session.scalars(query).one_or_none()


def all_versions(session: Session) -> list[Questionnaire]:
    """Return every version of every form by address, the one added last first."""
    query = select(Questionnaire).order_by(Questionnaire.slug, Questionnaire.number.desc())
    return list(session.scalars(query))


def current(session: Session) -> list[Questionnaire]:
    """Return the version of each form that is served, by address."""
    found: dict[str, Questionnaire] = {}
    for row in all_versions(session):
        found.setdefault(row.slug, row)
    return list(found.values())


def _latest(session: Session, condition: ColumnElement[bool]) -> Questionnaire | None:
    query = select(Questionnaire).where(condition).order_by(Questionnaire.number.desc()).limit(1)
    return session.scalars(query).one_or_none()


def _address(
    session: Session, given: NewVersion, before: Questionnaire | None, slug: str | None
) -> str:
    """Return the address of a form. Raises ConflictError when it can not be the one wished for."""
    if slug is not None and not _SLUG.fullmatch(slug):
        raise ConflictError(
            f"{slug[:80]!r} can not be an address: it needs 1 to {SLUG_LENGTH} of the characters"
            " a-z, 0-9 and -."
        )
    if before is not None:
        if slug not in {None, before.slug}:
            raise ConflictError(f"{given.url} has the address {before.slug} already; it stays.")
        return before.slug
    if slug is None:
        return _free_address(session, given)
    other = find_by_slug(session, slug)
    if other is not None:
        raise ConflictError(f"The address {slug} is that of {other.url}; choose another.")
    return slug


def _free_address(session: Session, given: NewVersion) -> str:
    """Make an address of the title, numbered if another form has it."""
    plain = unicodedata.normalize("NFKD", given.title).encode("ascii", "ignore").decode().lower()
    words = _GAP.sub("-", plain)[: SLUG_LENGTH - _ROOM].strip("-")
    name = words or f"form-{given.sha256[:8]}"
    if find_by_slug(session, name) is None:
        return name
    names = (f"{name}-{number}" for number in count(2))
    return next(other for other in names if find_by_slug(session, other) is None)
