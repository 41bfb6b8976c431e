"""Alembic environment: runs on the connection that `xiaobao.database.upgrade` hands over."""

from __future__ import annotations

from alembic import context

from xiaobao.migrations.metadata import target_metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=target_metadata(),
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
