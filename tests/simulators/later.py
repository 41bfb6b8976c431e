"""Days pass for the running product: its worker's follow-ups are asked as they will be then."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from xiaobao import database
from xiaobao.tickets import deadlines
from xiaobao.worker import follow_ups


def grave(data: Path, number: str) -> None:
    """Make the ticket one that is always followed up, before it is closed."""
    engine = database.make_engine(f"sqlite:///{data / 'xiaobao.db'}")
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE tickets SET urgent = 1 WHERE number = :number"), {"number": number})
    engine.dispose()


def ask(data: Path, days: int) -> int:
    """What the worker does in so many days at ten in the morning; how many things it did."""
    engine = database.make_engine(f"sqlite:///{data / 'xiaobao.db'}")
    moment = (deadlines.now() + timedelta(days=days)).replace(hour=10, minute=30)
    done = follow_ups.ask(database.make_sessions(engine), lambda: moment)
    engine.dispose()
    return done
