"""The index for the report beside a complaint holds only what stands beside one.

With every ticket in it, nearly all of them without a number, SQLite's statistics speak for looking through the whole
table at each page of a ticket.

Revision ID: 0039_report_beside
Revises: 0038_merchant_names
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039_report_beside"
down_revision = "0038_merchant_names"
branch_labels = None
depends_on = None

NAME = "ix_tickets_beside_complaint"


def upgrade() -> None:
    """A smaller index of the same name."""
    some = sa.text("beside_complaint IS NOT NULL")
    op.drop_index(NAME, "tickets")
    op.create_index(NAME, "tickets", ["beside_complaint"], sqlite_where=some, postgresql_where=some)


def downgrade() -> None:
    """The whole one again."""
    op.drop_index(NAME, "tickets")
    op.create_index(NAME, "tickets", ["beside_complaint"])
