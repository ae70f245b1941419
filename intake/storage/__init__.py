"""The record: visits, submissions, documents, the outbox and the audit, in SQLite or PostgreSQL.

All access goes through `Storage`, whose sessions see and write the rows of one clinic only.
"""

from __future__ import annotations

from intake.storage.engine import Storage, adopt_engine, make_engine
from intake.storage.errors import ConflictError, SchemaError, StorageError

__all__ = [
    "ConflictError",
    "SchemaError",
    "Storage",
    "StorageError",
    "adopt_engine",
    "make_engine",
]
