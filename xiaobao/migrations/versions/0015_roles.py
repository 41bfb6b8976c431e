"""Sessions of staff, tasks of liaisons, inspections, departments, settings, the directory's checks, assignment rules.

Revision ID: 0015_roles
Revises: 0013_staff_intake
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015_roles"
down_revision = "0013_staff_intake"
branch_labels = None
depends_on = None

TABLES = (
    *("assignment_rules", "directory_checks", "office_settings", "departments"),
    *("inspections", "liaison_tasks", "staff_sessions"),
)


def upgrade() -> None:
    """Everybody signs in once more: sessions were not kept before."""
    with op.batch_alter_table("accounts") as accounts:
        accounts.add_column(sa.Column("valid_until", sa.Date(), nullable=True))
        accounts.add_column(sa.Column("region", sa.String(64), nullable=True))
        accounts.add_column(sa.Column("subjects", sa.Text(), nullable=True))
    _people()
    _settings()


def _people() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "staff_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("last_seen", moment, nullable=False),
        sa.Column("ip_prefix", sa.String(45), nullable=False),
        sa.Column("agent", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_staff_sessions"),
        sa.UniqueConstraint("token_hash", name="uq_staff_sessions_token_hash"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_staff_sessions_account_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_staff_sessions_account_id", "staff_sessions", ["account_id"])
    op.create_table(
        "liaison_tasks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("institution", sa.String(100), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("handed_by", sa.Integer(), nullable=True),
        sa.Column("handed_by_name", sa.Text(), nullable=True),
        sa.Column("handed_at", moment, nullable=False),
        sa.Column("limit_on", sa.Date(), nullable=False),
        sa.Column("signed_at", moment, nullable=True),
        sa.Column("signed_by", sa.Text(), nullable=True),
        sa.Column("answered_at", moment, nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("returned_at", moment, nullable=True),
        sa.Column("returned_by", sa.Text(), nullable=True),
        sa.Column("returned_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_liaison_tasks"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_liaison_tasks_ticket_id", ondelete="CASCADE"),
    )
    op.create_index("ix_liaison_tasks_ticket_id", "liaison_tasks", ["ticket_id"])
    op.create_index("ix_liaison_tasks_institution_id", "liaison_tasks", ["institution", "id"])
    op.create_table(
        "inspections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("drawn_at", moment, nullable=False),
        sa.Column("judged_at", moment, nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("opinion", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_inspections"),
        sa.UniqueConstraint("account_id", "ticket_id", name="uq_inspections_account_id_ticket_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_inspections_ticket_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_inspections_account_id", ondelete="CASCADE"),
    )
    op.create_index("ix_inspections_ticket_id", "inspections", ["ticket_id"])


def _settings() -> None:
    op.create_table(
        "departments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("closed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_departments"),
        sa.UniqueConstraint("name", name="uq_departments_name"),
    )
    op.create_table(
        "office_settings",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_office_settings"),
    )
    op.create_table(
        "directory_checks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(32), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_directory_checks"),
    )
    op.create_index("ix_directory_checks_number", "directory_checks", ["number"])
    op.create_table(
        "assignment_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("object_prefix", sa.String(64), nullable=False),
        sa.Column("problem", sa.String(64), nullable=False),
        sa.Column("region", sa.String(64), nullable=False),
        sa.Column("department", sa.String(40), nullable=False),
        sa.Column("handler_id", sa.Integer(), nullable=True),
        sa.Column("least_load", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_assignment_rules"),
        sa.ForeignKeyConstraint(
            ["handler_id"], ["accounts.id"], name="fk_assignment_rules_handler_id", ondelete="SET NULL"
        ),
    )


def downgrade() -> None:
    """Drop the tables and the columns."""
    for name in TABLES:
        op.drop_table(name)
    with op.batch_alter_table("accounts") as accounts:
        for name in ("subjects", "region", "valid_until"):
            accounts.drop_column(name)
