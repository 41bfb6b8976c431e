"""Words that an office says again and again, kept for its forms.

Revision ID: 0036_canned_texts
Revises: 0035_follow_ups
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036_canned_texts"
down_revision = "0035_follow_ups"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table."""
    op.create_table(
        "canned_texts",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("place", sa.String(32), nullable=False),
        sa.Column("title", sa.String(40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.UniqueConstraint("place", "title", name="uq_canned_texts_place_title"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("canned_texts")
