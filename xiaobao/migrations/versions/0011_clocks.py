"""Clocks that pause, are extended and begin anew; own targets; decided but not told; reminders.

Revision ID: 0011_clocks
Revises: 0010_flow
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from xiaobao.tickets.tables import Moment

revision = "0011_clocks"
down_revision = "0010_flow"
branch_labels = None
depends_on = None

COLUMNS: tuple[sa.Column[Any], ...] = (
    sa.Column("amount", sa.Integer(), nullable=True),
    sa.Column("unit", sa.String(8), nullable=True),
    sa.Column("by_telling", sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column("decided_on", sa.Date(), nullable=True),
    sa.Column("target_due", sa.Date(), nullable=True),
    sa.Column("extensions", sa.JSON(), server_default="[]", nullable=False),
    sa.Column("first_started_on", sa.Date(), nullable=True),
    sa.Column("reminded", sa.String(16), nullable=True),
    sa.Column("explained", sa.Text(), nullable=True),
    sa.Column("explained_by", sa.Text(), nullable=True),
    sa.Column("explained_at", Moment(), nullable=True),
)


def upgrade() -> None:
    """Clocks that run already keep their day; their rules are read again when it moves."""
    with op.batch_alter_table("ticket_clocks") as clocks:
        for column in COLUMNS:
            clocks.add_column(column.copy())
    op.create_table(
        "ticket_clock_pauses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clock_id", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(32), nullable=False),
        sa.Column("paused_on", sa.Date(), nullable=False),
        sa.Column("resumed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["clock_id"], ["ticket_clocks.id"], name="fk_ticket_clock_pauses_clock_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_ticket_clock_pauses"),
    )
    op.create_index("ix_ticket_clock_pauses_clock_id", "ticket_clock_pauses", ["clock_id"])
    op.create_table(
        "ticket_clock_alerts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("clock_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=True),
        sa.Column("seen_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name="fk_ticket_clock_alerts_ticket_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["clock_id"], ["ticket_clocks.id"], name="fk_ticket_clock_alerts_clock_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_ticket_clock_alerts"),
        sa.UniqueConstraint("clock_id", "stage", "due", name="uq_ticket_clock_alerts_clock_id_stage_due"),
    )
    op.create_index("ix_ticket_clock_alerts_ticket_id", "ticket_clock_alerts", ["ticket_id"])
    op.create_index("ix_ticket_clock_alerts_unseen", "ticket_clock_alerts", ["seen_at", "stage", "id"])


def downgrade() -> None:
    """Drop the tables and the columns."""
    op.drop_table("ticket_clock_alerts")
    op.drop_table("ticket_clock_pauses")
    with op.batch_alter_table("ticket_clocks") as clocks:
        for column in reversed(COLUMNS):
            clocks.drop_column(column.name)
