"""What an upload is and whether its citizen agreed to have it kept; uploads that come in parts.

Revision ID: 0006_upload_kind
Revises: 0005_upload_text
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006_upload_kind"
down_revision = "0005_upload_text"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Files that are here already are ordinary ones: nobody was asked."""
    with op.batch_alter_table("upload") as upload:
        upload.add_column(sa.Column("kind", sa.String(20)))
        upload.add_column(sa.Column("consent", sa.String(10)))
        upload.add_column(sa.Column("consent_at", sa.DateTime(timezone=True)))
        upload.add_column(sa.Column("consent_version", sa.String(16)))
    op.create_table(
        "upload_in_parts",
        sa.Column("upload_id", sa.String(32), primary_key=True),
        sa.Column("conversation_id", sa.String(32), nullable=False),
        sa.Column("filename", sa.String(200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64)),
        sa.Column("kind", sa.String(20)),
        sa.Column("path", sa.String(200), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("evidence_id", sa.String(32)),
    )
    op.create_index("ix_upload_in_parts_conversation_id", "upload_in_parts", ["conversation_id"])
    op.create_index("ix_upload_in_parts_begun_at", "upload_in_parts", ["begun_at"])


def downgrade() -> None:
    """Drop table and columns."""
    op.drop_table("upload_in_parts")
    with op.batch_alter_table("upload") as upload:
        for name in ("consent_version", "consent_at", "consent", "kind"):
            upload.drop_column(name)
