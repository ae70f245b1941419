"""The steps by which the tables of the record change, for Alembic."""
