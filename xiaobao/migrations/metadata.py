"""Every table of ours, for the comparison of models and migrations."""

from __future__ import annotations

import importlib.util

from sqlalchemy import MetaData

from xiaobao.documents import tables as document_tables
from xiaobao.imports import tables as import_tables
from xiaobao.tickets import (
    api_tables,
    follow_up_tables,
    notice_tables,
    queue_tables,
    register_tables,
    roles_tables,
    tables,
)


def target_metadata() -> list[MetaData]:
    """The metadata of tickets and of conversations."""
    # Modules with more tables share one metadata, which is whole once each of them was imported.
    more = [api_tables, document_tables, follow_up_tables, import_tables, notice_tables]
    more += [queue_tables, register_tables, roles_tables]
    assert {module.Base for module in more} == {tables.Base}
    found = [tables.Base.metadata]
    if importlib.util.find_spec("xiaobao.conversations.tables"):
        for name in ("papers", "copies", "erasures"):
            importlib.import_module(f"xiaobao.conversations.{name}")
        module = importlib.import_module("xiaobao.conversations.tables")
        found.append(module.Base.metadata)
    return found
