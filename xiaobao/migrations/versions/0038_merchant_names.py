"""The keys of the merchants that tickets are against, each once: near names are looked for there.

Revision ID: 0038_merchant_names
Revises: 0037_outbox_order
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038_merchant_names"
down_revision = "0037_outbox_order"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The table, filled from the tickets there are."""
    op.create_table(
        "merchant_keys",
        sa.Column("office_id", sa.String(length=64), nullable=False),
        sa.Column("merchant_key", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("office_id", "merchant_key", name="pk_merchant_keys"),
    )
    op.execute(
        "INSERT INTO merchant_keys (office_id, merchant_key) "
        "SELECT DISTINCT office_id, merchant_key FROM tickets WHERE merchant_key IS NOT NULL"
    )


def downgrade() -> None:
    """Drop it: everything in it is in the tickets, too."""
    op.drop_table("merchant_keys")
