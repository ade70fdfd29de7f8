"""The findings of one record are found at once, among a hundred thousand of its file."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_findings_unit", "findings", ["run_id", "source", "ordinal"])


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_findings_unit", "findings")
