"""First answers of the API, by the key under which a program filed; imports at the desk and what became of their lines.

Revision ID: 0019_api
Revises: 0018_documents
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019_api"
down_revision = "0018_documents"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Three new tables."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "first_answers",
        sa.Column("draft_id", sa.String(64), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_first_answers_ticket_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("draft_id", name="pk_first_answers"),
    )
    op.create_index("ix_first_answers_ticket_id", "first_answers", ["ticket_id"])
    op.create_table(
        "import_jobs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.String(16), nullable=False),
        sa.Column("filename", sa.String(200), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=True),
        sa.Column("at", moment, nullable=False),
        sa.Column("ended_at", moment, nullable=True),
        sa.Column("leased_until", moment, nullable=True),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("good", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("unused", sa.JSON(), nullable=False),
        sa.Column("problem", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_import_jobs"),
    )
    op.create_index("ix_import_jobs_state", "import_jobs", ["state", "id"])
    op.create_table(
        "import_lines",
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(8), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("result", sa.String(64), nullable=True),
        sa.Column("faults", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["import_jobs.id"], name="fk_import_lines_job_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", "line", name="pk_import_lines"),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("import_lines", "import_jobs", "first_answers"):
        op.drop_table(table)
