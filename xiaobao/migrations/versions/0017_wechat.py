"""WeChat and several processes: leases of turns, the account's token, its followers, and what the platform pushed.

Revision ID: 0017_wechat
Revises: 0012_queue
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017_wechat"
down_revision = "0012_queue"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Three new tables; turns are leased to one process."""
    moment = sa.DateTime(timezone=True)
    with op.batch_alter_table("turn") as turn:
        turn.add_column(sa.Column("runner", sa.String(80)))
        turn.add_column(sa.Column("leased_until", moment))
    op.create_table(
        "wechat_account",
        sa.Column("app_id", sa.String(32), primary_key=True),
        sa.Column("token", sa.String(600)),
        sa.Column("token_until", moment),
        sa.Column("refreshing_until", moment),
        sa.Column("may_send", sa.Boolean()),
    )
    op.create_table(
        "wechat_citizen",
        sa.Column("openid", sa.String(64), primary_key=True),
        sa.Column(
            "conversation_id",
            sa.String(32),
            sa.ForeignKey("conversation.id", ondelete="CASCADE"),
            nullable=False,
            unique=True,
        ),
        sa.Column("followed", sa.Boolean(), nullable=False),
        sa.Column("scene", sa.String(64)),
        sa.Column("window", sa.String(8)),
        sa.Column("window_at", moment),
        sa.Column("window_sent", sa.Integer(), nullable=False),
        sa.Column("shown_seq", sa.Integer(), nullable=False),
        sa.Column("parked", sa.JSON(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("sending", sa.JSON(), nullable=False),
        sa.Column("unsure", sa.JSON(), nullable=False),
    )
    op.create_table(
        "wechat_push",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("conversation_id", sa.String(32)),
        sa.Column("seq", sa.Integer()),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("reply", sa.Text()),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("media_id", sa.String(200)),
        sa.Column("at", moment, nullable=False),
    )
    op.create_index("ix_wechat_push_conversation_id", "wechat_push", ["conversation_id"])
    op.create_index("ix_wechat_push_at", "wechat_push", ["at"])


def downgrade() -> None:
    """Drop them."""
    with op.batch_alter_table("turn") as turn:
        turn.drop_column("leased_until")
        turn.drop_column("runner")
    for table in ("wechat_push", "wechat_citizen", "wechat_account"):
        op.drop_table(table)
