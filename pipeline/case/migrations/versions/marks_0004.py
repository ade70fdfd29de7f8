"""What people found or changed by themselves: marks, the rule a decision cites, and lifts with a second signature."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_DECISIONS = (("rule", sa.String(length=100), ""), ("approved_by", sa.String(length=100), ""))


def upgrade() -> None:
    """Add columns and tables."""
    op.add_column("findings", sa.Column("mark", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("findings", sa.Column("added", sa.Boolean(), nullable=False, server_default=sa.false()))
    for name, kind, default in _DECISIONS:
        op.add_column("decisions", sa.Column(name, kind, nullable=False, server_default=default))
    op.add_column("decisions", sa.Column("lift", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("runs", sa.Column("facts", sa.String(length=32), nullable=False, server_default=""))
    op.create_table(
        "marks",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("case_id", sa.String(length=32), sa.ForeignKey("cases.id"), nullable=False, index=True),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("stop", sa.Integer(), nullable=False),
        sa.Column("entity", sa.String(length=40), nullable=False),
        sa.Column("part", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("was", sa.String(length=32), nullable=False),
        sa.Column("was_start", sa.Integer(), nullable=False),
        sa.Column("was_stop", sa.Integer(), nullable=False),
        sa.Column("was_entity", sa.String(length=40), nullable=False),
    )
    op.create_table(
        "mark_needles",
        sa.Column("mark_id", sa.Integer(), sa.ForeignKey("marks.id"), primary_key=True),
        sa.Column("digest", sa.String(length=32), primary_key=True),
        sa.Column("gate", sa.String(length=8), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("tokens", sa.Integer(), nullable=False),
    )
    op.create_table(
        "lifts",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("case_id", sa.String(length=32), sa.ForeignKey("cases.id"), nullable=False, index=True),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("ground", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
    )
    op.create_table(
        "lift_findings",
        sa.Column("lift_id", sa.Integer(), sa.ForeignKey("lifts.id"), primary_key=True),
        sa.Column("finding_id", sa.String(length=32), primary_key=True),
    )
    op.create_table(
        "lift_answers",
        sa.Column("lift_id", sa.Integer(), sa.ForeignKey("lifts.id"), primary_key=True),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("answer", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("lift_answers", "lift_findings", "lifts", "mark_needles", "marks"):
        op.drop_table(table)
    for table, column in (
        ("runs", "facts"),
        ("decisions", "lift"),
        ("decisions", "approved_by"),
        ("decisions", "rule"),
        ("findings", "added"),
        ("findings", "mark"),
    ):
        op.drop_column(table, column)
