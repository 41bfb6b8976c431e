"""The whole workflow: process, first owner, co-handlers, what is open on a ticket; longer names of steps.

Revision ID: 0010_flow
Revises: 0009_beside_complaint
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010_flow"
down_revision = "0009_beside_complaint"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Tickets filed before follow the process of their kind; one complaint's office kind is not kept with it."""
    with op.batch_alter_table("tickets") as tickets:
        tickets.add_column(sa.Column("process", sa.String(16), nullable=False, server_default=""))
        tickets.add_column(sa.Column("first_owner_id", sa.Integer(), nullable=True))
        tickets.add_column(sa.Column("next_assignee_id", sa.Integer(), nullable=True))
        tickets.add_column(sa.Column("co_handlers", sa.JSON(), nullable=False, server_default="[]"))
        tickets.add_column(sa.Column("matters", sa.JSON(), nullable=False, server_default="{}"))
        tickets.add_column(sa.Column("assignee_limit", sa.Date(), nullable=True))
        tickets.add_column(sa.Column("merged_into", sa.String(17), nullable=True))
        tickets.add_column(sa.Column("split_from", sa.String(17), nullable=True))
        tickets.add_column(sa.Column("supervised_at", MOMENT, nullable=True))
        tickets.add_column(sa.Column("extension_asked_at", MOMENT, nullable=True))
        tickets.add_column(sa.Column("major", sa.Boolean(), nullable=False, server_default=sa.false()))
        tickets.create_foreign_key("fk_tickets_first_owner_id", "accounts", ["first_owner_id"], ["id"])
        tickets.create_foreign_key("fk_tickets_next_assignee_id", "accounts", ["next_assignee_id"], ["id"])
        tickets.create_index("ix_tickets_merged_into", ["merged_into"])
    op.execute(sa.text("UPDATE tickets SET process = kind"))
    with op.batch_alter_table("ticket_events") as events:
        events.alter_column("step", type_=sa.String(32), existing_type=sa.String(16), existing_nullable=False)


def downgrade() -> None:
    """Drop the columns; names of steps longer than 16 characters do not fit back and are cut."""
    with op.batch_alter_table("tickets") as tickets:
        tickets.drop_index("ix_tickets_merged_into")
        tickets.drop_constraint("fk_tickets_next_assignee_id", type_="foreignkey")
        tickets.drop_constraint("fk_tickets_first_owner_id", type_="foreignkey")
        for name in (
            *("process", "first_owner_id", "next_assignee_id", "co_handlers", "matters", "assignee_limit"),
            *("merged_into", "split_from", "supervised_at", "extension_asked_at", "major"),
        ):
            tickets.drop_column(name)
    op.execute(sa.text("UPDATE ticket_events SET step = substr(step, 1, 16)"))
    with op.batch_alter_table("ticket_events") as events:
        events.alter_column("step", type_=sa.String(16), existing_type=sa.String(32), existing_nullable=False)
