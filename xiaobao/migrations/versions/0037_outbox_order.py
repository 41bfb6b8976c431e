"""The order of notices within a conversation is looked up by an index.

Revision ID: 0037_outbox_order
Revises: 0036_canned_texts
"""

from __future__ import annotations

from alembic import op

revision = "0037_outbox_order"
down_revision = "0036_canned_texts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One index."""
    op.create_index("ix_outbox_conversation_id", "outbox", ["conversation_id", "id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_outbox_conversation_id", table_name="outbox")
