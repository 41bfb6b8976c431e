"""Reminders beside the conversation are noted before they go; texts to telephones and what gateways report of them.

Revision ID: 0034_quiet_sms
Revises: 0031_notices
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034_quiet_sms"
down_revision = "0033_my_data"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two tables, two columns that are empty at first."""
    moment = sa.DateTime(timezone=True)
    op.add_column("message", sa.Column("outside_at", moment))
    op.add_column("outbox", sa.Column("sms_id", sa.Integer()))
    op.create_index("ix_outbox_sms_id", "outbox", ["sms_id"])
    op.create_table(
        "sms",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("ticket_id", sa.Integer(), sa.ForeignKey("tickets.id", ondelete="CASCADE"), nullable=False),
        sa.Column("reference", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("due_at", moment, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.UniqueConstraint("reference", name="uq_sms_reference"),
    )
    op.create_index("ix_sms_ticket_id", "sms", ["ticket_id"])
    op.create_index("ix_sms_state_due_at", "sms", ["state", "due_at"])
    op.create_table(
        "sms_report",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("reference", sa.String(32), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.UniqueConstraint("reference", "status", name="uq_sms_report"),
    )
    op.create_index("ix_sms_report_at", "sms_report", ["at"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("sms_report")
    op.drop_table("sms")
    op.drop_index("ix_outbox_sms_id", table_name="outbox")
    op.drop_column("outbox", "sms_id")
    op.drop_column("message", "outside_at")
