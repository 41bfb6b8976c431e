"""Wishes to talk to a human, and which of them a conversation is with now.

Revision ID: 0032_takeover
Revises: 0031_notices
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032_takeover"
down_revision = "0031_notices"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A table and a column."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "takeover",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "conversation_id", sa.String(32), sa.ForeignKey("conversation.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.Column("account_id", sa.Integer()),
        sa.Column("staff_name", sa.String(60)),
        sa.Column("taken_at", moment),
        sa.Column("greeting", sa.Text()),
        sa.Column("turn_id", sa.String(32)),
        sa.Column("over_at", moment),
        sa.Column("ending", sa.String(10)),
        sa.Column("ring_at", moment),
    )
    still_open = sa.text("over_at IS NULL")
    op.create_index(
        "uq_takeover_open", "takeover", ["conversation_id"], unique=True, sqlite_where=still_open,
        postgresql_where=still_open,
    )  # fmt: skip
    op.create_index("ix_takeover_conversation_id", "takeover", ["conversation_id"])
    op.create_index("ix_takeover_ring_at", "takeover", ["ring_at"])
    op.add_column("conversation", sa.Column("takeover_id", sa.Integer()))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("conversation", "takeover_id")
    op.drop_table("takeover")
