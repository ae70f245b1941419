"""The tables of the record. Every row belongs to one clinic."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

if TYPE_CHECKING:
    from sqlalchemy import Dialect

CLINIC_ID_LENGTH: Final = 64
CANONICAL_LENGTH: Final = 255
"""Characters of ``url|version``, by which a visit or submission names its form."""
SLUG_LENGTH: Final = 60
NAMING: Final = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware datetimes go in, aware datetimes in UTC come out. Raises ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the instant in UTC; without a zone for SQLite, which stores none."""
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError("an instant needs a time zone")
        instant = value.astimezone(UTC)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the instant in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The tables of intake, in a catalogue of their own beside the host's."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime(), str: Text()}


class Owned:
    """A row of one clinic; sessions of another clinic do not see it (see `wall`)."""

    clinic_id: Mapped[str] = mapped_column(String(CLINIC_ID_LENGTH))


def _belongs(column: str, table: str) -> ForeignKeyConstraint:
    """Refer to a row of the same clinic; checked at the commit, so that order does not matter."""
    return ForeignKeyConstraint(
        ["clinic_id", column],
        [f"{table}.clinic_id", f"{table}.id"],
        deferrable=True,
        initially="DEFERRED",
    )


class Questionnaire(Owned, Base):
    """A version of a form, as it was added. Triggers of the database keep it as it is.

    The versions at one address are numbered from 1; the last one is served. ``resource`` is the
    text of the file, ``supporting`` a JSON list of the resources that it needs; both are loaded
    when they are used, and ``sha256`` is of both.
    """

    __tablename__ = "intake_questionnaire"
    __table_args__ = (
        UniqueConstraint("clinic_id", "url", "version"),
        UniqueConstraint("clinic_id", "slug", "number"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    slug: Mapped[str] = mapped_column(String(SLUG_LENGTH))
    number: Mapped[int]
    url: Mapped[str] = mapped_column(String(CANONICAL_LENGTH))
    version: Mapped[str] = mapped_column(String(CANONICAL_LENGTH))
    title: Mapped[str]
    resource: Mapped[str] = mapped_column(deferred=True)
    supporting: Mapped[str] = mapped_column(deferred=True)
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]


class Visit(Owned, Base):
    """One patient's way through the form. The token is known to the browser only."""

    __tablename__ = "intake_visit"
    __table_args__ = (
        UniqueConstraint("clinic_id", "id"),
        CheckConstraint("status IN ('in-progress', 'completed', 'stopped')", name="status"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    status: Mapped[str] = mapped_column(String(16))
    questionnaire: Mapped[str] = mapped_column(String(CANONICAL_LENGTH))
    person: Mapped[str | None]
    response: Mapped[str | None]
    asked: Mapped[str]
    interruption: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Submission(Owned, Base):
    """What a patient sent, and what was concluded from it: never changed afterwards.

    Of a form without rules nothing is concluded: no assessment, tier or pack.
    """

    __tablename__ = "intake_submission"
    __table_args__ = (
        UniqueConstraint("clinic_id", "id"),
        _belongs("visit_id", "intake_visit"),
        Index(None, "clinic_id", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    visit_id: Mapped[str] = mapped_column(String(36), unique=True)
    idempotency_key: Mapped[str] = mapped_column(String(64), unique=True)
    reference: Mapped[str] = mapped_column(String(16), unique=True)
    patient: Mapped[str]
    response: Mapped[str]
    assessment: Mapped[str | None]
    questionnaire: Mapped[str] = mapped_column(String(CANONICAL_LENGTH))
    tier: Mapped[str | None] = mapped_column(String(32))
    pack_name: Mapped[str | None] = mapped_column(String(64))
    pack_version: Mapped[str | None] = mapped_column(String(32))
    created_at: Mapped[datetime]


class Document(Owned, Base):
    """A file made from a submission, such as its PDF."""

    __tablename__ = "intake_document"
    __table_args__ = (_belongs("submission_id", "intake_submission"),)

    submission_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]


class Outbox(Owned, Base):
    """Work to be done after a submission, written in the same transaction."""

    __tablename__ = "intake_outbox"
    __table_args__ = (
        _belongs("submission_id", "intake_submission"),
        CheckConstraint("status IN ('pending', 'working', 'done', 'failed')", name="status"),
        Index(None, "clinic_id", "status", "due_at"),
        Index(None, "clinic_id", "submission_id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    submission_id: Mapped[str] = mapped_column(String(36))
    kind: Mapped[str] = mapped_column(String(32))
    key: Mapped[str] = mapped_column(String(128), unique=True)
    status: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int]
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    error: Mapped[str | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class Audit(Owned, Base):
    """Who did what to which row, and when. Triggers of the database keep it append-only."""

    __tablename__ = "intake_audit"
    __table_args__ = (
        CheckConstraint("actor_type IN ('patient', 'clinician', 'system')", name="actor_type"),
        Index(None, "clinic_id", "subject_type", "subject_id"),
        {"sqlite_autoincrement": True},  # an id is never given twice
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    at: Mapped[datetime]
    actor_type: Mapped[str] = mapped_column(String(16))
    actor_id: Mapped[str | None] = mapped_column(String(255))
    action: Mapped[str] = mapped_column(String(64))
    subject_type: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[str] = mapped_column(String(64))
    detail: Mapped[str | None]
