"""One-time links from WeChat to the website, and consents to one reminder.

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
    """Two new tables."""
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
    op.create_table(
        "wechat_subscription",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("openid", sa.String(64), sa.ForeignKey("wechat_citizen.openid", ondelete="CASCADE"), nullable=False),
        sa.Column("scene", sa.Integer(), nullable=False),
        sa.Column("left", sa.Integer(), nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("granted_at", moment),
    )
    op.create_index("ix_wechat_subscription_openid", "wechat_subscription", ["openid"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("wechat_subscription")
    op.drop_table("wechat_link")
