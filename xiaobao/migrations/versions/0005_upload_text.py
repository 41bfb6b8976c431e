"""Uploads: the text of a picture, what it tells, and how often reading it was tried.

Revision ID: 0005_upload_text
Revises: 0004_on_duty
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005_upload_text"
down_revision = "0004_on_duty"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing has been read yet."""
    with op.batch_alter_table("upload") as upload:
        upload.add_column(sa.Column("text_state", sa.String(10)))
        upload.add_column(sa.Column("text_lines", sa.JSON()))
        upload.add_column(sa.Column("text_values", sa.JSON()))
        upload.add_column(sa.Column("text_tries", sa.Integer(), nullable=False, server_default="0"))
        upload.add_column(sa.Column("text_due_at", sa.DateTime(timezone=True)))
        upload.create_index("ix_upload_text_state", ["text_state"])


def downgrade() -> None:
    """Drop the columns."""
    with op.batch_alter_table("upload") as upload:
        upload.drop_index("ix_upload_text_state")
        for column in ("text_state", "text_lines", "text_values", "text_tries", "text_due_at"):
            upload.drop_column(column)
