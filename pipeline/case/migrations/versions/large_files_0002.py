"""Sizes and places in files of more than 2 GiB, which PostgreSQL's integers do not hold; SQLite's do."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_COLUMNS = (("sources", "size"), ("units", "start"), ("units", "stop"))


def upgrade() -> None:
    """Widen the columns."""
    if op.get_bind().dialect.name == "sqlite":
        return
    for table, column in _COLUMNS:
        op.alter_column(table, column, type_=sa.BigInteger(), existing_type=sa.Integer(), existing_nullable=False)
