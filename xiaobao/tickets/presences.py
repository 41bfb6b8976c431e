"""Who has the page of a ticket open just now."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from xiaobao.tickets import queries
from xiaobao.tickets.queue_tables import Presence
from xiaobao.tickets.tables import Account

LIVES = timedelta(seconds=60)  # a page says every twenty seconds that it is open


def look_at(session: Session, number: str, account_id: int, now: datetime) -> list[str]:
    """Note that this person has the ticket open; return the names of the others. Raises NotFound."""
    ticket_id = queries.id_of(session, number)
    mine = (Presence.ticket_id == ticket_id, Presence.account_id == account_id)
    known = update(Presence).where(*mine).values(seen_at=now).returning(Presence.ticket_id)
    if session.execute(known.execution_options(synchronize_session=False)).first() is None:
        try:
            with session.begin_nested():
                session.add(Presence(ticket_id=ticket_id, account_id=account_id, seen_at=now))
        except IntegrityError:
            pass  # two pages of one person at once
        session.execute(delete(Presence).where(Presence.ticket_id == ticket_id, Presence.seen_at < now - LIVES))
    others = (Presence.ticket_id == ticket_id, Presence.account_id != account_id, Presence.seen_at >= now - LIVES)
    names = select(Account.name).join(Presence, Presence.account_id == Account.id).where(*others).order_by(Account.name)
    return list(session.scalars(names))


def leave(session: Session, number: str, account_id: int) -> None:
    """The page was closed. Raises NotFound."""
    ticket_id = queries.id_of(session, number)
    session.execute(delete(Presence).where(Presence.ticket_id == ticket_id, Presence.account_id == account_id))
