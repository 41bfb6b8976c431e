"""Packages of tickets that were archived since the last look (documents/archive.py)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session, sessionmaker

from xiaobao.documents import archive, kinds
from xiaobao.documents.store import Damaged
from xiaobao.settings import Settings

logger = logging.getLogger(__name__)


def pack_waiting(sessions: sessionmaker[Session], settings: Settings, clock: Callable[[], datetime]) -> int:
    """Pack a few; returns how many. A ticket whose documents are damaged does not hold up the others."""
    catalogue, packed = kinds.load(settings.reference_dir), 0
    with sessions() as session:
        numbers = archive.waiting(session)
    for number in numbers:
        try:
            archive.pack(
                sessions, sessions, number, catalogue=catalogue, evidence_dir=settings.evidence_dir,
                data_dir=settings.data_dir, now=clock(),
            )  # fmt: skip
            packed += 1
        except Damaged as error:
            logger.error("%s is not packed: %s is not as it was kept.", number, error)
    return packed
