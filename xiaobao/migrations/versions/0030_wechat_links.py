"""One-time links with which a WeChat conversation goes on on the website.

Revision ID: 0030_wechat_links
Revises: 0017_wechat
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030_wechat_links"
down_revision = "0017_wechat"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One new table."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "wechat_link",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column(
            "conversation_id", sa.String(32), sa.ForeignKey("conversation.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("until", moment, nullable=False),
        sa.Column("used_at", moment),
    )
    op.create_index("ix_wechat_link_conversation_id", "wechat_link", ["conversation_id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("wechat_link")
