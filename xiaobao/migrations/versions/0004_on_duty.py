"""Accounts on duty: who sees messages of people in distress.

Revision ID: 0004_on_duty
Revises: 0003_lessons
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004_on_duty"
down_revision = "0003_lessons"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody is on duty until an admin says so."""
    with op.batch_alter_table("accounts") as accounts:
        accounts.add_column(sa.Column("on_duty", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Drop the column."""
    with op.batch_alter_table("accounts") as accounts:
        accounts.drop_column("on_duty")
