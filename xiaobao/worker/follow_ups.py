"""Asks citizens how it went after closing, and what became of a promise. Safe with two workers."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session, sessionmaker

from xiaobao.tickets import follow_ups

logger = logging.getLogger("xiaobao.worker")


def ask(sessions: sessionmaker[Session], now: Callable[[], datetime]) -> int:
    """Ask whatever is due, a batch in each transaction; how many things were done."""
    total = 0
    while True:
        with sessions.begin() as session:
            done = follow_ups.ask(session, now())
        for number, what in done:
            if what != follow_ups.DROPPED:
                logger.info("Ticket %s: follow-up %s.", number, what)
        total += len(done)
        if not done:
            return total
