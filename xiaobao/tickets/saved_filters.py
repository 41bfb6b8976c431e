"""Filters of the list that a person gave a name; nobody else sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from xiaobao.tickets.errors import InvalidField
from xiaobao.tickets.queue_tables import SavedFilter

LONGEST_NAME = 20  # characters
MOST = 12  # of one person


@dataclass(frozen=True)
class Saved:
    """A named filter: the query of the list's address."""

    id: int
    name: str
    filters: dict[str, str]


def of_account(session: Session, account_id: int) -> list[Saved]:
    """The filters of one person, in the order in which they were made."""
    rows = session.scalars(select(SavedFilter).where(SavedFilter.account_id == account_id).order_by(SavedFilter.id))
    return [Saved(row.id, row.name, dict(row.filters)) for row in rows]


def save(session: Session, account_id: int, name: str, filters: Mapping[str, str], now: datetime) -> None:
    """Keep a filter; the same name again replaces it. Raises InvalidField for a bad name, and when there are enough."""
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise InvalidField("name", f"1 to {LONGEST_NAME} characters")
    kept = {key: value[:200] for key, value in filters.items() if value}
    known = session.scalar(select(SavedFilter).where(SavedFilter.account_id == account_id, SavedFilter.name == name))
    if known is not None:
        known.filters = kept
        return
    if (session.scalar(select(func.count()).where(SavedFilter.account_id == account_id)) or 0) >= MOST:
        raise InvalidField("name", f"at most {MOST} filters")
    session.add(SavedFilter(account_id=account_id, name=name, filters=kept, created_at=now))
    session.flush()


def remove(session: Session, account_id: int, filter_id: int) -> None:
    """Forget a filter; somebody else's stays."""
    session.execute(delete(SavedFilter).where(SavedFilter.id == filter_id, SavedFilter.account_id == account_id))
