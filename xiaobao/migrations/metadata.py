"""Every table of ours, for the comparison of models and migrations."""

from __future__ import annotations

import importlib.util

from sqlalchemy import MetaData

from xiaobao.tickets import queue_tables, register_tables, roles_tables


def target_metadata() -> list[MetaData]:
    """The metadata of tickets and of conversations."""
    # The one metadata of every table of tickets, once each module with tables was imported.
    found = [register_tables.Base.metadata, roles_tables.Base.metadata, queue_tables.Base.metadata]
    if importlib.util.find_spec("xiaobao.conversations.tables"):
        module = importlib.import_module("xiaobao.conversations.tables")
        found.append(module.Base.metadata)
    return found
