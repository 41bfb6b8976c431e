"""Two indexes that each page of a ticket uses.

The one for the report beside a complaint holds only what stands beside one: with every ticket in it, nearly all of them
without a number, SQLite's statistics speak for looking through the whole table. And what runs out soon is counted
within the index of the days, without reading a ticket.

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

NAME, DUE = "ix_tickets_beside_complaint", "ix_tickets_due"
ORDER = ("next_due", sa.text("id DESC"))


def upgrade() -> None:
    """A smaller and a wider index of the same names."""
    some = sa.text("beside_complaint IS NOT NULL")
    op.drop_index(NAME, "tickets")
    op.create_index(NAME, "tickets", ["beside_complaint"], sqlite_where=some, postgresql_where=some)
    op.drop_index(DUE, "tickets")
    op.create_index(DUE, "tickets", [*ORDER, "next_late", "kind", "assignee_id"])


def downgrade() -> None:
    """As they were."""
    op.drop_index(NAME, "tickets")
    op.create_index(NAME, "tickets", ["beside_complaint"])
    op.drop_index(DUE, "tickets")
    op.create_index(DUE, "tickets", [*ORDER])
