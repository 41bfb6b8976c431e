"""Conversations: what was said, what is owed, what was uploaded.

Revision ID: 0002_conversations
Revises: 0001_tickets
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002_conversations"
down_revision = "0001_tickets"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables of xiaobao/conversations/tables.py."""
    op.create_table(
        "conversation",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("last_seen_at", TIME, nullable=False, index=True),
        sa.Column("last_seq", sa.Integer, nullable=False),
        sa.Column("form", sa.JSON),
    )
    op.create_table(
        "turn",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column(
            "conversation_id", sa.String(32), sa.ForeignKey("conversation.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("state", sa.String(10), nullable=False, index=True),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("answered_at", TIME),
    )
    op.create_index("ix_turn_conversation_state", "turn", ["conversation_id", "state"])
    op.create_table(
        "message",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "conversation_id", sa.String(32), sa.ForeignKey("conversation.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("speaker", sa.String(10), nullable=False),
        sa.Column("staff_name", sa.String(60)),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("payload", sa.Text),
        sa.Column("buttons", sa.JSON, nullable=False),
        sa.Column("card", sa.JSON),
        sa.Column("client_message_id", sa.String(64)),
        sa.Column("notice_id", sa.String(64)),
        sa.Column("turn_id", sa.String(32), sa.ForeignKey("turn.id", ondelete="SET NULL")),
        sa.Column("at", TIME, nullable=False),
        sa.UniqueConstraint("conversation_id", "seq", name="uq_message_seq"),
        sa.UniqueConstraint("conversation_id", "client_message_id", name="uq_message_client"),
        sa.UniqueConstraint("notice_id", name="uq_message_notice"),
    )
    op.create_index("ix_message_turn", "message", ["turn_id"])
    op.create_table(
        "upload",
        sa.Column("evidence_id", sa.String(32), primary_key=True),
        sa.Column("conversation_id", sa.String(32), nullable=False, index=True),
        sa.Column("filename", sa.String(200), nullable=False),
        sa.Column("media_type", sa.String(60), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("path", sa.String(200), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("preview_path", sa.String(200)),
        sa.Column("filed_as", sa.String(40), index=True),
    )


def downgrade() -> None:
    """Drop the tables again, children first."""
    for table in ("upload", "message", "turn", "conversation"):
        op.drop_table(table)
