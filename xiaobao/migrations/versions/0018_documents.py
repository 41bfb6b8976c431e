"""Documents as they were sent, their numbers, packages of archived tickets.

Revision ID: 0018_documents
Revises: 0017_wechat
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018_documents"
down_revision = "0017_wechat"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Three tables."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "documents",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("ticket_number", sa.String(17), nullable=False),
        sa.Column("office_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("title", sa.String(60), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("running", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(60), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("template_sha256", sa.String(64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("made_at", moment, nullable=False),
        sa.Column("made_by", sa.Integer()),
        sa.Column("made_by_name", sa.String(64)),
        sa.Column("conversation_id", sa.String(255)),
        sa.Column("means", sa.String(16)),
        sa.Column("sent_at", moment),
        sa.Column("tracking", sa.String(64)),
        sa.Column("recorded_at", moment),
        sa.Column("sent_by_name", sa.String(64)),
        sa.Column("outbox_id", sa.Integer()),
        sa.Column("first_opened_at", moment),
        sa.Column("voided_at", moment),
        sa.Column("void_reason", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_documents"),
        sa.UniqueConstraint("office_id", "kind", "year", "running", name="uq_documents_number"),
    )
    op.create_index("ix_documents_ticket_number", "documents", ["ticket_number"])
    op.create_index("ix_documents_conversation_id", "documents", ["conversation_id"])
    op.create_table(
        "document_sequences",
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_document_sequences"),
    )
    op.create_table(
        "archives",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_number", sa.String(17), nullable=False),
        sa.Column("path", sa.String(100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("made_at", moment, nullable=False),
        sa.Column("made_by_name", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_archives"),
        sa.UniqueConstraint("ticket_number", name="uq_archives_ticket_number"),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("archives", "document_sequences", "documents"):
        op.drop_table(table)
