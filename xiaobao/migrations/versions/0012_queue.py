"""Lists that are read from an index: next dates and open or not on the ticket, kept counts, an index of words;
saved filters, who is looking at which ticket.

Revision ID: 0012_queue
Revises: 0015_roles
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from xiaobao.tickets import keeping
from xiaobao.tickets.tables import Moment

revision = "0012_queue"
down_revision = "0015_roles"
branch_labels = None
depends_on = None

NEVER = "9999-12-31"
DUE_ORDER: list[Any] = ["next_due", sa.text("id DESC")]
INDEXES: dict[str, list[Any]] = {
    "ix_tickets_open_due": ["is_open", *DUE_ORDER],
    "ix_tickets_status_due": ["status", *DUE_ORDER],
    "ix_tickets_kind_open_due": ["kind", "is_open", *DUE_ORDER],
    "ix_tickets_assignee_open_due": ["assignee_id", "is_open", *DUE_ORDER],
    "ix_tickets_due": DUE_ORDER,
    "ix_tickets_late": ["next_late", "is_open", "assignee_id", "kind"],
    "ix_tickets_open_updated": ["is_open", "updated_at", "kind"],
    "ix_tickets_submitted": ["submitted_at", "kind", "status"],
}


def upgrade() -> None:
    """Without batch: a copy of the table would take its time."""
    op.add_column("tickets", sa.Column("next_due", sa.Date(), nullable=False, server_default=NEVER))
    op.add_column("tickets", sa.Column("next_late", sa.Date(), nullable=False, server_default=NEVER))
    op.add_column("tickets", sa.Column("is_open", sa.Boolean(), nullable=False, server_default=sa.true()))
    _make_tables()
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE VIRTUAL TABLE ticket_search USING fts5(tokens, content='', columnsize=0, tokenize='ascii')")
    else:
        op.execute(
            "CREATE TABLE ticket_search (tokens tsvector NOT NULL, "
            "ticket_id integer PRIMARY KEY REFERENCES tickets (id) ON DELETE CASCADE)"
        )
        op.execute("CREATE INDEX ix_ticket_search_tokens ON ticket_search USING gin (tokens)")
    keeping.rebuild_lists(op.get_bind())
    for name, columns in INDEXES.items():
        op.create_index(name, "tickets", columns)
    urgent: dict[str, Any] = {
        "sqlite_where": sa.text("urgent = 1 AND is_open = 1"),
        "postgresql_where": sa.text("urgent AND is_open"),
    }
    op.create_index("ix_tickets_urgent", "tickets", ["id"], **urgent)
    op.drop_index("ix_tickets_assignee_id", table_name="tickets")  # the first column of one above
    op.create_index("ix_ticket_events_step_at", "ticket_events", ["step", "at", "ticket_id"])
    op.create_index("ix_ticket_clocks_name_due", "ticket_clocks", ["name", "due_lenient", "state", "ended_on"])


def _make_tables() -> None:
    op.create_table(
        "tallies",
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("status", sa.String(16), primary_key=True),
        sa.Column("assignee_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("tickets", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "status", "assignee_id", name="pk_tallies"),
    )
    op.create_table(
        "saved_filters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("filters", sa.JSON(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_saved_filters_account_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_saved_filters"),
        sa.UniqueConstraint("account_id", "name", name="uq_saved_filters_account_id_name"),
    )
    op.create_table(
        "presences",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_presences_ticket_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_presences_account_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("ticket_id", "account_id", name="pk_presences"),
    )


def downgrade() -> None:
    """Drop all of it: everything can be worked out again but filters."""
    op.create_index("ix_tickets_assignee_id", "tickets", ["assignee_id"])
    op.drop_index("ix_ticket_clocks_name_due", table_name="ticket_clocks")
    op.drop_index("ix_ticket_events_step_at", table_name="ticket_events")
    for name in (*INDEXES, "ix_tickets_urgent"):
        op.drop_index(name, table_name="tickets")
    for name in ("ticket_search", "presences", "saved_filters", "tallies"):
        op.drop_table(name)
    for name in ("is_open", "next_late", "next_due"):
        op.drop_column("tickets", name)
