"""Signed-in browsers of staff, kept on the server so that each can be seen and ended."""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from xiaobao.tickets.roles_tables import StaffSession

SEEN_EVERY = timedelta(minutes=5)  # a request does not write each time
KEPT_FOR = timedelta(days=30)  # unseen for longer: forgotten
LONGEST_AGENT = 200  # characters


@dataclass(frozen=True)
class SessionView:
    """A browser as its owner may recognise it."""

    id: int
    account_id: int
    created_at: datetime
    last_seen: datetime
    ip_prefix: str
    agent: str


def start(session: Session, account_id: int, *, now: datetime, address: str, agent: str) -> str:
    """Remember a browser and return its token; only the token's hash is kept."""
    session.execute(delete(StaffSession).where(StaffSession.last_seen < now - KEPT_FOR))
    token = secrets.token_urlsafe(24)
    row = StaffSession(
        token_hash=_hash(token),
        account_id=account_id,
        created_at=now,
        last_seen=now,
        ip_prefix=prefix(address),
        agent=agent[:LONGEST_AGENT],
    )
    session.add(row)
    session.flush()
    return token


def find(session: Session, token: str, account_id: int) -> SessionView | None:
    """The session of this token, None when it was ended."""
    theirs = (StaffSession.token_hash == _hash(token), StaffSession.account_id == account_id)
    row = session.scalar(select(StaffSession).where(*theirs))
    return _view(row) if row else None


def seen(session: Session, session_id: int, now: datetime) -> None:
    """Note that the browser is in use."""
    row = session.get(StaffSession, session_id)
    if row is not None:
        row.last_seen = now
        session.flush()


def of_account(session: Session, account_id: int) -> list[SessionView]:
    """The sessions of an account, the latest used first."""
    mine = select(StaffSession).where(StaffSession.account_id == account_id)
    return [_view(row) for row in session.scalars(mine.order_by(StaffSession.last_seen.desc(), StaffSession.id.desc()))]


def end(session: Session, session_id: int, account_id: int) -> bool:
    """End one session of this account; False when there is none."""
    theirs = select(StaffSession).where(StaffSession.id == session_id, StaffSession.account_id == account_id)
    row = session.scalar(theirs)
    if row is None:
        return False
    session.delete(row)
    session.flush()
    return True


def end_all(session: Session, account_id: int) -> None:
    """End every session of an account."""
    session.execute(delete(StaffSession).where(StaffSession.account_id == account_id))


def prefix(address: str) -> str:
    """The network of an address: 203.0.113.9 -> 203.0.113.0/24, IPv6 its /48; empty for what is no address."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network((found, 24 if found.version == 4 else 48), strict=False))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _view(row: StaffSession) -> SessionView:
    return SessionView(row.id, row.account_id, row.created_at, row.last_seen, row.ip_prefix, row.agent)
