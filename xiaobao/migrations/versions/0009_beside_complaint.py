"""A report knows of the complaint that the same story became.

Revision ID: 0009_beside_complaint
Revises: 0008_people
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009_beside_complaint"
down_revision = "0008_people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Reports filed before stand alone."""
    with op.batch_alter_table("tickets") as tickets:
        tickets.add_column(sa.Column("beside_complaint", sa.String(17), nullable=True))
        tickets.create_index("ix_tickets_beside_complaint", ["beside_complaint"])


def downgrade() -> None:
    """Drop the column."""
    with op.batch_alter_table("tickets") as tickets:
        tickets.drop_index("ix_tickets_beside_complaint")
        tickets.drop_column("beside_complaint")
