"""Ticket numbers (XB20261125-000001, running per day) and query codes."""

from __future__ import annotations

import re
import secrets
from datetime import date

from sqlalchemy import bindparam, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from xiaobao.tickets.tables import NumberSequence

NUMBER = re.compile(r"XB\d{8}-\d{6}")
_DAYS = NumberSequence.__table__
_NEXT = (
    update(_DAYS)  # type: ignore[arg-type]
    .where(_DAYS.c.day == bindparam("key"))
    .values(last=_DAYS.c.last + 1)
    .returning(_DAYS.c.last)
)
_LAST = update(_DAYS).where(_DAYS.c.day == bindparam("key")).values(last=_DAYS.c.last - 1)  # type: ignore[arg-type]
QUERY_CODE = re.compile(r"\d{6}")


def next_number(session: Session, day: date) -> str:
    """Take the next number of `day`; its row stays locked until the transaction ends, so none is given twice."""
    key = f"{day:%Y%m%d}"
    taken = _increment(session, key)
    if taken is None:
        try:
            with session.begin_nested():
                session.add(NumberSequence(day=key, last=0))
        except IntegrityError:
            pass  # another transaction opened the day first
        taken = _increment(session, key)
    return f"XB{key}-{taken:06d}"


def give_back(session: Session, number: str) -> None:
    """The number that this very transaction took last is not needed."""
    session.execute(_LAST, {"key": number[2:10]})


def _increment(session: Session, key: str) -> int | None:
    return session.execute(_NEXT, {"key": key}).scalar_one_or_none()


def new_query_code() -> str:
    """Six digits that the citizen shows to see a ticket from another device; guesses are throttled (attempts.py)."""
    return f"{secrets.randbelow(1_000_000):06d}"
