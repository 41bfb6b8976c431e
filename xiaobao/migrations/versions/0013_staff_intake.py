"""Where a ticket came from, the log of calls and visits, the register of merchants.

Revision ID: 0013_staff_intake
Revises: 0011_clocks
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from xiaobao.tickets.tables import Moment

revision = "0013_staff_intake"
down_revision = "0011_clocks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Tickets filed before came through the website."""
    # Without batch: a copy of the table would take its time and its foreign keys along.
    op.add_column("tickets", sa.Column("source", sa.String(16), nullable=False, server_default="web"))
    op.add_column("tickets", sa.Column("source_number", sa.String(64), nullable=True))
    op.add_column("tickets", sa.Column("merchant_id", sa.Integer(), nullable=True))
    op.create_index("ix_tickets_source_number", "tickets", ["source_number"])
    op.create_index("ix_tickets_merchant_id", "tickets", ["merchant_id"])
    _contacts()
    _merchants()


def _contacts() -> None:
    op.create_table(
        "contacts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("side", sa.String(16), nullable=False),
        sa.Column("means", sa.String(16), nullable=False),
        sa.Column("reached", sa.Boolean(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("telling", sa.Boolean(), nullable=False),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=True),
        sa.Column("visible_to_liaison", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_contacts_ticket_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["corrects_id"], ["contacts.id"], name="fk_contacts_corrects_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_contacts"),
    )
    op.create_index("ix_contacts_ticket_id", "contacts", ["ticket_id"])


def _merchants() -> None:
    op.create_table(
        "merchants",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("key", sa.String(100), nullable=True),
        sa.Column("credit_code", sa.String(18), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("address", "region", "contact", "phone", "notes")),
        sa.Column("merged_into", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["merged_into"], ["merchants.id"], name="fk_merchants_merged_into"),
        sa.PrimaryKeyConstraint("id", name="pk_merchants"),
        sa.UniqueConstraint("credit_code", name="uq_merchants_credit_code"),
    )
    op.create_index("ix_merchants_key", "merchants", ["key"])
    op.create_index("ix_merchants_merged_into", "merchants", ["merged_into"])
    op.create_table(
        "merchant_names",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("merchant_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("key", sa.String(100), nullable=True),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name="fk_merchant_names_merchant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_merchant_names"),
        sa.UniqueConstraint("merchant_id", "name", name="uq_merchant_names_merchant_id_name"),
    )
    op.create_index("ix_merchant_names_key", "merchant_names", ["key"])
    op.create_table(
        "merchant_shops",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("merchant_id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(64), nullable=False),
        sa.Column("shop", sa.String(200), nullable=False),
        sa.Column("key", sa.String(300), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name="fk_merchant_shops_merchant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_merchant_shops"),
        sa.UniqueConstraint("key", name="uq_merchant_shops_key"),
    )
    op.create_index("ix_merchant_shops_merchant_id", "merchant_shops", ["merchant_id"])


def downgrade() -> None:
    """Drop tables and columns."""
    for table in ("merchant_shops", "merchant_names", "merchants", "contacts"):
        op.drop_table(table)
    for column in ("merchant_id", "source_number"):
        op.drop_index(f"ix_tickets_{column}", table_name="tickets")
        op.drop_column("tickets", column)
    op.drop_column("tickets", "source")
