"""A copy of what is stored about a citizen, made for download: lies for an hour, for its own conversation only.

Source: 个人信息保护法 art. 45 (the right to see and to copy). Every function takes an open session and leaves the commit
to its caller.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, String, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from xiaobao.conversations.tables import Base, UtcTime, new_id

LIFE = timedelta(hours=1)


class PersonalCopy(Base):
    """One copy; `content` is sections of titled rows (tickets/personal.py)."""

    __tablename__ = "personal_copies"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    conversation_id: Mapped[str] = mapped_column(String(32), index=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(UtcTime, index=True)


def keep(session: Session, conversation_id: str, content: dict[str, Any], now: datetime) -> str:
    """Put a copy down in place of earlier ones; returns its id."""
    session.execute(delete(PersonalCopy).where(PersonalCopy.conversation_id == conversation_id))
    row = PersonalCopy(conversation_id=conversation_id, content=content, made_at=now)
    session.add(row)
    session.flush()
    return row.id


def own(session: Session, conversation_id: str, copy_id: str, now: datetime) -> dict[str, Any] | None:
    """The content, when the copy is this conversation's and not too old."""
    found = session.get(PersonalCopy, copy_id)
    if found is None or found.conversation_id != conversation_id or found.made_at < now - LIFE:
        return None
    return found.content


def forget(session: Session, now: datetime) -> None:
    """Delete what is too old to be fetched."""
    session.execute(delete(PersonalCopy).where(PersonalCopy.made_at < now - LIFE))
