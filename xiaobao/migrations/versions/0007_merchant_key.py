"""Tickets of one merchant under one key, and tickets of one telephone, found without reading all of them.

Revision ID: 0007_merchant_key
Revises: 0006_upload_kind
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from xiaobao.tickets import merchants

revision = "0007_merchant_key"
down_revision = "0006_upload_kind"
branch_labels = None
depends_on = None

AT_ONCE = 1000  # rows


def upgrade() -> None:
    """Add the column, fill it from the names that are there, then build the indexes."""
    # Without batch: a copy of the table would take its time and its foreign keys along.
    op.add_column("tickets", sa.Column("merchant_key", sa.String(length=100), nullable=True))
    _fill(op.get_bind())
    columns = ["office_id", "merchant_key", "submitted_at", "kind"]
    op.create_index("ix_tickets_merchant_key", "tickets", columns, unique=False)
    op.create_index("ix_tickets_contact_phone", "tickets", ["contact_phone"], unique=False)


def downgrade() -> None:
    """Drop indexes and column."""
    op.drop_index("ix_tickets_contact_phone", table_name="tickets")
    op.drop_index("ix_tickets_merchant_key", table_name="tickets")
    op.drop_column("tickets", "merchant_key")


def _fill(connection: sa.Connection) -> None:
    names = ("id", "merchant_key", *merchants.NAMED_BY)
    tickets = sa.table("tickets", *(sa.column(name) for name in names))
    named = [tickets.c[name] for name in merchants.NAMED_BY]
    update = tickets.update().where(tickets.c.id == sa.bindparam("row")).values(merchant_key=sa.bindparam("key"))
    after = 0
    while rows := connection.execute(
        sa.select(tickets.c.id, *named).where(tickets.c.id > after).order_by(tickets.c.id).limit(AT_ONCE)
    ).all():
        after = rows[-1][0]
        found = [{"row": row[0], "key": key} for row in rows if (key := merchants.key_of(*row[1:]))]
        if found:
            connection.execute(update, found)
