"""Forms that an operator adds; submissions of forms without rules have no assessment."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_SQLITE: Final = (
    """CREATE TRIGGER intake_questionnaire_update BEFORE UPDATE ON intake_questionnaire
    BEGIN SELECT RAISE(ABORT, 'intake_questionnaire is append-only'); END""",
    """CREATE TRIGGER intake_questionnaire_delete BEFORE DELETE ON intake_questionnaire
    BEGIN SELECT RAISE(ABORT, 'intake_questionnaire is append-only'); END""",
    # REPLACE deletes a row without asking the trigger before DELETE.
    """CREATE TRIGGER intake_questionnaire_replace BEFORE INSERT ON intake_questionnaire
    WHEN EXISTS (
        SELECT 1 FROM intake_questionnaire AS stored
        WHERE stored.id = NEW.id OR stored.clinic_id = NEW.clinic_id AND (
            stored.url = NEW.url AND stored.version = NEW.version
            OR stored.slug = NEW.slug AND stored.number = NEW.number
        )
    )
    BEGIN SELECT RAISE(ABORT, 'intake_questionnaire is append-only'); END""",
)
_POSTGRESQL: Final = (
    """CREATE FUNCTION intake_questionnaire_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'intake_questionnaire is append-only'
            USING ERRCODE = 'integrity_constraint_violation';
    END $$""",
    """CREATE TRIGGER intake_questionnaire_change
    BEFORE UPDATE OR DELETE ON intake_questionnaire
    FOR EACH ROW EXECUTE FUNCTION intake_questionnaire_append_only()""",
    """CREATE TRIGGER intake_questionnaire_truncate BEFORE TRUNCATE ON intake_questionnaire
    FOR EACH STATEMENT EXECUTE FUNCTION intake_questionnaire_append_only()""",
)


def upgrade() -> None:
    """Make the table of forms, and room for submissions that no rules assess."""
    _questionnaire()
    with op.batch_alter_table("intake_submission") as batch:
        batch.alter_column("assessment", existing_type=sa.Text(), nullable=True)
        batch.alter_column("pack_name", existing_type=sa.String(64), nullable=True)
        batch.alter_column("pack_version", existing_type=sa.String(32), nullable=True)
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _SQLITE if sqlite else _POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    """Refuse: it would delete forms that were answered."""
    raise NotImplementedError("this migration can not be undone")


def _questionnaire() -> None:
    op.create_table(
        "intake_questionnaire",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("slug", sa.String(60), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("url", sa.String(255), nullable=False),
        sa.Column("version", sa.String(255), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("resource", sa.Text, nullable=False),
        sa.Column("supporting", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("clinic_id", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_questionnaire")),
        sa.UniqueConstraint(
            "clinic_id",
            "url",
            "version",
            name=op.f("uq_intake_questionnaire_clinic_id_url_version"),
        ),
        sa.UniqueConstraint(
            "clinic_id",
            "slug",
            "number",
            name=op.f("uq_intake_questionnaire_clinic_id_slug_number"),
        ),
    )


def _unique(*columns: str) -> sa.UniqueConstraint:
    name = op.f(f"uq_intake_questionnaire_{'_'.join(columns)}")
    return sa.UniqueConstraint(*columns, name=name)
