"""First answers of the API, by the key under which a program filed.

Revision ID: 0019_api
Revises: 0017_wechat
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019_api"
down_revision = "0017_wechat"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One new table."""
    op.create_table(
        "first_answers",
        sa.Column("draft_id", sa.String(64), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_first_answers_ticket_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("draft_id", name="pk_first_answers"),
    )
    op.create_index("ix_first_answers_ticket_id", "first_answers", ["ticket_id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("first_answers")
