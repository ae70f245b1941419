"""The first tables: visits, submissions, documents, outbox, and an audit that only grows."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SQLITE: Final = (
    """CREATE TRIGGER intake_audit_update BEFORE UPDATE ON intake_audit
    BEGIN SELECT RAISE(ABORT, 'intake_audit is append-only'); END""",
    """CREATE TRIGGER intake_audit_delete BEFORE DELETE ON intake_audit
    BEGIN SELECT RAISE(ABORT, 'intake_audit is append-only'); END""",
    # REPLACE deletes a row without asking the trigger before DELETE.
    """CREATE TRIGGER intake_audit_replace BEFORE INSERT ON intake_audit
    WHEN EXISTS (SELECT 1 FROM intake_audit WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'intake_audit is append-only'); END""",
)
_POSTGRESQL: Final = (
    """CREATE FUNCTION intake_audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'intake_audit is append-only'
            USING ERRCODE = 'integrity_constraint_violation';
    END $$""",
    """CREATE TRIGGER intake_audit_change BEFORE UPDATE OR DELETE ON intake_audit
    FOR EACH ROW EXECUTE FUNCTION intake_audit_append_only()""",
    """CREATE TRIGGER intake_audit_truncate BEFORE TRUNCATE ON intake_audit
    FOR EACH STATEMENT EXECUTE FUNCTION intake_audit_append_only()""",
)


def upgrade() -> None:
    """Make the tables and the triggers of the audit."""
    _visit()
    _submission()
    _document()
    _outbox()
    _audit()
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _SQLITE if sqlite else _POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    """Refuse: it would delete the whole record."""
    raise NotImplementedError("the first migration can not be undone")


def _visit() -> None:
    op.create_table(
        "intake_visit",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("questionnaire", sa.String(255), nullable=False),
        sa.Column("person", sa.Text),
        sa.Column("response", sa.Text),
        sa.Column("asked", sa.Text, nullable=False),
        sa.Column("interruption", sa.String(64)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("clinic_id", sa.String(64), nullable=False),
        sa.CheckConstraint(
            "status IN ('in-progress', 'completed', 'stopped')",
            name=op.f("ck_intake_visit_status"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_visit")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_intake_visit_clinic_id_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_intake_visit_token_hash")),
    )


def _submission() -> None:
    op.create_table(
        "intake_submission",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("visit_id", sa.String(36), nullable=False),
        sa.Column("idempotency_key", sa.String(64), nullable=False),
        sa.Column("reference", sa.String(16), nullable=False),
        sa.Column("patient", sa.Text, nullable=False),
        sa.Column("response", sa.Text, nullable=False),
        sa.Column("assessment", sa.Text, nullable=False),
        sa.Column("questionnaire", sa.String(255), nullable=False),
        sa.Column("tier", sa.String(32)),
        sa.Column("pack_name", sa.String(64), nullable=False),
        sa.Column("pack_version", sa.String(32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("clinic_id", sa.String(64), nullable=False),
        _belongs("intake_submission", "visit_id", "intake_visit"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_submission")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_intake_submission_clinic_id_id")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_intake_submission_idempotency_key")),
        sa.UniqueConstraint("reference", name=op.f("uq_intake_submission_reference")),
        sa.UniqueConstraint("visit_id", name=op.f("uq_intake_submission_visit_id")),
    )
    _index("intake_submission", "clinic_id", "created_at")


def _document() -> None:
    op.create_table(
        "intake_document",
        sa.Column("submission_id", sa.String(36), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("media_type", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("clinic_id", sa.String(64), nullable=False),
        _belongs("intake_document", "submission_id", "intake_submission"),
        sa.PrimaryKeyConstraint("submission_id", "name", name=op.f("pk_intake_document")),
    )


def _outbox() -> None:
    op.create_table(
        "intake_outbox",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("submission_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.Column("error", sa.Text),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("clinic_id", sa.String(64), nullable=False),
        sa.CheckConstraint(
            "status IN ('pending', 'working', 'done', 'failed')",
            name=op.f("ck_intake_outbox_status"),
        ),
        _belongs("intake_outbox", "submission_id", "intake_submission"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_intake_outbox_key")),
    )
    _index("intake_outbox", "clinic_id", "status", "due_at")
    _index("intake_outbox", "clinic_id", "submission_id")


def _audit() -> None:
    op.create_table(
        "intake_audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_type", sa.String(16), nullable=False),
        sa.Column("actor_id", sa.String(255)),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("subject_type", sa.String(32), nullable=False),
        sa.Column("subject_id", sa.String(64), nullable=False),
        sa.Column("detail", sa.Text),
        sa.Column("clinic_id", sa.String(64), nullable=False),
        sa.CheckConstraint(
            "actor_type IN ('patient', 'clinician', 'system')",
            name=op.f("ck_intake_audit_actor_type"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_audit")),
        sqlite_autoincrement=True,
    )
    _index("intake_audit", "clinic_id", "subject_type", "subject_id")


def _belongs(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["clinic_id", column],
        [f"{target}.clinic_id", f"{target}.id"],
        name=op.f(f"fk_{table}_clinic_id_{column}"),
        deferrable=True,
        initially="DEFERRED",
    )


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))
