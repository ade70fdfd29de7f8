"""What the review desk needs: what stands, what undoes what, how sure a finding is, and officers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns and tables, and say what stands of the decisions made so far: of several, the last."""
    op.add_column("findings", sa.Column("score", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("findings", sa.Column("why", sa.Text(), nullable=False, server_default=""))
    op.add_column("findings", sa.Column("count", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("decisions", sa.Column("undoes", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("decision_findings", sa.Column("stood", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("decision_findings", sa.Column("stands", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "standing",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("finding_id", sa.String(length=32), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.PrimaryKeyConstraint("case_id", "finding_id"),
    )
    op.create_index("ix_standing_decision_id", "standing", ["decision_id"])
    op.create_table(
        "officers",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("login", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("roles", sa.String(length=60), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("made_at", sa.String(length=40), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.String(length=40), nullable=False),
        sa.Column("ended_at", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.PrimaryKeyConstraint("case_id", "login"),
    )
    op.execute("UPDATE decision_findings SET stands = decision_id")
    op.execute(
        "UPDATE decision_findings SET stood = COALESCE((SELECT MAX(earlier.decision_id) FROM decision_findings "
        "AS earlier WHERE earlier.finding_id = decision_findings.finding_id "
        "AND earlier.decision_id < decision_findings.decision_id), 0)"
    )
    op.execute(
        "INSERT INTO standing (case_id, finding_id, decision_id) "
        "SELECT decisions.case_id, finding_id, MAX(decision_id) FROM decision_findings "
        "JOIN decisions ON decisions.id = decision_findings.decision_id GROUP BY decisions.case_id, finding_id"
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("officers")
    op.drop_index("ix_standing_decision_id", "standing")
    op.drop_table("standing")
    for table, column in (
        ("decision_findings", "stands"),
        ("decision_findings", "stood"),
        ("decisions", "undoes"),
        ("findings", "count"),
        ("findings", "why"),
        ("findings", "score"),
    ):
        op.drop_column(table, column)
