"""Alembic's way into the migrations. They run in the transaction of the connection given."""

from __future__ import annotations

from alembic import context

from intake.storage.schema import VERSION_TABLE, include_name
from intake.storage.tables import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    version_table=VERSION_TABLE,
    render_as_batch=connection.dialect.name == "sqlite",
    include_name=lambda name, kind, _: kind != "table" or not include_name(name, kind),
)
with context.begin_transaction():
    context.run_migrations()
