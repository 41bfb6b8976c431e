"""Throttle for wrong query codes: counted per conversation and per address, never per ticket.

Counting per ticket would let a stranger lock the owner out.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from xiaobao.tickets.tables import Attempt

WINDOW = timedelta(minutes=30)
MOST = 5  # wrong codes within the window


def allowed(session: Session, key: str, now: datetime) -> bool:
    """Whether `key` (`conversation:<id>`, `address:<ip>`) may try another code."""
    wrong = select(func.count()).select_from(Attempt).where(Attempt.key == key, Attempt.at > now - WINDOW)
    return (session.scalar(wrong) or 0) < MOST


def count_wrong(session: Session, key: str, now: datetime) -> None:
    """Remember one wrong code and forget those that no longer count."""
    session.execute(delete(Attempt).where(Attempt.key == key, Attempt.at <= now - WINDOW))
    session.add(Attempt(key=key, at=now))
    session.flush()
