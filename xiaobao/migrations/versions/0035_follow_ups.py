"""Follow-ups after closing, and whether what was agreed was done.

Revision ID: 0035_follow_ups
Revises: 0034_quiet_sms
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035_follow_ups"
down_revision = "0034_quiet_sms"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A table and a column. What was closed before is not asked about."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "follow_ups",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("ticket_id", sa.Integer(), sa.ForeignKey("tickets.id", ondelete="CASCADE"), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("about", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("due_at", moment, nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("outbox_id", sa.Integer()),
        sa.Column("answered_by", sa.String(16)),
        sa.Column("answered_at", moment),
        sa.Column("created_at", moment, nullable=False),
        sa.UniqueConstraint("ticket_id", "kind", "about", name="uq_follow_ups_ticket_id_kind_about"),
    )
    op.create_index("ix_follow_ups_state_due", "follow_ups", ["state", "due_at"])
    op.add_column("tickets", sa.Column("fulfilled", sa.String(8)))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("tickets", "fulfilled")
    op.drop_table("follow_ups")
