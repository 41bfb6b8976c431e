"""Tables that make lists quick and shared: kept counts, names of merchants, saved filters, who is looking at which ticket.

The words of tickets lie in `ticket_search`, which is no mapped table: FTS5 on SQLite, a tsvector on PostgreSQL
(search_index.py, migration 0012).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from xiaobao.tickets.tables import Base


class Tally(Base):
    """How many tickets there are of a kind, in a status, with one person (0: with nobody)."""

    __tablename__ = "tallies"

    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    status: Mapped[str] = mapped_column(String(16), primary_key=True)
    assignee_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    tickets: Mapped[int] = mapped_column(Integer)


class MerchantKey(Base):
    """A key of a merchant (merchants.key_of) that some ticket of the office has."""

    __tablename__ = "merchant_keys"

    office_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    merchant_key: Mapped[str] = mapped_column(String(100), primary_key=True)


class SavedFilter(Base):
    """A filter of the list that one person gave a name."""

    __tablename__ = "saved_filters"
    __table_args__ = (UniqueConstraint("account_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(40))
    filters: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class Presence(Base):
    """Who has the page of a ticket open, and when the page last said so."""

    __tablename__ = "presences"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    seen_at: Mapped[datetime]
