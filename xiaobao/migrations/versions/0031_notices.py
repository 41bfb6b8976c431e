"""The log of what became of each notice, and when the website first showed it.

Revision ID: 0031_notices
Revises: 0030_wechat_links
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031_notices"
down_revision = "0030_wechat_links"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A table, a column, and an index over the few messages that were not shown yet."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "notice_tries",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("outbox_id", sa.Integer(), sa.ForeignKey("outbox.id", ondelete="CASCADE"), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("last_at", moment, nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("why", sa.String(120)),
    )
    op.create_index("ix_notice_tries_outbox_id", "notice_tries", ["outbox_id"])
    op.add_column("message", sa.Column("shown_at", moment))
    # Of older ones nobody knows; to take them for unseen would set the whole office telephoning.
    op.execute("UPDATE message SET shown_at = at WHERE notice_id IS NOT NULL")
    unshown = sa.text("notice_id IS NOT NULL AND shown_at IS NULL")
    op.create_index(
        "ix_message_unshown", "message", ["conversation_id"], sqlite_where=unshown, postgresql_where=unshown
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_message_unshown", table_name="message")
    op.drop_column("message", "shown_at")
    op.drop_table("notice_tries")
