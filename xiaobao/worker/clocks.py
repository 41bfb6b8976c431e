"""Clocks by the clock: reminders, and days of a year whose holidays became known. Safe with two workers."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session, sessionmaker

from xiaobao.tickets import clocks, reminders
from xiaobao.tickets.reference import Reference

logger = logging.getLogger("xiaobao.worker")


def remind(sessions: sessionmaker[Session], reference: Reference, now: Callable[[], datetime]) -> int:
    """Write every reminder that is due, a batch in each transaction; how many."""
    total = 0
    while True:
        with sessions.begin() as session:
            written = reminders.write(session, reference.holidays, now())
        for number, stage in written:
            if stage == reminders.OVERDUE:
                logger.info("Ticket %s: a period ran out.", number)
        total += len(written)
        if not written:
            return total


def recompute(sessions: sessionmaker[Session], reference: Reference, now: Callable[[], datetime]) -> list[str]:
    """Reckon provisional clocks again; numbers of the tickets whose day moved."""
    with sessions.begin() as session:
        moved = clocks.recompute(session, reference, now())
    for number in moved:
        logger.info("Ticket %s: its last day was reckoned again.", number)
    return moved
