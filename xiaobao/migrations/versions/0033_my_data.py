"""Wishes to be erased, copies made for download, since when a ticket is only stored; an index over what waits for a turn.

Revision ID: 0033_my_data
Revises: 0031_notices
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033_my_data"
down_revision = "0032_takeover"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two tables, a column, an index over few rows."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "erasures",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("conversation_id", sa.String(32), nullable=False, unique=True),
        sa.Column("tickets", sa.JSON(), nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("rows_at", moment),
    )
    op.create_table(
        "personal_copies",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("conversation_id", sa.String(32), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("made_at", moment, nullable=False),
    )
    op.create_index("ix_personal_copies_conversation_id", "personal_copies", ["conversation_id"])
    op.create_index("ix_personal_copies_made_at", "personal_copies", ["made_at"])
    op.add_column("tickets", sa.Column("erasure_asked_at", moment))
    owed = sa.text("speaker = 'citizen' AND payload IS NOT NULL AND turn_id IS NULL")
    op.create_index("ix_message_owed", "message", ["conversation_id", "seq"], sqlite_where=owed, postgresql_where=owed)


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_message_owed", table_name="message")
    op.drop_column("tickets", "erasure_asked_at")
    op.drop_table("personal_copies")
    op.drop_table("erasures")
