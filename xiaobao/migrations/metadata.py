"""Every table of ours, for the comparison of models and migrations."""

from __future__ import annotations

import importlib.util

from sqlalchemy import MetaData

from xiaobao.tickets import queue_tables
from xiaobao.tickets import tables as ticket_tables


def target_metadata() -> list[MetaData]:
    """The metadata of tickets and of conversations."""
    assert queue_tables.Base is ticket_tables.Base  # more of the same metadata
    found = [ticket_tables.Base.metadata]
    if importlib.util.find_spec("xiaobao.conversations.tables"):
        module = importlib.import_module("xiaobao.conversations.tables")
        found.append(module.Base.metadata)
    return found
