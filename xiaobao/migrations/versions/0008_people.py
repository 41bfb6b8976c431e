"""People who need something special: for whom a ticket is filed, whose telephone it is, no calls, under 18.

Revision ID: 0008_people
Revises: 0007_merchant_key
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008_people"
down_revision = "0007_merchant_key"
branch_labels = None
depends_on = None

COLUMNS = ("on_behalf_of", "relation", "guardian", "no_calls", "contact_note", "minor")


def upgrade() -> None:
    """Nothing is known of tickets filed before."""
    with op.batch_alter_table("tickets") as tickets:
        for name in COLUMNS:
            tickets.add_column(sa.Column(name, sa.Text(), nullable=True))


def downgrade() -> None:
    """Drop the columns."""
    with op.batch_alter_table("tickets") as tickets:
        for name in COLUMNS:
            tickets.drop_column(name)
