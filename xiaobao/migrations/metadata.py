"""Every table of ours, for the comparison of models and migrations."""

from __future__ import annotations

import importlib.util

from sqlalchemy import MetaData

from xiaobao.tickets import roles_tables


def target_metadata() -> list[MetaData]:
    """The metadata of tickets and of conversations."""
    found = [roles_tables.Base.metadata]
    if importlib.util.find_spec("xiaobao.conversations.tables"):
        module = importlib.import_module("xiaobao.conversations.tables")
        found.append(module.Base.metadata)
    return found
